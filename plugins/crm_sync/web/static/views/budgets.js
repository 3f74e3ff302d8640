// What each limit of a source allows, how much of it is used, and by whom.
import { h, Link } from "../lib/react.js";
import { entityHash } from "../lib/address.js";
import { useAnswer } from "../lib/answers.js";
import { count, showMoment, showNumber, showSeconds, showShare } from "../lib/texts.js";
import { HourBars } from "../parts/chart.js";
import { Facts, Head, Moment, overviewTrail, Section } from "../parts/facts.js";
import { Meter } from "../parts/meter.js";
import { Answer, Empty, Notice } from "../parts/states.js";
import { Table } from "../parts/table.js";

const EVERY_MS = 10_000;
/** From here on a quota is shown as scarce. */
const SCARCE = 0.8;

export function Budgets({ crm }) {
  const answer = useAnswer(["budgets"], { everyMs: EVERY_MS });
  return h(
    "div",
    { className: "cs-stack" },
    h(Head, { title: "Budgets", trail: overviewTrail() }),
    h(
      "p",
      { className: "cs-muted" },
      "All tasks, workers and machines share one budget for each account and family of endpoints.",
    ),
    h(Answer, { answer, what: "the budgets" }, (data) => {
      const own = data.budgets.filter((one) => one.crm_source === crm);
      return h(List, { data: own.length > 0 ? { ...data, budgets: own } : data });
    }),
  );
}

function List({ data }) {
  return h(
    "div",
    { className: "cs-stack" },
    data.problem && h(Notice, { tone: "warn" }, h("p", null, data.problem)),
    data.budgets.length === 0 &&
      !data.problem &&
      h(Empty, null, "No run has called a limited API yet; a budget appears with the first call."),
    data.budgets.map((one) =>
      h(Card, { key: `${one.crm_source} ${one.account} ${one.endpoint_class}`, now: data.now, one }),
    ),
  );
}

function Card({ one, now }) {
  return h(
    Section,
    { title: `${one.crm_source}: ${one.endpoint_class}` },
    h(
      "div",
      { className: "cs-card" },
      one.blocked_until &&
        h(
          Notice,
          { icon: "clock", tone: "bad" },
          h("p", null, `The source asked for a pause until ${showMoment(one.blocked_until)}.`),
        ),
      !one.is_paced &&
        h(
          Notice,
          { tone: "warn" },
          h("p", null, "The connection switches the limits off: calls are counted and not held back."),
        ),
      h(Facts, {
        facts: [
          ["Account", one.account],
          ["Calls so far", showNumber(one.total_count)],
        ],
      }),
      one.limits.map((limit) =>
        h(Meter, {
          key: limit.seconds,
          label: `${count(limit.calls, "call")} in ${showSeconds(limit.seconds)}`,
          share: limit.used_now / Math.max(limit.calls, 1),
          text: `${showNumber(limit.used_now)} used now`,
        }),
      ),
      one.quota && h(Quota, { now, quota: one.quota }),
      h("div", { className: "cs-charts" }, h(Hours, { hours: one.hours }), h(Users, { one })),
    ),
  );
}

function Quota({ quota, now }) {
  const tone = quota.share >= SCARCE ? "warn" : "good";
  return h(
    "div",
    { className: "cs-stack-small" },
    h(Meter, {
      label: `${showNumber(quota.calls)} ${quota.unit} a ${quota.per}`,
      share: quota.share,
      text: `${showNumber(quota.used)} used, ${showShare(quota.share)}`,
      tone: quota.share >= 1 ? "bad" : tone,
    }),
    h(
      "p",
      { className: "cs-muted" },
      quota.expected_empty_at
        ? `At today's pace it is used up at ${showMoment(quota.expected_empty_at)}. `
        : "At today's pace it lasts. ",
      "It begins anew ",
      h(Moment, { at: quota.resets_at, now }),
      ".",
    ),
  );
}

function Hours({ hours }) {
  if (hours.length === 0) return null;
  const all = hours.reduce((sum, one) => sum + one.calls, 0);
  const busiest = hours.reduce((most, one) => (one.calls > most.calls ? one : most), hours[0]);
  const most = `${showNumber(busiest.calls)}, in the hour from ${showMoment(busiest.hour)}`;
  const label = `${count(all, "call")} in the last ${count(hours.length, "hour")}; most, ${most}.`;
  return h(
    "figure",
    null,
    h("figcaption", null, "Calls by hour, of the whole CRM"),
    h(HourBars, { hours, label }),
    h("p", { className: "cs-muted" }, label),
  );
}

function Users({ one }) {
  if (one.users.length === 0) return null;
  return h(Table, {
    caption: "Who used it today",
    columns: [
      {
        cell: (user) =>
          h(
            Link,
            { to: { hash: entityHash({ crm_source: one.crm_source, sync_type: user.sync_type }) } },
            user.sync_type,
          ),
        head: "Entity",
        isRowHead: true,
      },
      { cell: (user) => showNumber(user.calls_today), head: "Calls", isNumber: true },
    ],
    keyOf: (user) => user.sync_type,
    rows: one.users,
  });
}
