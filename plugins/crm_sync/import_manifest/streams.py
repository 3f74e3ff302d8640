"""Converts one stream: its retriever, cursor, schema and key, to the content of an entity's YAML."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from crm_sync.import_manifest.addresses import Address
from crm_sync.import_manifest.auth import AuthPlan, read_auth
from crm_sync.import_manifest.calls import read_call
from crm_sync.import_manifest.columns import Columns, read_properties
from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.edits import Edits, read_edits
from crm_sync.import_manifest.findings import Doubts, Entity, NotSaidError
from crm_sync.import_manifest.incremental import Cursor, place_cursor, read_cursor
from crm_sync.import_manifest.names import make_name
from crm_sync.import_manifest.options import Call
from crm_sync.import_manifest.paging import PagePlan, read_paging
from crm_sync.import_manifest.partitions import Partitions, read_partitions
from crm_sync.import_manifest.records import read_answer, read_keep, read_path
from crm_sync.import_manifest.refusals import read_refusals
from crm_sync.import_manifest.scope import Extras, Keys, Scope

_HASHED = "rows have no key: a changed row is a new one beside the old one, which is marked as gone"


@dataclass
class Converted:
    """A stream in our words."""

    entity: Entity
    address: Address
    auth: AuthPlan
    pause_headers: set[str] = field(default_factory=set)


def convert_stream(
    stream: Component, extras: Extras, secret_keys: Collection[Keys], doubts: Doubts
) -> Converted:
    """Convert a stream.

    Args:
        stream: resolved.
        extras: of the connection, shared by all streams.
        secret_keys: values of the config that are secrets.
        doubts: takes what may differ.

    Raises:
        NotSaidError: the first thing that we have no word for.
    """
    retriever = stream.part("retriever")
    if stream.type == "StateDelegatingStream":
        raise NotSaidError("a stream for changes without one for full reads")
    if retriever is None or retriever.type not in ("SimpleRetriever", ""):
        kind = "" if retriever is None else retriever.class_name or retriever.type
        raise NotSaidError(
            "jobs of the source" if kind == "AsyncRetriever" else "own Python code that reads", kind
        )
    requester, selector = retriever.part("requester"), retriever.part("record_selector")
    if requester is None or selector is None:
        raise NotSaidError("a stream without a requester or a selector")
    if requester.class_name:
        raise NotSaidError("own Python code that asks", requester.class_name)
    _leave(stream, retriever)
    auth = read_auth(requester, secret_keys)
    signing = {keys for keys, _ in auth.secrets}
    scope = Scope(extras, doubts)
    partitions = read_partitions(retriever, scope, signing)
    cursor = read_cursor(stream, scope)
    path = read_path(selector)
    passes: list[dict[str, Any]] = []
    refusals = read_refusals(requester, doubts)
    for values in partitions.constants:
        scope.partition = {**partitions.slots, **values}
        address, call = _build_call(requester, scope, {*signing, *secret_keys}, partitions, cursor)
        paging = read_paging(retriever, call, path, doubts)
        passes.append(_write_pass(len(passes), call, paging, values, path))
        if refusals.off:
            because = "the manifest takes such an answer for an empty list"
            passes[-1]["feature_off"] = {"status": sorted(refusals.off), "because": because}
    if partitions.address is not None and partitions.address.host != address.host:
        raise NotSaidError("another host", partitions.address.host)
    edits = read_edits(stream, scope)
    keep = read_keep(selector, doubts, edits)
    read: dict[str, Any] = {"strategy": "rest_list", "passes": passes, "paging": paging.words}
    answer = read_answer(retriever, doubts, is_paged=paging.is_paged)
    read |= {"answer": answer} if answer else {}
    read |= {"parents": partitions.parents} if partitions.parents else {}
    read |= {"keep": keep} if keep else {}
    read |= {"drop": edits.dropped} if edits.dropped else {}
    entity = _write_entity(stream, read, edits, cursor, partitions, doubts)
    entity |= _write_sizes(paging, partitions)
    for name in stream.name_unread():
        doubts.add("not understood, and left out", name)
    return Converted(entity, address, auth, refusals.pause_headers)


def _leave(stream: Component, retriever: Component) -> None:
    stream.leave("name", "state_migrations", "cursor_field", "path")
    retriever.leave(
        "ignore_stream_slicer_parameters_on_paginated_requests", "name", "primary_key", "pagination_reset"
    )


def _build_call(
    requester: Component, scope: Scope, signing: Collection[Keys], partitions: Partitions, cursor: Cursor
) -> tuple[Address, Call]:
    scope.used_moments = set()
    scope.is_windowed = cursor.start is not None and cursor.end is not None
    address, call = read_call(requester, scope, signing)
    for name, place in partitions.places:
        call.put(place, scope.partition[name])
    place_cursor(cursor, call, scope)
    return address, call


def _write_pass(at: int, call: Call, paging: PagePlan, values: dict[str, str], path: str) -> dict[str, Any]:
    name = "_".join(make_name(value) for value in values.values()) or "all"
    words = {"name": f"{name}_{at + 1}" if values else name, **call.words, "records_path": path}
    return words if paging.is_paged else {**words, "paged": False}


def _write_entity(
    stream: Component,
    read: dict[str, Any],
    edits: Edits,
    cursor: Cursor,
    partitions: Partitions,
    doubts: Doubts,
) -> Entity:
    columns = Columns(edits, doubts)
    columns.add_schema(read_properties(stream, doubts))
    key = _find_key(stream, columns, doubts)
    if partitions.parents is not None:
        name = partitions.parents["name"]
        if not any(one.get("source") == f"_{name}" for one in columns.fields.values()):
            column = make_name(f"parent_{name}", columns.fields)
            columns.fields[column] = {"source": f"_{name}", "type": "string"}
    if cursor.words:
        _add_windows(read, columns, cursor, doubts)
    title = str(stream.take("name", "")).replace("_", " ").strip().capitalize()
    entity: Entity = {"title": title, "read": read, "primary_key": key}
    if cursor.lookback_s and not cursor.words:
        entity["lookback_s"] = f"{cursor.lookback_s}s"
    return {**entity, "fields": columns.fields}


def _add_windows(read: dict[str, Any], columns: Columns, cursor: Cursor, doubts: Doubts) -> None:
    """Read by spans of days, where the time of a record has a column that tells which rows a span covers."""
    more = {"format": cursor.column_format} if cursor.column_format else {}
    try:
        cursor.words["column"] = columns.need(cursor.column, type="datetime", **more)
    except NotSaidError as error:
        doubts.add("a full read asks for everything, since the manifest works the time out", error.detail)
        # rows of which nobody knows whether a delta asked for them are never taken as deleted
        read["missing_rows"] = "keep"
        return
    first = f"a full read begins on {cursor.first} (read.windows.first)"
    doubts.add(f"{first}, in the manifest where config says")
    read["windows"] = cursor.words


def _find_key(stream: Component, columns: Columns, doubts: Doubts) -> list[str]:
    """Give the columns of the key; a hash where there is none, or where the manifest works it out."""
    try:
        key = [columns.need(path, required=True) for path in _list_key(stream)]
    except NotSaidError as error:
        key = []
        doubts.add("the manifest works the key out", error.detail)
    if not key:
        key = [columns.add_hash()]
        doubts.add(_HASHED)
    return key


def _write_sizes(paging: PagePlan, partitions: Partitions) -> dict[str, int]:
    sizes = [size for size in (paging.page_size, partitions.page_size) if size is not None]
    return {"page_size": min(sizes), "max_page_size": min(sizes)} if sizes else {}


def _list_key(stream: Component) -> list[str]:
    given = stream.take("primary_key")
    if isinstance(given, str):
        given = [given]
    paths = []
    for one in given or ():
        keys = one if isinstance(one, list) else [one]
        if any("{{" in str(key) for key in keys):
            raise NotSaidError("a key that has to be worked out", one)
        # a list in the list is a path, save where it has the keys of a compound key
        paths += [".".join(map(str, keys))] if len(keys) > 1 else [str(key) for key in keys]
    return [path for path in paths if path]
