// A table with a caption; in a narrow place each row becomes a card whose cells carry their column's name.
import { h } from "../lib/react.js";

/**
 * Args of the table: `caption`; `columns` as `{head, cell(row), isNumber, isRowHead, headNode}`; `rows`;
 * `keyOf(row)`; `hidesCaption` where a heading above says the same; `toneOf(row)` for a coloured edge.
 * The roles are said again because a cell that is laid out as a block loses its own in some browsers.
 */
export function Table({ caption, columns, rows, keyOf, hidesCaption = false, toneOf }) {
  return h(
    "table",
    { className: "cs-table", role: "table" },
    h("caption", { className: hidesCaption ? "cs-hidden" : undefined }, caption),
    h(
      "thead",
      { role: "rowgroup" },
      h(
        "tr",
        { role: "row" },
        columns.map((column) =>
          h(
            "th",
            { className: classOf(column), key: column.head, role: "columnheader", scope: "col" },
            column.headNode ?? column.head,
          ),
        ),
      ),
    ),
    h(
      "tbody",
      { role: "rowgroup" },
      rows.map((row) =>
        h(
          "tr",
          { className: toneOf ? `cs-edge cs-${toneOf(row)}` : undefined, key: keyOf(row), role: "row" },
          columns.map((column) => buildCell(column, row)),
        ),
      ),
    ),
  );
}

function buildCell(column, row) {
  const shared = { className: classOf(column), "data-label": column.head, key: column.head };
  const content = h("div", { className: "cs-cell" }, column.cell(row));
  return column.isRowHead
    ? h("th", { ...shared, role: "rowheader", scope: "row" }, content)
    : h("td", { ...shared, role: "cell" }, content);
}

const classOf = (column) =>
  [column.isNumber && "cs-number", column.isRowHead && "cs-row-head"].filter(Boolean).join(" ") || undefined;
