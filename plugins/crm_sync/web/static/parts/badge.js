// The state of something in one word, with a colour and an icon: red is told from fine without seeing colours.
import { h } from "../lib/react.js";
import { Icon } from "./icons.js";

const STATES = {
  // of entities
  failed: ["Failed", "bad", "cross"],
  late: ["Late", "bad", "clock"],
  never: ["Never read", "bad", "empty"],
  abandoned: ["Abandoned", "bad", "cross"],
  different: ["Different", "bad", "cross"],
  silent: ["Silent", "bad", "empty"],
  rejecting: ["Rejecting", "bad", "alert"],
  unreliable: ["Unreliable", "bad", "alert"],
  budget: ["Budget", "bad", "clock"],
  overdue: ["Overdue", "bad", "clock"],
  partial: ["Partial", "warn", "half"],
  running: ["Running", "busy", "run"],
  fresh: ["Fresh", "good", "check"],
  // of runs, ours and Airflow's
  success: ["Success", "good", "check"],
  queued: ["Queued", "plain", "clock"],
  // of proofs, which may be different, too
  equal: ["Equal", "good", "check"],
  "not provable": ["Not provable", "warn", "half"],
};

export const toneOf = (state) => STATES[state]?.[1] ?? "plain";
export const wordOf = (state) => STATES[state]?.[0] ?? String(state ?? "unknown");

export const Badge = ({ state }) =>
  h(
    "span",
    { className: `cs-badge cs-${toneOf(state)}` },
    h(Icon, { name: STATES[state]?.[2] ?? "empty" }),
    wordOf(state),
  );
