// What a view shows while it has nothing to show: loading, failed, empty.
import { h } from "../lib/react.js";
import { Icon } from "./icons.js";

export const Loading = ({ what }) =>
  h(
    "div",
    { className: "cs-loading", role: "status" },
    h("span", { className: "cs-hidden" }, `Loading ${what} …`),
    [72, 100, 88, 94].map((width) =>
      h("span", { "aria-hidden": "true", className: "cs-bone", key: width, style: { width: `${width}%` } }),
    ),
  );

/** A box with one sentence; `tone` is bad, warn, busy, good or plain. */
export const Notice = ({ tone = "plain", icon = "alert", isUrgent = false, children }) =>
  h(
    "div",
    { className: `cs-notice cs-${tone}`, role: isUrgent ? "alert" : undefined },
    h(Icon, { name: icon }),
    h("div", { className: "cs-notice-text" }, children),
  );

export const Empty = ({ children }) => h("p", { className: "cs-empty" }, children);

/** Say why a question failed and what can be done about it. */
export function Failure({ error, reload }) {
  const again = h("button", { className: "cs-button", onClick: reload, type: "button" }, "Try again");
  const login = h("a", { className: "cs-button", href: loginAddress() }, "Log in");
  const action = { 401: login, 403: null }[error.status];
  return h(
    Notice,
    { icon: "cross", isUrgent: true, tone: "bad" },
    h("p", null, error.message),
    action === undefined ? again : action,
  );
}

/** Show the view of an answer, or what stands in for it; an old answer stays below the failure of a newer question. */
export function Answer({ answer, what, children }) {
  const { data, error, isLoading, reload } = answer;
  if (isLoading) return h(Loading, { what });
  if (data === null) return h(Failure, { error, reload });
  return h("div", { className: "cs-stack" }, error && h(Failure, { error, reload }), children(data));
}

function loginAddress() {
  const url = new URL("api/v2/auth/login", document.baseURI);
  url.searchParams.set("next", location.href);
  return url.href;
}
