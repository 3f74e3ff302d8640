// Two small charts in SVG. A picture for the eye: the table below each has the figures, and the label sums them up.
import { h, useNavigate } from "../lib/react.js";
import { runHash } from "../lib/address.js";
import { count, showMoment, showSeconds, showShort } from "../lib/texts.js";
import { toneOf, wordOf } from "./badge.js";

const HEIGHT = 64;
const STEP = 14;
const BAR = 10;
/** A run of no time still is a run: units of height. */
const LEAST = 4;

/** One bar a run, the newest on the right; its height is the duration, its colour and cap the status. */
export function RunBars({ runs }) {
  const navigate = useNavigate();
  const inOrder = [...runs].reverse();
  const longest = Math.max(...inOrder.map((run) => run.duration_s ?? 0), 1e-6);
  return h(
    "svg",
    {
      "aria-label": describeRuns(inOrder, longest),
      className: "cs-bars",
      preserveAspectRatio: "xMaxYMax meet",
      role: "img",
      viewBox: `0 0 ${Math.max(inOrder.length, 12) * STEP} ${HEIGHT}`,
    },
    inOrder.map((run, at) => {
      const height = LEAST + ((run.duration_s ?? 0) / longest) * (HEIGHT - LEAST - 6);
      const left = (Math.max(inOrder.length, 12) - inOrder.length + at) * STEP;
      return h(
        "g",
        {
          className: `cs-bar cs-${toneOf(run.status)}`,
          key: run.id,
          onClick: () => navigate({ hash: runHash(run.id, run.crm_source) }),
        },
        h(
          "title",
          null,
          `${showMoment(run.start_time)}: ${wordOf(run.status)}, ${showSeconds(run.duration_s)}`,
        ),
        h("rect", { className: "cs-bar-room", height: HEIGHT, width: STEP, x: left, y: 0 }),
        h("rect", { height, rx: 2, width: BAR, x: left + 2, y: HEIGHT - height }),
        toneOf(run.status) === "bad" && buildCross(left + 2 + BAR / 2, Math.max(HEIGHT - height - 5, 4)),
      );
    }),
  );
}

/** A line of figures in time order; null is a gap. */
export function Sparkline({ values, label }) {
  const most = Math.max(...values.map((value) => value ?? 0), 1e-6);
  const place = (value, at) => `${(at / Math.max(values.length - 1, 1)) * 200},${44 - (value / most) * 40}`;
  return h(
    "svg",
    {
      "aria-label": label,
      className: "cs-spark",
      preserveAspectRatio: "none",
      role: "img",
      viewBox: "0 0 200 48",
    },
    splitAtGaps(values).map((line) =>
      h("polyline", { key: line[0][1], points: line.map(([value, at]) => place(value, at)).join(" ") }),
    ),
  );
}

/** Bars of a day's hours: `hours` as `{hour, calls}`. */
export function HourBars({ hours, label }) {
  const most = Math.max(...hours.map((one) => one.calls), 1);
  return h(
    "svg",
    {
      "aria-label": label,
      className: "cs-hours",
      preserveAspectRatio: "none",
      role: "img",
      viewBox: `0 0 ${hours.length * STEP} 40`,
    },
    hours.map((one, at) => {
      const height = one.calls === 0 ? 1 : 2 + (one.calls / most) * 38;
      return h(
        "rect",
        { height, key: one.hour, rx: 2, width: BAR, x: at * STEP + 2, y: 40 - height },
        h("title", null, `${showMoment(one.hour)}: ${count(one.calls, "call")}`),
      );
    }),
  );
}

function buildCross(x, y) {
  return h("path", { className: "cs-bar-cross", d: `M${x - 3} ${y - 3}l6 6m0-6l-6 6` });
}

function describeRuns(runs, longest) {
  const states = [...new Set(runs.map((run) => run.status))];
  const parts = states.map(
    (state) => `${runs.filter((run) => run.status === state).length} ${wordOf(state)}`,
  );
  const all = `${count(runs.length, "run")}, the newest on the right: ${parts.join(", ")}`;
  return `${all}. The longest took ${showSeconds(longest)}.`;
}

export const describeRates = (values) => {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (known.length === 0) return "No throughput is known.";
  const span = `from ${showShort(Math.min(...known))} to ${showShort(Math.max(...known))}`;
  return `Records a second over ${count(known.length, "run")}: ${span}.`;
};

function splitAtGaps(values) {
  const lines = [[]];
  values.forEach((value, at) => {
    if (value === null || value === undefined) lines.push([]);
    else lines.at(-1).push([value, at]);
  });
  return lines.filter((line) => line.length > 0);
}
