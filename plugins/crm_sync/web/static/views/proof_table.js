// Comparisons of a table with its source, each with examples of what differs.
import { h } from "../lib/react.js";
import { showNumber, showValue } from "../lib/texts.js";
import { Badge, toneOf } from "../parts/badge.js";
import { Moment } from "../parts/facts.js";
import { Table } from "../parts/table.js";

const KINDS = {
  ghost: "is in the table, not at the source",
  link: "points to another record",
  missing: "is at the source, not in the table",
  stale: "has another value",
};

export const ProofTable = ({ proofs }) =>
  h(Table, {
    caption: "Comparisons with the source, the newest first",
    columns: [
      { cell: (one) => h(Badge, { state: one.verdict ?? "running" }), head: "Verdict" },
      { cell: (one) => h(Method, { one }), head: "Method", isRowHead: true },
      { cell: (one) => showNumber(one.source_count), head: "At the source", isNumber: true },
      { cell: (one) => showNumber(one.table_count), head: "In the table", isNumber: true },
      { cell: (one) => showNumber(one.compared), head: "Compared", isNumber: true },
      { cell: (one) => showNumber(one.differences), head: "Different", isNumber: true },
      { cell: (one) => h(Moment, { at: one.verified_through, isExact: true }), head: "True up to" },
    ],
    hidesCaption: true,
    keyOf: (one) => one.id,
    rows: proofs,
    toneOf: (one) => toneOf(one.verdict ?? "running"),
  });

const Method = ({ one }) =>
  h(
    "div",
    { className: "cs-name" },
    h("span", null, one.method),
    h("span", { className: "cs-muted" }, h(Moment, { at: one.started_at })),
    one.reason && h("span", { className: "cs-reason" }, one.reason),
    one.examples.length > 0 &&
      h(
        "details",
        { className: "cs-details" },
        h("summary", null, "Examples"),
        h(
          "ul",
          { className: "cs-notes" },
          one.examples.map((example, at) => h("li", { key: at }, describe(example))),
        ),
      ),
  );

function describe({ kind, record_id: record, column, source, table }) {
  const values = column
    ? `: ${column} is ${showValue(source)} at the source and ${showValue(table)} in the table`
    : "";
  return `${record} ${KINDS[kind] ?? kind}${values}`;
}
