// Small pieces of text: moments, lists of facts, headings of a view.
import { h, Link, useEffect, useRef } from "../lib/react.js";
import { buildHash } from "../lib/address.js";
import { NOTHING, showDistance, showMoment } from "../lib/texts.js";

/** A moment by its distance, with the exact one for whoever points at it. */
export function Moment({ at, now, isExact = false }) {
  if (!at) return NOTHING;
  const exact = showMoment(at);
  return h("time", { dateTime: at, title: exact }, isExact ? exact : showDistance(at, now));
}

/** When an entity is due; a paused DAG runs at no moment. */
export const showNext = (entity, now) =>
  entity.is_paused
    ? h("span", { className: "cs-nowrap" }, "DAG is paused")
    : h(Moment, { at: entity.next_run, now });

/** A list of name and value, and of `wide` or `double` where a value takes room; values that are null are left out. */
export const Facts = ({ facts }) =>
  h(
    "dl",
    { className: "cs-facts" },
    facts
      .filter(([, value]) => value !== null && value !== undefined && value !== "")
      .map(([name, value, size]) =>
        h(
          "div",
          { className: size ? `cs-${size}` : undefined, key: name },
          h("dt", null, name),
          h("dd", null, value),
        ),
      ),
  );

/** Title of the view that was seen last. */
let seen = null;

/**
 * The head of a view: where it lies, its name, what belongs beside it.
 *
 * The name takes the focus when a link has led to another view, and so vanished with the old one.
 */
export function Head({ title, trail = [], children }) {
  const heading = useRef(null);
  useEffect(() => {
    const hasMoved = seen !== null && seen !== title;
    seen = title;
    if (hasMoved && [null, document.body].includes(document.activeElement)) heading.current?.focus();
  }, [title]);
  return h(
    "header",
    { className: "cs-head" },
    trail.length > 0 &&
      h(
        "nav",
        { "aria-label": "Where this lies", className: "cs-trail" },
        h(
          "ol",
          null,
          trail.map(([text, hash]) => h("li", { key: text }, h(Link, { to: { hash } }, text))),
        ),
      ),
    h(
      "div",
      { className: "cs-title" },
      h("h1", { ref: heading, tabIndex: -1 }, title),
      h("div", { className: "cs-beside" }, children),
    ),
  );
}

export const overviewTrail = (crm) => [
  ["CRM Sync", buildHash([])],
  ...(crm ? [[crm, buildHash([], { crm })]] : []),
];

/** A part of a view with its heading. */
export const Section = ({ title, beside, children }) =>
  h(
    "section",
    { className: "cs-section" },
    h("div", { className: "cs-section-head" }, h("h2", null, title), beside),
    children,
  );
