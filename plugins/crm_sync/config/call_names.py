"""Names that reads by ids, of links, tabs and files use; `names.py` says what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from crm_sync.config.rest_config import RestConfig
from crm_sync.config.rest_files import RestFilesRead
from crm_sync.config.rest_grid import FILE, RANGE, RestGridRead
from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.config.rest_links import RestLinksRead
from crm_sync.config.slots import FIELDS, find_slots, find_wrong_format

_LIST = frozenset({"after", "limit", FIELDS})
_OF_CALL = {
    "listing": _LIST,
    "search": _LIST | {"since", "until", "before", "order"},
    "batch": frozenset({"inputs", FIELDS}),
}
"""By kind of request, the slots that it fills."""

CallRead = RestIdsRead | RestLinksRead | RestGridRead | RestFilesRead
_Text = tuple[str, object, frozenset[str]]
"""Key path, templates, and the slots that have a value there beside those of paths."""


def list_call_uses(read: CallRead, rest: RestConfig) -> Iterator[tuple[str, set[str], str, set[str]]]:
    """List key path, the names used there, what they have to be, and the names that there are."""
    everywhere = {*rest.extras, *rest.path_names, "api_version"}
    everywhere |= set(read.slots) if isinstance(read, RestIdsRead | RestFilesRead) else set()
    everywhere |= {"from_type", "to_type"} if isinstance(read, RestLinksRead) else set()
    for key, content, own in _list_texts(read):
        used = {slot.name for _, slot in find_slots(content)}
        yield key, used, "placeholders that have a value", {*everywhere, *own}
    if isinstance(read, RestIdsRead) and (extra := read.discover.mapped_only_extra):
        yield "discover.mapped_only_extra", {extra}, "an extra of rest.extras", set(rest.extras)
    if isinstance(read, RestGridRead):
        host_extra = read.probe.host_extra if read.probe else None
        named = {"file_extra": read.file_extra, "probe.host_extra": host_extra}
        for word, name in named.items():
            yield word, {name} if name else set(), "an extra of rest.extras", set(rest.extras)
    if isinstance(read, RestFilesRead) and read.path_extra:
        yield "path_extra", {read.path_extra}, "an extra of rest.extras", set(rest.extras)
    classes = {"default", *rest.rate_limits}
    for key, rate_class in _list_classes(read):
        yield key, {rate_class}, "a class of rest.rate_limits", classes


def list_call_faults(read: CallRead, rest: RestConfig) -> Iterator[tuple[str, str, str]]:
    """List what is wrong with slots whose names are right: key, expectation, text."""
    for key, content, _ in _list_texts(read):
        context: Literal["path", "text"] = "path" if key.endswith("path") else "text"
        for text, slot in find_slots(content):
            if (expected := find_wrong_format(slot, context, frozenset(rest.extras))) is not None:
                yield key, expected, text


def _list_texts(read: CallRead) -> Iterator[_Text]:
    none: frozenset[str] = frozenset()
    if isinstance(read, RestGridRead):
        for key, asked in read.calls.items():
            own = frozenset({FILE, *((RANGE,) if key in ("header", "rows") else ())})
            yield f"{key}.path", asked.path, own
            yield f"{key}.params", asked.params, own
        return
    if isinstance(read, RestFilesRead):
        for key, (sent, own) in read.calls.items():
            yield f"{key}.path", sent.path, own
            yield f"{key}.params", sent.params, own
            yield f"{key}.headers", sent.headers, own
        return
    if isinstance(read, RestLinksRead):
        yield "path", read.path, none
        yield "body", read.body, frozenset({"inputs"})
        yield "input", read.input, frozenset({"id", "after"})
        return
    yield "discover.path", read.discover.path, none
    yield "discover.params", read.discover.params, none
    yield "discover.headers", read.discover.headers, none
    yield "discover.body", read.discover.body.content if read.discover.body else None, none
    for key, call in read.calls.items():
        yield f"{key}.path", call.path, none
        yield f"{key}.params", call.params, _OF_CALL[key]
        yield f"{key}.body", call.body, _OF_CALL[key]
    yield "batch.input", read.batch.input, frozenset({"id"})


def _list_classes(read: CallRead) -> Iterator[tuple[str, str]]:
    if isinstance(read, RestLinksRead):
        yield from ((f"rate_classes.{at}", name) for at, name in enumerate(read.rate_classes))
    elif isinstance(read, RestGridRead | RestFilesRead):
        yield "rate_class", read.rate_class
    else:
        yield from ((f"{key}.rate_class", call.rate_class) for key, call in read.calls.items())
