// Every entity with its state, the worst first: one glance tells whether anything needs a look.
import { h, Link, useEffect, useId, useNavigate, useRef, useState } from "../lib/react.js";
import { buildHash, compareHash, entityHash, rejectedHash } from "../lib/address.js";
import { useAnswer } from "../lib/answers.js";
import { count, showMoment, showNumber } from "../lib/texts.js";
import { Badge, toneOf, wordOf } from "../parts/badge.js";
import { Head, Moment, showNext } from "../parts/facts.js";
import { Icon } from "../parts/icons.js";
import { LastLook, Reason } from "../parts/look.js";
import { Answer, Empty, Notice } from "../parts/states.js";
import { Table } from "../parts/table.js";

const EVERY_MS = 30_000;
const KEEP_MS = 300;

export function Overview({ crm, search }) {
  const answer = useAnswer(["overview"], { everyMs: EVERY_MS });
  return h(
    "div",
    { className: "cs-stack" },
    h(Head, { title: "CRM Sync" }),
    h(Answer, { answer, what: "the state of all entities" }, (data) => h(States, { crm, data, search })),
  );
}

function States({ crm, data, search }) {
  // a DAG of no CRM, such as the one for maintenance, shows them all
  const own = crm === null ? [] : data.entities.filter((one) => one.crm_source === crm);
  const entities = own.length > 0 ? own : data.entities;
  const [text, setText] = useSearchText(search);
  const asked = { crm: search.get("crm") ?? "", q: text, show: search.get("show") ?? "" };
  const found = entities.filter((one) => isFound(one, asked));
  return h(
    "div",
    { className: "cs-stack" },
    data.problem && h(Notice, { tone: "warn" }, h("p", null, data.problem)),
    data.findings
      .filter((one) => own.length === 0 || one.crm_source === crm)
      .map((one) => h(OfCrm, { key: one.crm_source + one.sentence, one })),
    entities.length > 0 && h(Filters, { asked, entities, found, hasCrms: own.length === 0, setText }),
    entities.length === 0
      ? !data.problem &&
          h(Empty, null, "Nothing has run yet: switch on the DAG of a CRM, and its entities appear here.")
      : found.length === 0
        ? h(Empty, null, "No entity fits the search.")
        : h(StateTable, { entities: found, now: data.now }),
    data.unused.length > 0 &&
      crm === null &&
      h("p", { className: "cs-muted" }, `Set up and never run: ${data.unused.join(", ")}.`),
    h(LastLook, { look: data.look, now: data.now }),
  );
}

/** What is wrong with a CRM as a whole. */
const OfCrm = ({ one }) =>
  h(
    Notice,
    { tone: "bad" },
    h("p", null, `${one.title}: ${one.sentence} `, h(Link, { to: { hash: buildHash(["budgets"]) } }, "Budgets")),
  );

/** The text of the search; the address follows it once the user has stopped typing. */
function useSearchText(search) {
  const navigate = useNavigate();
  const given = search.get("q") ?? "";
  const [text, setText] = useState(given);
  const kept = useRef(given);
  const rest = JSON.stringify({ crm: search.get("crm"), show: search.get("show") });
  useEffect(() => {
    if (given === kept.current) return;
    kept.current = given;
    setText(given);
  }, [given]);
  useEffect(() => {
    if (text === kept.current) return undefined;
    const timer = setTimeout(() => {
      kept.current = text;
      navigate({ hash: buildHash([], { ...JSON.parse(rest), q: text }) }, { replace: true });
    }, KEEP_MS);
    return () => clearTimeout(timer);
  }, [text, rest]);
  return [text, setText];
}

