"""Reads partition routers: lists of parents, and constants for each of which a list is read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from crm_sync.import_manifest.addresses import Address
from crm_sync.import_manifest.calls import read_call
from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.expressions import parse_text
from crm_sync.import_manifest.findings import Doubts, NotSaidError
from crm_sync.import_manifest.names import escape_braces, make_name, write_path
from crm_sync.import_manifest.options import Place, read_place
from crm_sync.import_manifest.paging import read_paging
from crm_sync.import_manifest.records import read_path
from crm_sync.import_manifest.scope import RESERVED, Keys, Scope

_PLAIN_HEADERS = frozenset({"accept", "content-type", "user-agent"})


@dataclass
class Partitions:
    """What a stream is read for, one after another."""

    parents: dict[str, Any] | None = None
    """The words of `read.parents`."""
    address: Address | None = None
    """Of the parents' list."""
    page_size: int | None = None
    """Of the parents' list; None: the manifest names none."""
    constants: list[dict[str, str]] = field(default_factory=lambda: [{}])
    """By partition field, the values of each pass."""
    places: list[tuple[str, Place]] = field(default_factory=list)
    """Partition fields that go into the request, and where."""
    slots: dict[str, str] = field(default_factory=dict)
    """By partition field of parents, the slot."""


def read_partitions(retriever: Component, scope: Scope, secret_keys: Collection[Keys]) -> Partitions:
    """Give the partitions of a retriever.

    Raises:
        NotSaidError: they are of a kind that we have no word for.
    """
    found = Partitions()
    lists: list[list[dict[str, str]]] = []
    for router in retriever.parts("partition_router"):
        if router.type == "ListPartitionRouter":
            lists.append(_read_list(router, found))
        elif router.type == "SubstreamPartitionRouter":
            if found.parents is not None:
                raise NotSaidError("parents of two kinds at once")
            _read_parents(router, found, scope, secret_keys)
        elif router.class_name:
            raise NotSaidError("own Python code that lists parents", router.class_name)
        else:
            raise NotSaidError(f"a router of partitions ({router.type})")
    found.constants = [{k: v for one in pick for k, v in one.items()} for pick in product(*lists)] or [{}]
    return found


def _read_list(router: Component, found: Partitions) -> list[dict[str, str]]:
    name = str(router.take("cursor_field", ""))
    values = router.own("values")
    if isinstance(values, str):
        raise NotSaidError("a list of values that the config has", values)
    option = router.part("request_option")
    if option is not None:
        found.places.append((name, read_place(option)))
    written = []
    for value in values or ():
        pieces = parse_text(str(value))
        if not all(isinstance(piece, str) for piece in pieces):
            raise NotSaidError("a list of values that the config has", value)
        written.append({name: escape_braces("".join(map(str, pieces)))})
    if not written:
        raise NotSaidError("an empty list of values")
    return written


def _read_parents(router: Component, found: Partitions, scope: Scope, secret_keys: Collection[Keys]) -> None:
    configs = router.parts("parent_stream_configs")
    if len(configs) != 1:
        raise NotSaidError("parents from several lists", len(configs))
    config = configs[0]
    config.leave("incremental_dependency", "lazy_read_pointer", "extra_fields")
    field_name = str(config.take("partition_field", ""))
    stream = config.part("stream")
    retriever = None if stream is None else stream.part("retriever")
    if stream is None or retriever is None or retriever.type not in ("SimpleRetriever", ""):
        raise NotSaidError(
            "own Python code that lists parents", "" if retriever is None else retriever.class_name
        )
    if retriever.own("partition_router") is not None:
        raise NotSaidError("parents of parents", stream.take("name", ""))
    requester, selector = retriever.part("requester"), retriever.part("record_selector")
    if requester is None or selector is None:
        raise NotSaidError("a stream without a requester or a selector")
    key = _read_key(config)
    _check_parent(stream, selector, key, scope.doubts)
    own = Scope(scope.extras, scope.doubts)
    address, call = read_call(requester, own, secret_keys)
    requester.leave("authenticator", "error_handler", "request_headers")
    path = read_path(selector)
    paging = read_paging(retriever, call, path, scope.doubts)
    words = call.words
    if words.get("method") or words.get("body"):
        raise NotSaidError("a list of parents that is asked for with a body")
    odd = [name for name in call.headers if name.lower() not in _PLAIN_HEADERS]
    if odd or call.names("after") or call.names("limit"):
        raise NotSaidError("a list of parents with headers or slots of its own", ", ".join(odd))
    slot = make_name(field_name, {*scope.extras.names.values(), *RESERVED})
    found.slots[field_name] = f"{{{slot}}}"
    found.address = address
    found.parents = {"name": slot, "path": address.path, "records_path": path, "id_path": key}
    found.parents |= {"params": call.params} if call.params else {}
    found.parents |= {"paging": paging.words} if paging.is_paged else {"paged": False}
    found.page_size = paging.page_size
    option = config.part("request_option")
    if option is not None:
        found.places.append((field_name, read_place(option)))
    _leave(stream)


def _read_key(config: Component) -> str:
    pieces = parse_text(str(config.take("parent_key", "")))
    if len(pieces) != 1 or not isinstance(pieces[0], str):
        raise NotSaidError("the key of a parent that has to be worked out", config.take("parent_key"))
    return write_path(tuple(key for key in pieces[0].split("/") if key))


def _check_parent(stream: Component, selector: Component, key: str, doubts: Doubts) -> None:
    """Refuse what changes which parents there are."""
    if selector.own("record_filter") is not None:
        raise NotSaidError("a filter of parents")
    for one in stream.parts("transformations"):
        changed = [str(added.get("path")) for added in one.own("fields", []) if isinstance(added, Mapping)]
        if one.class_name or any(f"'{key}'" in path for path in changed):
            raise NotSaidError("a key of parents that is made of other values", key)
        one.leave_all()
    if stream.own("incremental_sync") is not None:
        doubts.add("all parents are listed in each run, and in the manifest those that changed")


def _leave(stream: Component) -> None:
    stream.leave(
        "name", "primary_key", "schema_loader", "state_migrations", "incremental_sync", "cursor_field"
    )
