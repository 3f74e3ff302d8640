// One run: what was asked, what was read and written, what was left, and how far it is while it works.
import { h, Link } from "../lib/react.js";
import { entityHash, rejectedHash } from "../lib/address.js";
import { runAddress, taskAddress } from "../lib/airflow.js";
import { useAnswer } from "../lib/answers.js";
import { count, inWords, showMoment, showNumber, showSeconds, showShort, showValue } from "../lib/texts.js";
import { Badge, toneOf } from "../parts/badge.js";
import { Facts, Head, Moment, overviewTrail, Section } from "../parts/facts.js";
import { Outside } from "../parts/outside.js";
import { Answer, Notice } from "../parts/states.js";
import { Progress } from "../parts/progress.js";

const LIVE_MS = 2000;

export function Run({ names: [id], search }) {
  return h(RunPage, { path: ["runs", id], search: { crm_source: search.get("crm") }, title: `Run ${id}` });
}

/** The run of an entity within a run of its DAG: where links from a task lead. */
export function AirflowRun({ names }) {
  const [dag, , type] = names;
  const entity = { crm_source: dag.replace(/^crm_sync_/, ""), sync_type: type };
  return h(RunPage, { entity, path: ["airflow-runs", ...names], search: {}, title: `Run of ${type}` });
}

function RunPage({ entity, path, search, title }) {
  // polled until it is known to have ended
  const answer = useAnswer(path, { everyMs: LIVE_MS, isLive, search });
  const run = answer.data;
  const whose = run ?? entity;
  const trail = whose
    ? [...overviewTrail(whose.crm_source), [whose.sync_type, entityHash(whose)]]
    : overviewTrail();
  return h(
    "div",
    { className: "cs-stack" },
    h(Head, { title: run ? `Run ${run.id}` : title, trail }, run && h(Badge, { state: run.status })),
    h(Answer, { answer, what: "the run" }, (data) => h(Detail, { run: data })),
  );
}

const isLive = (run) => run.status === "running";

const Detail = ({ run }) =>
  h(
    "div",
    { className: "cs-stack" },
    run.error_message &&
      h(Notice, { tone: toneOf(run.status) }, h("p", { className: "cs-said" }, run.error_message)),
    run.progress && h(Progress, { progress: run.progress }),
    h(Section, { title: "Asked for" }, h(Facts, { facts: listAsked(run) })),
    h(Section, { title: "What became of it" }, h(Facts, { facts: listOutcome(run) })),
    run.notes.length > 0 &&
      h(
        Section,
        { title: "Notes" },
        h(
          "ul",
          { className: "cs-notes" },
          run.notes.map((note) => h("li", { key: note }, note)),
        ),
      ),
    h(Section, { title: "What it cost" }, h(Facts, { facts: listCosts(run) })),
    h(Links, { run }),
    h(
      "details",
      { className: "cs-details" },
      h("summary", null, "All figures"),
      h(Facts, {
        facts: Object.entries(run.metrics).map(([key, value]) => [inWords(key), showValue(value)]),
      }),
    ),
  );

function listAsked(run) {
  const flags = Object.entries(run.options).filter(([, value]) => !isDefault(value));
  return [
    ["Entity", `${run.crm_source}.${run.sync_type}`],
    ["Mode", run.mode],
    ["Window", showWindow(run), "wide"],
    [
      "Flags",
      flags.map(([key, value]) => `${inWords(key)}: ${showValue(value)}`).join("; ") || "none",
      "wide",
    ],
  ];
}

const isDefault = (value) =>
  value === null || value === false || value === 0 || (Array.isArray(value) && value.length === 0);

function showWindow(run) {
  if (!run.until) return null;
  return run.since
    ? `changes from ${showMoment(run.since)} to ${showMoment(run.until)}`
    : `everything, as of ${showMoment(run.until)}`;
}

const listOutcome = (run) => [
  ["Processed", showNumber(run.records_processed)],
  ["Created", showNumber(run.created)],
  ["Updated", showNumber(run.updated)],
  ["Unchanged", showNumber(run.unchanged)],
  ["Deleted", showNumber(run.deleted)],
  ["Rejected", showNumber(run.failed)],
  ["Newer in the table", run.older ? showNumber(run.older) : null],
  ["Duplicates", run.duplicates ? showNumber(run.duplicates) : null],
  [
    "Watermark",
    run.complete === null
      ? null
      : run.complete
        ? `moved to ${showMoment(run.until)}`
        : "did not move: the next run reads this window again",
    "wide",
  ],
];

const listCosts = (run) => [
  ["Started", h(Moment, { at: run.start_time, isExact: true }), "double"],
  ["Ended", run.end_time ? h(Moment, { at: run.end_time, isExact: true }) : null, "double"],
  ["Took", showSeconds(run.duration_s)],
  ["Speed", run.records_per_s === null ? null : `${showShort(run.records_per_s)} records/s`],
  ["API calls", showNumber(run.api_calls)],
  ["Repeated calls", run.retries ? showNumber(run.retries) : null],
  ["Waited for limits", run.wait_s ? showSeconds(run.wait_s) : null],
];

function Links({ run }) {
  const rejects = `${count(run.open_rejects_of_run, "rejected record")} of this run`;
  return h(
    "p",
    { className: "cs-links" },
    run.log_url && h(Outside, { className: "cs-button", href: run.log_url }, "Task log"),
    run.dag_id &&
      run.run_id &&
      h(Link, { className: "cs-button", to: runAddress(run.dag_id, run.run_id) }, "Run in Airflow"),
    run.dag_id &&
      run.run_id &&
      run.task_ids.map((task) =>
        h(
          Link,
          { className: "cs-button", key: task, to: taskAddress(run.dag_id, run.run_id, task) },
          `Task ${task.split(".").at(-1)}`,
        ),
      ),
    run.open_rejects_of_run > 0 &&
      h(
        Link,
        {
          className: "cs-button",
          to: { hash: rejectedHash(run.crm_source, run.sync_type, { run: run.id }) },
        },
        rejects,
      ),
  );
}
