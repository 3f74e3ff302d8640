// Addresses inside the page live in the URL's hash: `#/entity/hubspot/contacts?before=12`.

/** Take a hash apart: `{view, names, search}`; an empty one is the overview. */
export function parseHash(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [view = "", ...names] = path.split("/").filter(Boolean).map(decode);
  return { view, names, search: new URLSearchParams(query) };
}

/** Build a hash from its parts; values of the search that are empty are left out. */
export function buildHash(parts, search = {}) {
  const given = Object.entries(search).filter(
    ([, value]) => value !== "" && value !== null && value !== undefined,
  );
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `#/${parts.map((part) => encodeURIComponent(part)).join("/")}${query && `?${query}`}`;
}

export const entityHash = (entity) => buildHash(["entity", entity.crm_source, entity.sync_type]);
/** A run is numbered within its warehouse, and the CRM says which one that is. */
export const runHash = (id, crm) => buildHash(["run", id], { crm });
export const rejectedHash = (crm, entity, search) =>
  buildHash(["rejected", ...[crm, entity].filter(Boolean)], search);
export const compareHash = (entity) => buildHash(["compare", entity.crm_source, entity.sync_type]);

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
