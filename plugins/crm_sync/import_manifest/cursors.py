"""Reads a cursor: where an answer has the next page's position, and what says that there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from jinja2 import nodes

from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.conditions import Stop, read_stops
from crm_sync.import_manifest.expressions import Lookup, list_named, parse_expression, parse_text, read_value
from crm_sync.import_manifest.findings import Doubts, NotSaidError
from crm_sync.import_manifest.names import write_path

_LACK = "a page position that has to be worked out"
_CUTS = ("split(", "regex_search(")
_FLAG = re.compile(r"more|has_?next|continue|truncated", re.IGNORECASE)


@dataclass
class Cursor:
    """A position and its end, in the words of `read.paging`."""

    next_path: str = ""
    id_path: str = ""
    """Of the last record; empty: the answer names the position."""
    pages_path: str = ""
    """Where an answer has its own number, to which one is added, or the size of its page."""
    counts: str = "pages"
    is_link: bool = False
    """The position is an address, whatever the manifest takes of it."""
    ends: dict[str, Any] = field(default_factory=dict)


def read_cursor(strategy: Component, records_path: str, doubts: Doubts) -> Cursor:
    """Give the cursor of a strategy.

    Raises:
        NotSaidError: its position has to be worked out.
    """
    text = str(strategy.take("cursor_value", ""))
    cursor = _read_position(text, records_path, doubts)
    condition = strategy.take("stop_condition")
    if condition is not None:
        _read_ends(cursor, str(condition), records_path, doubts)
    return cursor


def _read_position(text: str, records_path: str, doubts: Doubts) -> Cursor:
    node = parse_expression(text)
    if node is None:
        raise NotSaidError(_LACK, text)
    if isinstance(node, nodes.Add):
        return _count_on(node, text, doubts)
    if (link := _find_link(node, text)) is not None:
        doubts.add("the link to the next page is followed, of which the manifest sends a part", text)
        return Cursor(next_path=link, is_link=True)
    pieces = _parse_position(text)
    if len(pieces) != 1 or not isinstance(found := pieces[0], Lookup) or isinstance(found.default, Lookup):
        raise NotSaidError(_LACK, text)
    return _place(found, records_path, text)


def _place(found: Lookup, records_path: str, text: str) -> Cursor:
    """Say where a position stands: in the answer, in a header, or in the last record."""
    keys = found.keys
    if found.root == "headers" and keys:
        return Cursor(next_path=_name_header(keys, text))
    inner: tuple[str | int, ...] = ()
    if found.root == "last_record":
        inner = keys
    elif found.root == "last_records" and keys[:1] == (-1,):
        inner = keys[1:]
    elif found.root == "response" and -1 in keys:
        at = keys.index(-1)
        inner = keys[at + 1 :] if write_path(keys[:at]) == records_path else ()
    elif found.root == "response" and keys and all(isinstance(key, str) for key in keys):
        return Cursor(next_path=write_path(keys))
    if not inner:
        raise NotSaidError(_LACK, text)
    return Cursor(id_path=write_path(inner))


def _find_link(node: nodes.Node, text: str) -> str | None:
    """Give the path of a link of which a position is cut out; None: it is not cut out of one."""
    if not any(mark in text for mark in _CUTS):
        return None
    found = {(one.root, one.keys) for one in list_named(node, text)}
    root, keys = next(iter(found)) if len(found) == 1 else ("", ())
    if root == "headers" and len(keys) == 1 and str(keys[0]).lower() == "link":
        return "header:Link"
    if root != "response":
        return None
    is_plain = bool(keys) and all(isinstance(key, str) for key in keys)
    return write_path(keys) if is_plain and re.search("next|link|url", str(keys), re.IGNORECASE) else None


def _parse_position(text: str) -> tuple[object, ...]:
    try:
        return parse_text(text)
    except NotSaidError:
        raise NotSaidError(_LACK, text) from None


def _name_header(keys: tuple[str | int, ...], text: str) -> str:
    name = str(keys[0])
    if name.lower() == "link":
        if len(keys) > 1 and keys[1] != "next":
            raise NotSaidError(_LACK, text)
        return "header:Link"
    if len(keys) > 1:
        raise NotSaidError(_LACK, text)
    return f"header:{name}"


def _count_on(node: nodes.Add, text: str, doubts: Doubts) -> Cursor:
    """Read a position that an answer counts on: its page and one, or its offset and its size."""
    try:
        found, step = read_value(node.left, text), read_value(node.right, text)
    except NotSaidError:
        raise NotSaidError(_LACK, text) from None
    if not isinstance(found, Lookup) or found.root != "response" or not found.keys:
        raise NotSaidError(_LACK, text)
    if isinstance(step, Lookup) and step.root in ("response", "last_page_size"):
        doubts.add("records are counted from 0, and in the manifest by what the answers say", text)
        return Cursor(pages_path=write_path(found.keys), counts="records", ends={"end": "empty"})
    if step != 1:
        raise NotSaidError(_LACK, text)
    doubts.add("pages are counted from 1, and in the manifest from what the first answer says", text)
    return Cursor(pages_path=write_path(found.keys), ends={"end": "empty"})


def _read_ends(cursor: Cursor, condition: str, records_path: str, doubts: Doubts) -> None:
    try:
        stops = read_stops(condition)
    except NotSaidError as error:
        doubts.add(
            "the list ends where nothing leads on; the manifest's stop condition is not understood",
            error.detail,
        )
        return
    for stop in stops:
        _add_end(cursor, stop, condition, records_path, doubts)


def _add_end(cursor: Cursor, stop: Stop, text: str, records_path: str, doubts: Doubts) -> None:
    path = _write_place(stop.place)
    if stop.kind in ("short", "empty"):
        cursor.ends["end"] = stop.kind
        return
    if stop.kind == "equal":
        other = _write_place(stop.other)
        if cursor.pages_path and path == cursor.pages_path:
            cursor.ends["total_pages_path"] = other
            return
    elif stop.kind == "absent" and (path == records_path or stop.place == Lookup("last_records")):
        cursor.ends["end"] = "empty"
        return
    elif _is_around(path, cursor.next_path):
        return  # what the position's own absence says already
    elif (stop.kind == "flag" or _FLAG.search(path)) and path:
        key = "done_path" if stop.kind == "flag" and stop.when else "more_path"
        if not {"more_path", "done_path"} & cursor.ends.keys():
            cursor.ends[key] = path
            return
    doubts.add("the list ends where nothing leads on; in the manifest also by its stop condition", text)


def _write_place(place: Lookup | None) -> str:
    if place is None or not place.keys:
        return ""
    if place.root == "headers":
        return "header:Link" if str(place.keys[0]).lower() == "link" else f"header:{place.keys[0]}"
    return write_path(place.keys) if place.root == "response" else ""


def _is_around(path: str, inner: str) -> bool:
    """Tell whether a place is the position's own, or around it."""
    return bool(path) and (inner == path or inner.startswith(f"{path}."))
