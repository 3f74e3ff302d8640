"""Reads partition routers: lists of parents, and constants for each of which a list is read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from crm_sync.import_manifest.addresses import Address
from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.expressions import Lookup, parse_text
from crm_sync.import_manifest.findings import NotSaidError
from crm_sync.import_manifest.names import escape_braces, make_name
from crm_sync.import_manifest.options import Place, read_place
from crm_sync.import_manifest.parents import read_parents
from crm_sync.import_manifest.scope import RESERVED, Keys, Scope, read_constant


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
            lists.append(_read_list(router, found, scope))
        elif router.type == "SubstreamPartitionRouter":
            if found.parents is not None:
                raise NotSaidError("parents of two kinds at once")
            parents = read_parents(router, scope, secret_keys)
            found.parents, found.address, found.page_size = parents.words, parents.address, parents.page_size
            found.slots[parents.field] = f"{{{parents.words['name']}}}"
            found.places += [] if parents.place is None else [(parents.field, parents.place)]
        elif router.class_name:
            raise NotSaidError("own Python code that lists parents", router.class_name)
        else:
            raise NotSaidError(f"a router of partitions ({router.type})")
    found.constants = [{k: v for one in pick for k, v in one.items()} for pick in product(*lists)] or [{}]
    return found


def _read_list(router: Component, found: Partitions, scope: Scope) -> list[dict[str, str]]:
    name = str(router.take("cursor_field", ""))
    option = router.part("request_option")
    if option is not None:
        found.places.append((name, read_place(option)))
    values = router.own("values")
    if isinstance(values, str):
        _take_from_connection(values, name, found, scope)
        return [{}]
    written = []
    for value in values or ():
        try:
            written.append({name: escape_braces(read_constant(value, router))})
        except NotSaidError:
            raise NotSaidError("a list of values that the config has a part in", value) from None
    if not written:
        raise NotSaidError("an empty list of values")
    return written


def _take_from_connection(text: str, name: str, found: Partitions, scope: Scope) -> None:
    """Make parents of a list that the config has: an extra of the connection names them."""
    pieces = parse_text(text)
    one = pieces[0] if len(pieces) == 1 else None
    if not isinstance(one, Lookup) or one.root != "config" or not one.keys:
        raise NotSaidError("a list of values that has to be worked out", text)
    if found.parents is not None:
        raise NotSaidError("parents of two kinds at once")
    extra = scope.extras.name(one.keys)
    slot = make_name(name, {*scope.extras.names.values(), *RESERVED})
    found.slots[name] = f"{{{slot}}}"
    found.parents = {"name": slot, "pinned_by": extra}
    scope.doubts.add(f"give the connection the extra {extra}, the values with commas between them")
