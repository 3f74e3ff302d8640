// The page's own navigation.
import { h, Link } from "../lib/react.js";
import { buildHash } from "../lib/address.js";

const ENTRIES = [
  ["Overview", "", buildHash([])],
  ["Rejected", "rejected", buildHash(["rejected"])],
  ["Budgets", "budgets", buildHash(["budgets"])],
];

export const Menu = ({ view }) =>
  h(
    "nav",
    { "aria-label": "CRM Sync", className: "cs-menu" },
    ENTRIES.map(([text, name, hash]) =>
      h(Link, { "aria-current": view === name ? "page" : undefined, key: text, to: { hash } }, text),
    ),
  );
