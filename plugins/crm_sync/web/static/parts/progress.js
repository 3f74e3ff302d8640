// How far a run is that works at this moment.
import { h, useEffect, useRef, useState } from "../lib/react.js";
import { showNumber, showSeconds, showShare, showShort } from "../lib/texts.js";

const STAGES = { fetch: "Fetching", save: "Saving", transform: "Converting", validate: "Checking" };
/** A screen reader hears a step at most this often. */
const SPOKEN_MS = 15_000;

export function Progress({ progress }) {
  const text = describe(progress);
  return h(
    "div",
    { className: "cs-progress" },
    h("progress", {
      "aria-label": STAGES[progress.stage] ?? progress.stage,
      max: 1,
      value: progress.share ?? undefined,
    }),
    h("p", null, text),
    h("p", { "aria-live": "polite", className: "cs-hidden" }, useSeldom(text)),
  );
}

function describe({ stage, fetched, expected, written, rate_per_s: rate, share, seconds_left: left }) {
  const done = stage === "save" ? written : fetched;
  const parts = [
    done === null ? null : `${showNumber(done)}${expected ? ` of ${showNumber(expected)}` : ""} records`,
    share === null ? null : showShare(share),
    rate === null ? null : `${showShort(rate)} records/s`,
    left === null ? null : `about ${showSeconds(left)} left`,
  ].filter(Boolean);
  return `${STAGES[stage] ?? stage}: ${parts.join(", ") || "just begun"}.`;
}

function useSeldom(text) {
  const [spoken, setSpoken] = useState(text);
  const last = useRef(Date.now());
  useEffect(() => {
    if (Date.now() - last.current < SPOKEN_MS) return;
    last.current = Date.now();
    setSpoken(text);
  }, [text]);
  return spoken;
}
