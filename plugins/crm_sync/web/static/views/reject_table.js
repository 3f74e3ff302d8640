// The list of rejected records, each with its raw form for those who may see it.
import { h, Link, useEffect, useRef, useState } from "../lib/react.js";
import { runHash } from "../lib/address.js";
import { useAnswer } from "../lib/answers.js";
import { showNumber } from "../lib/texts.js";
import { Moment } from "../parts/facts.js";
import { Answer } from "../parts/states.js";
import { Table } from "../parts/table.js";

/** `setChosen` is null where nothing can be chosen. */
export function RejectTable({ chosen, mayEdit, rejects, setChosen }) {
  const columns = [
    { cell: (one) => h(Key, { mayEdit, one }), head: "Record", isRowHead: true },
    { cell: (one) => h("code", null, one.rule), head: "Rule" },
    { cell: (one) => (one.field ? h("code", null, one.field) : "–"), head: "Field" },
    { cell: (one) => one.error, head: "Reason" },
    {
      cell: (one) => (one.value === null ? "–" : h("code", { className: "cs-value" }, one.value)),
      head: "Value",
    },
    { cell: (one) => showNumber(one.times_seen), head: "Seen", isNumber: true },
    { cell: (one) => h(Seen, { one }), head: "Last seen" },
  ];
  return h(Table, {
    caption: "Rejected records",
    columns: setChosen ? [chooser({ chosen, rejects, setChosen }), ...columns] : columns,
    hidesCaption: true,
    keyOf: (one) => one.id,
    rows: rejects,
  });
}

function chooser({ chosen, rejects, setChosen }) {
  const flip = (id) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const isAll = rejects.every((one) => chosen.has(one.id));
  return {
    cell: (one) =>
      h("input", {
        "aria-label": `Choose record ${one.record_id}, ${one.rule} ${one.field}`,
        checked: chosen.has(one.id),
        onChange: () => flip(one.id),
        type: "checkbox",
      }),
    head: "Choose",
    headNode: h(AllBox, {
      isAll,
      isSome: !isAll && chosen.size > 0,
      onChange: () => setChosen(isAll ? new Set() : new Set(rejects.map((one) => one.id))),
    }),
  };
}

function AllBox({ isAll, isSome, onChange }) {
  const box = useRef(null);
  useEffect(() => {
    box.current.indeterminate = isSome;
  }, [isSome]);
  return h("input", {
    "aria-label": "Choose all records shown",
    checked: isAll,
    onChange,
    ref: box,
    type: "checkbox",
  });
}

const Seen = ({ one }) =>
  h(
    "div",
    { className: "cs-name" },
    h(Moment, { at: one.last_seen_at }),
    one.sync_history_id &&
      h(
        Link,
        { className: "cs-small", to: { hash: runHash(one.sync_history_id, one.crm_source) } },
        `run ${one.sync_history_id}`,
      ),
  );

function Key({ one, mayEdit }) {
  const [isOpen, setIsOpen] = useState(false);
  return h(
    "div",
    { className: "cs-name" },
    h("span", { className: "cs-key" }, one.record_id),
    h("span", { className: "cs-muted" }, `${one.crm_source}.${one.sync_type}`),
    mayEdit &&
      h(
        "button",
        {
          "aria-expanded": isOpen,
          "aria-label": `Record ${one.record_id} as it came`,
          className: "cs-plain-button",
          onClick: () => setIsOpen(!isOpen),
          type: "button",
        },
        isOpen ? "Hide the record" : "Show the record",
      ),
    isOpen && h(Raw, { one }),
  );
}

function Raw({ one }) {
  const answer = useAnswer(["rejected", String(one.id), "record"], {
    search: { crm_source: one.crm_source },
  });
  return h(Answer, { answer, what: "the record" }, (data) =>
    h(
      "div",
      null,
      data.record_altered &&
        h("p", { className: "cs-muted" }, "Characters that PostgreSQL can't store were replaced."),
      data.record === null
        ? h("p", { className: "cs-muted" }, "The record itself was not kept.")
        : h(
            "pre",
            { "aria-label": `Record ${one.record_id}`, className: "cs-raw", tabIndex: 0 },
            showRecord(data.record),
          ),
    ),
  );
}

const showRecord = (record) => (typeof record === "string" ? record : JSON.stringify(record, null, 2));
