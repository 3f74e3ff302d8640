// Records that were kept out: by rule and field, one by one, and a replay of them.
import { h, Link, useEffect, useState } from "../lib/react.js";
import { buildHash, entityHash, rejectedHash } from "../lib/address.js";
import { useAnswer } from "../lib/answers.js";
import { count, showNumber } from "../lib/texts.js";
import { Head, overviewTrail, Section } from "../parts/facts.js";
import { Answer, Empty, Notice } from "../parts/states.js";
import { Followed, useStarter } from "../parts/starter.js";
import { Table } from "../parts/table.js";
import { RejectTable } from "./reject_table.js";

const NO_IDS = new Set();

export function Rejected({ crm: ownCrm, names, search }) {
  const [crm = ownCrm ?? undefined, type] = names;
  const asked = {
    crm_source: crm,
    field: search.get("field"),
    rule: search.get("rule"),
    run: search.get("run"),
    sync_type: type,
  };
  const after = search.get("after");
  const answer = useAnswer(["rejected"], { search: { ...asked, after } });
  const [chosen, setChosen] = useState(NO_IDS);
  const starter = useStarter(() => {
    setChosen(NO_IDS);
    answer.reload();
  });
  const key = JSON.stringify([asked, after]);
  useEffect(() => setChosen(NO_IDS), [key]);
  const trail = [
    ...overviewTrail(crm),
    ...(type ? [[type, entityHash({ crm_source: crm, sync_type: type })]] : []),
  ];
  return h(
    "div",
    { className: "cs-stack" },
    h(Head, { title: "Rejected records", trail: crm ? trail : overviewTrail() }),
    h(Chips, { asked, crm, type }),
    h(Followed, { starter, what: "Replay" }),
    h(Answer, { answer, what: "the rejected records" }, (data) =>
      h(Found, { after, asked, chosen, crm, data, setChosen, starter, type }),
    ),
  );
}

function Found({ after, asked, chosen, crm, data, setChosen, starter, type }) {
  if (data.rejects.length === 0) {
    return h(
      "div",
      { className: "cs-stack" },
      data.problem && h(Notice, { tone: "warn" }, h("p", null, data.problem)),
      !data.problem &&
        h(
          Empty,
          null,
          after
            ? "There are no further ones."
            : "Nothing is rejected here: every record that was read is in its table.",
        ),
    );
  }
  return h(
    "div",
    { className: "cs-stack" },
    data.problem && h(Notice, { tone: "warn" }, h("p", null, data.problem)),
    h(
      Section,
      { title: "By rule and field" },
      h(GroupTable, { groups: data.groups }),
      data.groups_more &&
        h("p", { className: "cs-muted" }, "There are more groups than these: choose an entity."),
    ),
    h(
      Section,
      { title: "Records" },
      !data.may_edit &&
        h("p", { className: "cs-muted" }, "Values are hidden: only those who may edit the DAG see them."),
      h(Replay, { asked, chosen, crm, data, starter, type }),
      h(RejectTable, {
        chosen,
        mayEdit: data.may_edit,
        rejects: data.rejects,
        setChosen: crm ? setChosen : null,
      }),
      data.next &&
        h(
          Link,
          {
            className: "cs-button",
            to: {
              hash: rejectedHash(crm, type, { ...asked, after: data.next, crm_source: "", sync_type: "" }),
            },
          },
          "Further records",
        ),
    ),
  );
}

/** What narrows the list; each part can be taken away. */
function Chips({ asked, crm, type }) {
  const given = ["rule", "field", "run"].filter((name) => asked[name]);
  if (given.length === 0) return null;
  const search = Object.fromEntries(given.map((name) => [name, asked[name]]));
  return h(
    "ul",
    { "aria-label": "Only", className: "cs-chips" },
    given.map((name) =>
      h(
        "li",
        { key: name },
        `${name}: ${asked[name]} `,
        h(
          Link,
          {
            "aria-label": `Take away ${name} ${asked[name]}`,
            to: { hash: rejectedHash(crm, type, { ...search, [name]: "" }) },
          },
          "×",
        ),
      ),
    ),
  );
}

const GroupTable = ({ groups }) =>
  h(Table, {
    caption: "Rejected records by rule and field",
    columns: [
      {
        cell: (one) =>
          h(
            Link,
            {
              to: { hash: rejectedHash(one.crm_source, one.sync_type, { field: one.field, rule: one.rule }) },
            },
            one.rule,
          ),
        head: "Rule",
        isRowHead: true,
      },
      { cell: (one) => (one.field ? h("code", null, one.field) : "the record as a whole"), head: "Field" },
      {
        cell: (one) =>
          h(
            Link,
            { to: { hash: buildHash(["rejected", one.crm_source, one.sync_type]) } },
            `${one.crm_source}.${one.sync_type}`,
          ),
        head: "Entity",
      },
      { cell: (one) => `${showNumber(one.count)}${one.more ? "+" : ""}`, head: "Records", isNumber: true },
    ],
    hidesCaption: true,
    keyOf: (one) => JSON.stringify([one.crm_source, one.sync_type, one.rule, one.field]),
    rows: groups,
  });

/** Processes the kept records again, without a call to the CRM: chosen ones, those of a rule, or all. */
function Replay({ asked, chosen, crm, data, starter, type }) {
  if (!crm) return h("p", { className: "cs-muted" }, "To replay records, choose an entity above.");
  const ofGroups = (groups) => [...new Set(groups.map((one) => one.sync_type))];
  const picked = data.rejects.filter((one) => chosen.has(one.id));
  const start = (entities, more) =>
    starter.start(`crm_sync_${crm}`, { entities: type ? [type] : entities, replay_rejected: true, ...more });
  const button = (text, onClick, isOff = false) =>
    h("button", { className: "cs-button", disabled: starter.isBusy || isOff, onClick, type: "button" }, text);
  const byRule = data.groups.filter((one) => one.rule === asked.rule);
  return h(
    "div",
    { "aria-label": "Replay", className: "cs-links", role: "group" },
    button(
      `Replay ${count(picked.length, "chosen record")}`,
      () => start(ofGroups(picked), { replay_ids: picked.map((one) => one.id) }),
      picked.length === 0,
    ),
    asked.rule &&
      button(`Replay rule ${asked.rule}`, () => start(ofGroups(byRule), { replay_rule: asked.rule })),
    button(type ? `Replay all of ${type}` : `Replay all of ${crm}`, () => start(ofGroups(data.groups), {})),
  );
}
