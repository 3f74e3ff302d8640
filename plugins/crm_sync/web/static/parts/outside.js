// Links that leave the page: to Airflow's own pages by the host's router, to other sites in a tab of their own.
import { h, Link } from "../lib/react.js";

/** `href` is absolute, or lies below Airflow's base URL; anything but http(s) is shown as text. */
export function Outside({ href, className, children }) {
  const base = new URL(document.baseURI);
  let url;
  try {
    url = new URL(href.replace(/^\//, ""), base);
  } catch {
    return h("span", null, children);
  }
  if (!["http:", "https:"].includes(url.protocol)) return h("span", null, children);
  if (url.origin === base.origin && url.pathname.startsWith(base.pathname)) {
    const path = `/${url.pathname.slice(base.pathname.length)}`;
    return h(Link, { className, to: { hash: url.hash, pathname: path, search: url.search } }, children);
  }
  return h("a", { className, href: url.href, rel: "noopener noreferrer", target: "_blank" }, children);
}
