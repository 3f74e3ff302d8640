// Everything about one entity: its runs over time, its columns, and what a run without flags can miss.
import { h, Link, useState } from "../lib/react.js";
import { compareHash, rejectedHash, runHash } from "../lib/address.js";
import { dagAddress } from "../lib/airflow.js";
import { useAnswer } from "../lib/answers.js";
import { count, showNumber, showSeconds, showShort } from "../lib/texts.js";
import { Badge, toneOf } from "../parts/badge.js";
import { describeRates, RunBars, Sparkline } from "../parts/chart.js";
import { Facts, Head, Moment, overviewTrail, Section, showNext } from "../parts/facts.js";
import { LastLook, Reason } from "../parts/look.js";
import { Outside } from "../parts/outside.js";
import { Answer, Empty, Notice } from "../parts/states.js";
import { Table } from "../parts/table.js";
import { ColumnTable } from "./columns.js";

const EVERY_MS = 15_000;

export function Entity({ names: [crm, type], search }) {
  const before = search.get("before");
  const answer = useAnswer(["entities", crm, type], { everyMs: before ? 0 : EVERY_MS, search: { before } });
  const entity = answer.data?.entity;
  return h(
    "div",
    { className: "cs-stack" },
    h(Head, { title: type, trail: overviewTrail(crm) }, entity && h(Badge, { state: entity.health })),
    h(Answer, { answer, what: `the runs of ${crm}.${type}` }, (data) => h(Detail, { before, data })),
  );
}

function Detail({ before, data }) {
  const { entity, now, runs } = data;
  return h(
    "div",
    { className: "cs-stack" },
    data.problem && h(Notice, { tone: "warn" }, h("p", null, data.problem)),
    entity.reason &&
      h(Notice, { tone: toneOf(entity.health) }, h("p", null, h(Reason, { now, one: entity }))),
    h(Facts, { facts: listFacts(data) }),
    h(Links, { data }),
    h(
      Section,
      { title: before ? "Earlier runs" : "Runs" },
      runs.length === 0
        ? h(Empty, null, "It has never run. Its first run reads the whole source.")
        : h(
            "div",
            { className: "cs-stack" },
            h(Charts, { runs }),
            h(RunTable, { now, runs }),
            data.next_before &&
              h(
                Link,
                {
                  className: "cs-button",
                  to: {
                    hash: `#/entity/${entity.crm_source}/${entity.sync_type}?before=${data.next_before}`,
                  },
                },
                "Earlier runs",
              ),
          ),
    ),
    h(
      Section,
      { title: "What a run without flags reads" },
      h(Facts, {
        facts: [
          ["How", `It ${data.delta.method}.`, "wide"],
          ["What it can miss", data.delta.sentence, "wide"],
        ],
      }),
    ),
    h(
      Section,
      { title: "Keys that came or went" },
      h(DriftTable, { crm: entity.crm_source, drift: data.drift }),
    ),
    h(Section, { title: `Columns of ${entity.table}` }, h(ColumnTable, { columns: data.columns })),
    h(LastLook, { look: data.look, now }),
  );
}

function listFacts({ entity, now, usual }) {
  return [
    ["Complete up to", h(Moment, { at: entity.watermark, now })],
    ["Next run", showNext(entity, now)],
    [
      "Schedule",
      entity.every_s
        ? `${entity.schedule ?? "none"}, read every ${showSeconds(entity.every_s)}`
        : (entity.schedule ?? "none: only by hand"),
    ],
    ["Good runs, 24 h", `${showNumber(entity.good_24h)} of ${showNumber(entity.runs_24h)}`],
    ["Good runs, 7 d", `${showNumber(entity.good_7d)} of ${showNumber(entity.runs_7d)}`],
    ["Rows, about", showNumber(entity.rows)],
    ["Usual duration", showSeconds(usual.duration_s_median)],
    [
      "Usual speed",
      usual.records_per_s_median === null ? "–" : `${showShort(usual.records_per_s_median)} records/s`,
    ],
  ];
}

