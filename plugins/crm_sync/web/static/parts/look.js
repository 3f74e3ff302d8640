// The last look of the DAG crm_sync_health: what it alone finds is as old as that.
import { h, Link } from "../lib/react.js";
import { dagAddress } from "../lib/airflow.js";
import { Moment } from "./facts.js";
import { Notice } from "./states.js";

const DAG = "crm_sync_health";
const WHAT = "Silence and many rejected records";

/** When that DAG looked, and, if it has not done so for hours, why. */
export function LastLook({ look, now }) {
  if (!look) return null;
  const dag = h(Link, { to: dagAddress(DAG) }, DAG);
  const when = look.looked_at
    ? [`${WHAT} were last looked for `, h(Moment, { at: look.looked_at, key: "at", now })]
    : [`${WHAT} were not looked for yet`];
  if (look.is_recent) return h("p", { className: "cs-muted" }, ...when, ", by the DAG ", dag, ".");
  return h(
    Notice,
    { tone: "warn" },
    h("p", null, ...when, ": ", ...explain(look.is_paused, dag), " What it finds is shown for a day."),
  );
}

function explain(isPaused, dag) {
  if (isPaused === null) return [`Airflow has no DAG ${DAG}.`];
  return isPaused ? ["the DAG ", dag, " is paused."] : ["see the runs of the DAG ", dag, "."];
}

/** Why an entity is in its state, with the age of what was not found just now. */
export const Reason = ({ one, now }) => [
  one.reason,
  one.found_at && h("span", { key: "found" }, " Found ", h(Moment, { at: one.found_at, now }), "."),
];
