// Icons as lines of 16 units; a word always stands beside them, so they say nothing to a screen reader.
import { h } from "../lib/react.js";

const PATHS = {
  alert: "M8 2 14.5 13.5h-13zM8 6.5v3M8 11.6v.1",
  arrow: "M3 8h9M8.5 4.5 12 8l-3.5 3.5",
  check: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M5.2 8.2l2 2 3.8-4",
  clock: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M8 4.5V8l2.4 1.6",
  cross: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
  empty: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M5 8h6",
  half: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M8 1.5v13M8 5l4.6 0M8 8h6M8 11h4.6",
  run: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M6.5 5.2 11 8l-4.5 2.8z",
  search: "M7 2a5 5 0 1 0 0 10A5 5 0 0 0 7 2M10.6 10.6 14 14",
};

export const Icon = ({ name }) =>
  h(
    "svg",
    { "aria-hidden": "true", className: "cs-icon", focusable: "false", viewBox: "0 0 16 16" },
    h("path", { d: PATHS[name] ?? PATHS.empty }),
  );
