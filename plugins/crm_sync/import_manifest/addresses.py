"""The address of a stream, taken apart into the connection's host and a path below it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.expressions import names_config_alone, parse_text
from crm_sync.import_manifest.findings import NotSaidError
from crm_sync.import_manifest.scope import MADE_OF, Scope

_CHOSEN = re.compile(r"(\{\{.*?\}\})(/[^{]*)?", re.DOTALL)
_WHOLE = re.compile(r"(https?://[^/]+)(/.*)?", re.DOTALL)


@dataclass(frozen=True)
class Address:
    """Where a list is."""

    host: str
    """Scheme and host; with slots where the config has a part in it."""
    path: str
    """Begins with a slash."""
    params: tuple[tuple[str, str], ...] = ()
    """What the manifest writes into the address behind a question mark."""


def read_address(requester: Component, scope: Scope) -> Address:
    """Give the address of a requester's list.

    Raises:
        NotSaidError: it is no web address, or has what no slot says.
    """
    whole = requester.take("url")
    text = str(whole or requester.take("url_base", ""))
    base = _leave_to_connection(text, scope) or scope.write(text, requester, is_path=True) or ""
    path = "" if whole else scope.write(requester.take("path", ""), requester, is_path=True) or ""
    if re.match(r"https?://", path):
        base, path = path, ""
    return _split(f"{base.rstrip('/')}/{path.lstrip('/')}" if path else base)


def _leave_to_connection(text: str, scope: Scope) -> str:
    """Give what stands for a base that only the connection can know; empty: it is none."""
    found = _CHOSEN.fullmatch(text.strip())
    if found is None or not names_config_alone(found[1]):
        return ""
    try:
        parse_text(found[1])
    except NotSaidError:
        scope.doubts.add("put into the connection's host what the manifest makes of", found[1])
        return f"{{{scope.extras.name((MADE_OF + found[1],))}}}{found[2] or ''}"
    return ""


def split_address(text: str) -> tuple[str, str]:
    """Give host and path of a written address.

    Raises:
        NotSaidError: it is none.
    """
    found = _WHOLE.fullmatch(text)
    if found is not None:
        return found[1], found[2] or "/"
    lone = re.match(r"(\{[a-z0-9_]+\})(/.*)?$", text)
    if lone is None:
        raise NotSaidError("an address of a form that is not known", text)
    return lone[1], lone[2] or "/"


def _split(text: str) -> Address:
    host, path = split_address(text)
    path, _, query = path.partition("?")
    pairs = tuple(
        (name, value) for name, _, value in (one.partition("=") for one in query.split("&")) if name
    )
    return Address(host, path, pairs)
