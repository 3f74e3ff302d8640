"""Reads the streams whose records other streams are read for, in the words of `read.parents`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from crm_sync.import_manifest.addresses import Address
from crm_sync.import_manifest.calls import read_call
from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.findings import Doubts, NotSaidError
from crm_sync.import_manifest.names import make_name, write_path
from crm_sync.import_manifest.options import Call, Place, read_place
from crm_sync.import_manifest.paging import read_paging
from crm_sync.import_manifest.records import read_answer, read_keep, read_path
from crm_sync.import_manifest.scope import RESERVED, Keys, Scope, read_constant


@dataclass
class Parents:
    """A list of parents."""

    field: str
    """Partition field of their keys."""
    words: dict[str, Any]
    address: Address
    page_size: int | None = None
    """Smallest of the lists of the chain; None: the manifest names none."""
    place: Place | None = None
    """Where the key goes in each request, beside what texts name."""


def read_parents(router: Component, scope: Scope, secret_keys: Collection[Keys]) -> Parents:
    """Give the parents of a router, and those that they have themselves.

    Raises:
        NotSaidError: they are listed in a way that we have no word for.
    """
    configs = router.parts("parent_stream_configs")
    if len(configs) != 1:
        raise NotSaidError("parents from several lists", len(configs))
    config = configs[0]
    config.leave("incremental_dependency", "lazy_read_pointer", "extra_fields")
    field = str(config.take("partition_field", ""))
    stream = config.part("stream")
    retriever = None if stream is None else stream.part("retriever")
    if stream is None or retriever is None or retriever.type not in ("SimpleRetriever", ""):
        kind = "" if retriever is None else retriever.class_name or retriever.type
        raise NotSaidError("own Python code that lists parents", kind)
    requester, selector = retriever.part("requester"), retriever.part("record_selector")
    if requester is None or selector is None:
        raise NotSaidError("a stream without a requester or a selector")
    key = _read_key(config)
    _check_records(stream, selector, key, scope.doubts)
    own = Scope(scope.extras, scope.doubts)
    above = _read_above(retriever, own, secret_keys)
    address, call = read_call(requester, own, secret_keys)
    if above is not None and above.place is not None:
        call.put(above.place, own.partition[above.field])
    if above is not None and above.address.host != address.host:
        raise NotSaidError("another host", above.address.host)
    path = read_path(selector)
    paging = read_paging(retriever, call, path, scope.doubts)
    if read_answer(retriever, scope.doubts, is_paged=True):
        raise NotSaidError("a list of parents in another format")
    _check_call(call)
    slot = make_name(field, {*scope.extras.names.values(), *RESERVED, *_name_chain(above)})
    words: dict[str, Any] = {"name": slot, "path": address.path, "records_path": path, "id_path": key}
    words |= {"params": call.params} if call.params else {}
    words |= {"headers": call.headers} if call.headers else {}
    words |= {"paging": paging.words} if paging.is_paged else {"paged": False}
    words |= {"of": above.words} if above else {}
    sizes = [size for size in (paging.page_size, above.page_size if above else None) if size is not None]
    option = config.part("request_option")
    place = None if option is None else read_place(option)
    _leave(stream, retriever, requester)
    return Parents(field, words, address, min(sizes, default=None), place)


def _read_above(retriever: Component, own: Scope, secret_keys: Collection[Keys]) -> Parents | None:
    routers = retriever.parts("partition_router")
    if not routers:
        return None
    if len(routers) > 1 or routers[0].type != "SubstreamPartitionRouter":
        kinds = ", ".join(one.class_name or one.type for one in routers)
        raise NotSaidError("parents that are listed by another router", kinds)
    above = read_parents(routers[0], own, secret_keys)
    own.partition[above.field] = f"{{{above.words['name']}}}"
    return above


def _name_chain(above: Parents | None) -> set[str]:
    names = set()
    words = above.words if above else None
    while words:
        names.add(words["name"])
        words = words.get("of")
    return names


def _read_key(config: Component) -> str:
    given = config.take("parent_key", "")
    try:
        text = read_constant(given, config)
    except NotSaidError:
        raise NotSaidError("the key of a parent that has to be worked out", given) from None
    return write_path(tuple(key for key in text.split("/") if key))


def _check_records(stream: Component, selector: Component, key: str, doubts: Doubts) -> None:
    """Refuse what changes which parents there are, or what they are called."""
    if read_keep(selector, doubts):
        raise NotSaidError("a filter of parents")
    for one in stream.parts("transformations"):
        added = [one_field for one_field in one.own("fields") or [] if isinstance(one_field, Mapping)]
        if one.class_name or any(_is_above(added_to.get("path"), key) for added_to in added):
            raise NotSaidError("a key of parents that is made of other values", key)
        if one.type not in ("AddFields", "RemoveFields"):
            raise NotSaidError("a change of parents", one.type)
        one.leave_all()
    if stream.own("incremental_sync") is not None:
        doubts.add("all parents are listed in each run, and in the manifest those that changed")


def _is_above(path: object, key: str) -> bool:
    """Tell whether a path is the key's own, or that of an object around it."""
    written = write_path(tuple(path)) if isinstance(path, list) else ""
    return f"{key}.".startswith(f"{written}.")


def _check_call(call: Call) -> None:
    words = call.words
    if words.get("method") or words.get("body"):
        raise NotSaidError("a list of parents that is asked for with a body")
    if call.names("after") or call.names("limit"):
        raise NotSaidError("a list of parents with positions in headers")


def _leave(stream: Component, retriever: Component, requester: Component) -> None:
    stream.leave("schema_loader", "state_migrations", "incremental_sync", "cursor_field")
    retriever.leave("ignore_stream_slicer_parameters_on_paginated_requests")
    requester.leave("authenticator", "error_handler")