function Links({ data }) {
  const { docs_url: docs, entity } = data;
  const rejects = `${count(entity.open_rejects, "rejected record")}`.replace(
    /^(\S+)/,
    entity.open_rejects_more ? "$1+" : "$1",
  );
  return h(
    "p",
    { className: "cs-links" },
    h(Link, { className: "cs-button", to: { hash: compareHash(entity) } }, "Compare with the source"),
    h(
      Link,
      { className: "cs-button", to: { hash: rejectedHash(entity.crm_source, entity.sync_type) } },
      rejects,
    ),
    h(Link, { className: "cs-button", to: dagAddress(entity.dag_id) }, "DAG in Airflow"),
    docs && h(Outside, { className: "cs-button", href: docs }, `About ${entity.title}`),
  );
}

function Charts({ runs }) {
  const rates = [...runs].reverse().map((run) => run.records_per_s);
  return h(
    "div",
    { className: "cs-charts" },
    h("figure", null, h("figcaption", null, "Duration of each run"), h(RunBars, { runs })),
    h(
      "figure",
      null,
      h("figcaption", null, "Records a second"),
      h(Sparkline, { label: describeRates(rates), values: rates }),
    ),
  );
}

const number = (head, read) => ({ cell: (run) => showNumber(read(run)), head, isNumber: true });

export const RunTable = ({ runs, now }) =>
  h(Table, {
    caption: "Runs, the newest first",
    columns: [
      { cell: (run) => h(Badge, { state: run.status }), head: "Status" },
      { cell: (run) => h(RunName, { now, run }), head: "Run", isRowHead: true },
      { cell: (run) => showSeconds(run.duration_s), head: "Took", isNumber: true },
      { cell: (run) => run.mode ?? "–", head: "Mode" },
      number("Created", (run) => run.created),
      number("Updated", (run) => run.updated),
      number("Unchanged", (run) => run.unchanged),
      number("Deleted", (run) => run.deleted),
      number("Failed", (run) => run.failed),
      number("Calls", (run) => run.api_calls),
      { cell: (run) => showSeconds(run.wait_s), head: "Waited", isNumber: true },
    ],
    hidesCaption: true,
    keyOf: (run) => run.id,
    rows: runs,
    toneOf: (run) => toneOf(run.status),
  });

const RunName = ({ run, now }) =>
  h(
    "div",
    { className: "cs-name" },
    h(Link, { to: { hash: runHash(run.id, run.crm_source) } }, `Run ${run.id}`),
    h("span", { className: "cs-muted" }, h(Moment, { at: run.start_time, now })),
    run.error_message &&
      h("span", { className: "cs-reason cs-cut", title: run.error_message }, run.error_message),
  );

function DriftTable({ crm, drift }) {
  const [showsAll, setShowsAll] = useState(false);
  if (drift.length === 0)
    return h(Empty, null, "No key of the source's records has come or gone in the runs that are kept.");
  const shown = showsAll ? drift : drift.slice(0, 10);
  return h(
    "div",
    { className: "cs-stack" },
    h(Table, {
      caption: "Keys of the source's records that came or went",
      columns: [
        { cell: (one) => h("code", null, one.key), head: "Key", isRowHead: true },
        {
          cell: (one) =>
            one.what === "came" ? "came: it goes to the column extra" : "went: its column becomes null",
          head: "What happened",
        },
        { cell: (one) => h(Moment, { at: one.since, isExact: true }), head: "Since" },
        {
          cell: (one) =>
            one.sync_history_id
              ? h(Link, { to: { hash: runHash(one.sync_history_id, crm) } }, `Run ${one.sync_history_id}`)
              : "–",
          head: "Noted by",
        },
      ],
      hidesCaption: true,
      keyOf: (one) => `${one.what} ${one.key}`,
      rows: shown,
    }),
    shown.length < drift.length &&
      h(
        "button",
        { className: "cs-button", onClick: () => setShowsAll(true), type: "button" },
        `Show all ${showShort(drift.length)}`,
      ),
  );
}
