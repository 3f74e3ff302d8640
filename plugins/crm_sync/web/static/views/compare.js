// A table beside its source: counts, proofs, and what a run would change.
import { h, useId, useState } from "../lib/react.js";
import { entityHash } from "../lib/address.js";
import { useAnswer } from "../lib/answers.js";
import { showNumber } from "../lib/texts.js";
import { Facts, Head, Moment, overviewTrail, Section } from "../parts/facts.js";
import { Answer, Empty, Notice } from "../parts/states.js";
import { Followed, useStarter } from "../parts/starter.js";
import { DryRun } from "./dry_run.js";
import { ProofTable } from "./proof_table.js";

const METHODS = [
  ["count", "Count both sides: cheap"],
  ["ids", "Compare the keys"],
  ["slice", "Compare some records in full"],
  ["full", "Compare every record: reads the whole source"],
];

export function Compare({ names: [crm, type] }) {
  const answer = useAnswer(["compare", crm, type]);
  const trail = [...overviewTrail(crm), [type, entityHash({ crm_source: crm, sync_type: type })]];
  return h(
    "div",
    { className: "cs-stack" },
    h(Head, { title: `Compare ${type} with the source`, trail }),
    h(Answer, { answer, what: "the comparisons" }, (data) =>
      h(
        "div",
        { className: "cs-stack" },
        data.problem && h(Notice, { tone: "warn" }, h("p", null, data.problem)),
        h(Counts, { data }),
        h(
          Section,
          { title: "Comparisons" },
          h(Verify, { crm, reload: answer.reload, type }),
          data.proofs.length === 0
            ? h(Empty, null, "The table has not been compared with its source yet.")
            : h(ProofTable, { proofs: data.proofs }),
        ),
      ),
    ),
    h(Section, { title: "What a run would change" }, h(TryIt, { crm, type })),
  );
}

function Counts({ data }) {
  return h(Facts, {
    facts: [
      [
        data.table_rows_estimated ? "Rows in the table, about" : "Rows in the table",
        showNumber(data.table_rows),
      ],
      ["Records at the source", data.source_rows === null ? "not counted yet" : showNumber(data.source_rows)],
      ["Difference", data.difference === null ? null : sayDifference(data.difference)],
      ["Counted", data.counted_at ? h(Moment, { at: data.counted_at }) : null],
    ],
  });
}

function sayDifference(difference) {
  if (difference === 0) return "none";
  return difference > 0
    ? `${showNumber(difference)} more in the table`
    : `${showNumber(-difference)} missing in the table`;
}

function Verify({ crm, type, reload }) {
  const starter = useStarter(reload);
  const [method, setMethod] = useState("count");
  const id = useId();
  return h(
    "div",
    { className: "cs-stack-small" },
    h(
      "form",
      {
        className: "cs-links",
        onSubmit: (event) => {
          event.preventDefault();
          starter.start("crm_sync_verify", { crm_source: crm, entities: [type], method });
        },
      },
      h(
        "div",
        { className: "cs-field" },
        h("label", { htmlFor: id }, "Method"),
        h(
          "select",
          { id, onChange: (event) => setMethod(event.target.value), value: method },
          METHODS.map(([value, text]) => h("option", { key: value, value }, text)),
        ),
      ),
      h(
        "button",
        { className: "cs-button cs-main", disabled: starter.isBusy, type: "submit" },
        "Compare now",
      ),
    ),
    h(Followed, { starter, what: "Comparison" }),
  );
}

/** A dry run calls the source and writes nothing. */
function TryIt({ crm, type }) {
  const [ended, setEnded] = useState(null);
  const [isFull, setIsFull] = useState(false);
  const starter = useStarter((run) => setEnded(run));
  const start = () => {
    setEnded(null);
    starter.start(`crm_sync_${crm}`, { dry_run: true, entities: [type], full: isFull });
  };
  return h(
    "div",
    { className: "cs-stack-small" },
    h(
      "p",
      { className: "cs-muted" },
      "A dry run reads the source and says what it would write; it writes nothing.",
    ),
    h(
      "div",
      { className: "cs-links" },
      h(
        "label",
        { className: "cs-check" },
        h("input", { checked: isFull, onChange: () => setIsFull(!isFull), type: "checkbox" }),
        "Read the whole source",
      ),
      h(
        "button",
        { className: "cs-button cs-main", disabled: starter.isBusy, onClick: start, type: "button" },
        "Start a dry run",
      ),
    ),
    h(Followed, { starter, what: "Dry run" }),
    ended && h(DryRun, { run: ended }),
  );
}
