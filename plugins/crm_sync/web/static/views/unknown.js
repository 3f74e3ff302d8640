// An address that names no view.
import { h, Link } from "../lib/react.js";
import { buildHash } from "../lib/address.js";
import { Head } from "../parts/facts.js";
import { Empty } from "../parts/states.js";

export const Unknown = () =>
  h(
    "div",
    { className: "cs-stack" },
    h(Head, { title: "There is no such page" }),
    h(
      Empty,
      null,
      "The address names no view of CRM Sync. ",
      h(Link, { to: { hash: buildHash([]) } }, "Go to the overview"),
    ),
  );
