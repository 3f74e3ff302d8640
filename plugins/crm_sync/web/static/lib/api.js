// Questions to the plugin's own JSON API and to Airflow's; each failure is one sentence for people.

const OWN = new URL("../../api/", import.meta.url);

/** A question that was not answered; `status` is 0 where no answer came at all. */
export class AnswerError extends Error {
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

/** Ask the plugin's API; `search` holds the query's parts. */
export function ask(path, { search = {}, signal } = {}) {
  const url = new URL(path.map(encodeURIComponent).join("/"), OWN);
  for (const [name, value] of Object.entries(search)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  return send(url, { signal });
}

/** Ask Airflow's own API, with the user's cookie. */
export function askAirflow(path, { body, signal } = {}) {
  const url = new URL(`api/v2/${path.map(encodeURIComponent).join("/")}`, document.baseURI);
  if (body === undefined) return send(url, { signal });
  return send(url, {
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json" },
    method: "POST",
    signal,
  });
}

async function send(url, options) {
  let answer;
  try {
    answer = await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new AnswerError("Airflow's server can't be reached. Is it running, and is your network up?", 0);
  }
  const body = await readJson(answer);
  if (answer.ok && body !== undefined) return body;
  throw new AnswerError(describe(answer, body), answer.status);
}

async function readJson(answer) {
  try {
    return await answer.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return undefined;
  }
}

function describe(answer, body) {
  if (answer.status === 401) return "You are not logged in any more.";
  const said = sayDetail(body?.detail);
  if (answer.status === 403) return said || "You have no right to see this.";
  if (answer.ok) return "The server sent something that is no JSON. Is the plugin's API mounted?";
  return said || `The server failed with status ${answer.status}; its log says why.`;
}

function sayDetail(detail) {
  if (typeof detail === "string") return detail;
  if (Array.isArray(detail)) return detail.map((one) => one.msg ?? JSON.stringify(one)).join("; ");
  return detail ? JSON.stringify(detail) : "";
}
