// How much of something is used, as a bar with its words.
import { h, useId } from "../lib/react.js";

/** `share` is between 0 and 1; `tone` colours the bar. */
export function Meter({ label, text, share, tone = "good" }) {
  const id = useId();
  return h(
    "div",
    { className: `cs-budget cs-${tone}` },
    h("span", { id }, label),
    h("span", { className: "cs-muted" }, text),
    h("meter", { "aria-labelledby": id, max: 1, min: 0, value: Math.min(Math.max(share, 0), 1) }, text),
  );
}
