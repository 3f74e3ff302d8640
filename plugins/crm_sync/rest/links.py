"""Finds where a link to the next page leads on the connection's own host; the client requests it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus, urlencode, urljoin, urlsplit

from requests.exceptions import InvalidURL
from requests.utils import requote_uri

from crm_sync.exceptions import UnexpectedResponseError


@dataclass(frozen=True)
class Target:
    """The path and parameters of a request for a page."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    """Sent as it is, before the parameters."""


def resolve_link(link: str, *, base_url: str, path: str) -> str:
    """Give path and query of a link below the connection's base URL.

    Args:
        link: an address, whole or relative to the page that named it.
        base_url: of the connection, which may have a path of its own.
        path: of the list, below that.

    Returns:
        `/path?query`. A link to the same list on another host, as servers behind a gateway write it, leads to
        the list on the connection's own host.

    Raises:
        UnexpectedResponseError: the link leads to another host, or out of the base URL's path.
    """
    base = urlsplit(base_url.rstrip("/"))
    here = urlsplit(base_url.rstrip("/") + path)
    try:
        there = urlsplit(urljoin(here.geturl(), link))
        query, found = requote_uri(there.query), requote_uri(there.path) or "/"
    except (ValueError, UnicodeError, InvalidURL):
        raise UnexpectedResponseError("the link to the next page is not an address") from None
    if there.scheme not in ("http", "https", here.scheme):
        raise UnexpectedResponseError(f"the link to the next page is not a web address ({there.scheme})")
    same_list = {here.path, requote_uri(here.path), path}
    if there.hostname != here.hostname and there.path not in same_list:
        # the other host is not named with its query: a signed link may hold a secret
        raise UnexpectedResponseError(
            f"the link to the next page leads to another host ({there.hostname}); it is not followed"
        )
    below = path if there.path in same_list else _strip(found, base.path, path)
    return f"{below}?{query}" if query else below


def follow_link(token: str, path: str, params: Mapping[str, str]) -> Target:
    """Give the path and parameters for a resolved link.

    Args:
        token: as `resolve_link` gave it, or a query alone.
        path: of the list.
        params: of its first page; a parameter that a link to the same list leaves out is sent again.
    """
    target, _, query = token.partition("?") if token.startswith("/") else (path, "", token)
    if target != path:
        return Target(target, query=query)
    named = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    return Target(path, {name: value for name, value in params.items() if name not in named}, query)


def add_params(url_path: str, params: Mapping[str, str]) -> str:
    """Give a path and query with further parameters, in place of those of the same names.

    Args:
        url_path: `/path?query`.
        params: names to values as they are.
    """
    if not params:
        return url_path
    mark = "&" if "?" in (rest := leave_params(url_path, params)) else "?"
    return f"{rest}{mark}{urlencode(params)}"


def leave_params(url_path: str, names: Collection[str]) -> str:
    """Give a path and query without the parameters of some names; the others stay as they are written."""
    path, _, query = url_path.partition("?")
    kept = [one for one in query.split("&") if one and unquote_plus(one.partition("=")[0]) not in names]
    return f"{path}?{'&'.join(kept)}" if kept else path


def _strip(found: str, prefix: str, path: str) -> str:
    if not prefix or found == prefix or found.startswith(f"{prefix}/"):
        return found.removeprefix(prefix) or "/"
    if found.split("/")[1] == path.split("/")[1]:
        return found  # as the server sees it, without the prefix that its gateway adds
    raise UnexpectedResponseError(
        f"the link to the next page leads to {found[:80]}, which is not below {prefix} of the connection"
    )
