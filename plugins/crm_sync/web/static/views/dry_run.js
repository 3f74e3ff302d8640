// What a dry run found.
import { h } from "../lib/react.js";
import { useAnswer } from "../lib/answers.js";
import { showNumber } from "../lib/texts.js";
import { Facts } from "../parts/facts.js";
import { Answer, Empty } from "../parts/states.js";

export function DryRun({ run }) {
  const answer = useAnswer(["dry-runs", run.dagId, run.runId]);
  return h(Answer, { answer, what: "what the dry run found" }, (data) =>
    data.entities.length === 0
      ? h(Empty, null, "The dry run left no report; its task log says why.")
      : data.entities.map((one) => h(Report, { key: one.sync_type, one })),
  );
}

/** The report's lines of nothing say no more than the figures above them. */
const isNothing = (sample) => sample.startsWith("0 would be ");

/** A line of the report: `4 would be updated; for example 17 (city 'Ulm' -> 'Bonn'); 18 (…)`. */
function Sample({ sample }) {
  const [what, ...rest] = sample.split("; for example ");
  if (rest.length === 0) return what;
  const examples = rest.join("; for example ").split(/(?<=\)); /);
  return [
    `${what}, for example:`,
    h(
      "ul",
      { className: "cs-notes", key: "examples" },
      examples.map((one, at) => h("li", { key: at }, one)),
    ),
  ];
}

function Report({ one }) {
  const samples = one.samples.filter((sample) => !isNothing(sample));
  return h(
    "div",
    { className: "cs-card" },
    h(Facts, {
      facts: [
        ["Would be created", showNumber(one.created)],
        ["Would be updated", showNumber(one.updated)],
        ["Unchanged", showNumber(one.unchanged)],
        ["Would be deleted", showNumber(one.deleted)],
        ["Would be rejected", showNumber(one.rejected)],
      ],
    }),
    samples.length > 0 &&
      h(
        "ul",
        { className: "cs-notes" },
        samples.map((sample, at) => h("li", { key: at }, h(Sample, { sample }))),
      ),
  );
}
