// The columns of a table: where each value comes from, and how often it is missing.
import { h } from "../lib/react.js";
import { showShare } from "../lib/texts.js";
import { Empty } from "../parts/states.js";
import { Table } from "../parts/table.js";

export function ColumnTable({ columns }) {
  if (columns.length === 0) return h(Empty, null, "The YAML names no columns.");
  return h(Table, {
    caption: "Columns",
    columns: [
      { cell: (one) => h(Name, { one }), head: "Column", isRowHead: true },
      { cell: (one) => one.type, head: "Type" },
      { cell: (one) => h("code", null, one.source_path), head: "Path at the source" },
      { cell: (one) => h(Nulls, { share: one.null_share }), head: "Empty", isNumber: true },
    ],
    hidesCaption: true,
    keyOf: (one) => one.name,
    rows: columns,
  });
}

const Name = ({ one }) =>
  h(
    "div",
    { className: "cs-name" },
    h(
      "span",
      null,
      h("code", null, one.name),
      one.is_key && h("span", { className: "cs-tag" }, "key"),
      one.sensitive && h("span", { className: "cs-tag" }, "sensitive"),
    ),
    one.description && h("span", { className: "cs-muted" }, one.description),
  );

function Nulls({ share }) {
  if (share === null) return h("span", { title: "PostgreSQL has not analysed the table yet" }, "–");
  return h(
    "span",
    { className: "cs-nulls" },
    h(
      "span",
      { "aria-hidden": "true", className: "cs-meter" },
      h("span", { style: { width: `${share * 100}%` } }),
    ),
    showShare(share),
  );
}