function Filters({ asked, entities, found, hasCrms, setText }) {
  const navigate = useNavigate();
  const id = useId();
  const change = (what) => navigate({ hash: buildHash([], { ...asked, ...what }) }, { replace: true });
  const bad = entities.filter((one) => !one.is_good).length;
  const choices = [
    ["", "All", entities.length, "plain"],
    ["bad", "Need a look", bad, bad > 0 ? "bad" : "plain"],
    ["good", "Fine", entities.length - bad, "good"],
  ];
  return h(
    "div",
    { className: "cs-stack" },
    h(
      "p",
      { className: `cs-summary cs-${bad > 0 ? "bad" : "good"}`, role: "status" },
      h(Icon, { name: bad > 0 ? "cross" : "check" }),
      summarise(bad, entities.length),
    ),
    h(
      "div",
      { className: "cs-filters" },
      h(
        "div",
        { "aria-label": "Which entities", className: "cs-choices", role: "group" },
        choices.map(([value, word, number, tone]) =>
          h(
            "button",
            {
              "aria-pressed": asked.show === value,
              className: `cs-choice cs-${tone}`,
              key: value,
              onClick: () => change({ show: value }),
              type: "button",
            },
            `${word} `,
            h("strong", null, showNumber(number)),
          ),
        ),
      ),
      h(
        "div",
        { className: "cs-field cs-search" },
        h("label", { className: "cs-hidden", htmlFor: `${id}q` }, "Search entities"),
        h(Icon, { name: "search" }),
        h("input", {
          id: `${id}q`,
          onChange: (event) => setText(event.target.value),
          placeholder: "Search entities",
          type: "search",
          value: asked.q,
        }),
      ),
      hasCrms &&
        h(
          "div",
          { className: "cs-field" },
          h("label", { className: "cs-hidden", htmlFor: `${id}crm` }, "CRM"),
          h(
            "select",
            { id: `${id}crm`, onChange: (event) => change({ crm: event.target.value }), value: asked.crm },
            h("option", { value: "" }, "All CRMs"),
            listCrms(entities).map(([name, title]) => h("option", { key: name, value: name }, title)),
          ),
        ),
    ),
    h(
      "p",
      { "aria-live": "polite", className: "cs-hidden" },
      `${count(found.length, "entity", "entities")} shown.`,
    ),
  );
}

const StateTable = ({ entities, now }) =>
  h(Table, {
    caption: "Entities, the worst first",
    columns: [
      { cell: (one) => h(Badge, { state: one.health }), head: "State" },
      { cell: (one) => h(Name, { now, one }), head: "Entity", isRowHead: true },
      { cell: (one) => h(Moment, { at: one.watermark, now }), head: "Complete up to" },
      { cell: (one) => showGood(one.good_24h, one.runs_24h), head: "Good, 24 h", isNumber: true },
      { cell: (one) => showGood(one.good_7d, one.runs_7d), head: "Good, 7 d", isNumber: true },
      { cell: (one) => h(Rows, { now, one }), head: "Rows", isNumber: true },
      { cell: (one) => h(Rejects, { one }), head: "Rejected", isNumber: true },
      { cell: (one) => showNext(one, now), head: "Next run" },
    ],
    hidesCaption: true,
    keyOf: (one) => `${one.crm_source}.${one.sync_type}`,
    rows: entities,
    toneOf: (one) => toneOf(one.health),
  });

const Name = ({ now, one }) =>
  h(
    "div",
    { className: "cs-name" },
    h(Link, { to: { hash: entityHash(one) } }, one.sync_type),
    h("span", { className: "cs-muted" }, one.title),
    one.reason && h("span", { className: "cs-reason" }, h(Reason, { now, one })),
  );

function Rows({ one, now }) {
  if (!one.proof) return showNumber(one.rows);
  const when = one.proof.ended_at ? ` ${showMoment(one.proof.ended_at)}` : "";
  return h(
    "div",
    { className: "cs-name" },
    showNumber(one.rows),
    h(
      Link,
      {
        className: `cs-small cs-${toneOf(one.proof.verdict)}`,
        title: `Compared with the source${when}`,
        to: { hash: compareHash(one) },
      },
      wordOf(one.proof.verdict).toLowerCase(),
    ),
  );
}

const Rejects = ({ one }) =>
  one.open_rejects === 0
    ? "0"
    : h(
        Link,
        {
          "aria-label": `${showRejects(one)} rejected ${one.sync_type}`,
          to: { hash: rejectedHash(one.crm_source, one.sync_type) },
        },
        showRejects(one),
      );

const showRejects = (one) => `${showNumber(one.open_rejects)}${one.open_rejects_more ? "+" : ""}`;
const showGood = (good, all) => (all === 0 ? "–" : `${showNumber(good)} of ${showNumber(all)}`);

function summarise(bad, all) {
  if (bad === 0) return `All ${count(all, "entity is", "entities are")} fine.`;
  return `${showNumber(bad)} ${bad === 1 ? "needs" : "need"} a look, ${showNumber(all - bad)} fine.`;
}

function isFound(one, asked) {
  if (asked.crm && one.crm_source !== asked.crm) return false;
  if (asked.show && one.is_good !== (asked.show === "good")) return false;
  const text = `${one.crm_source} ${one.title} ${one.sync_type} ${one.table} ${one.health}`.toLowerCase();
  return asked.q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

const listCrms = (entities) =>
  [...new Map(entities.map((one) => [one.crm_source, one.title || one.crm_source]))].sort(
    ([, one], [, other]) => one.localeCompare(other),
  );
