"""Runs a query: finds the object, checks every field, picks the records and orders them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.salesforce.errors import ApiError, invalid_field, invalid_type
from sandbox.salesforce.field_paths import FieldPath, Getter, find_path
from sandbox.salesforce.object_types import find_object_type
from sandbox.salesforce.soql_conditions import build_test, check_filterable, fold_for
from sandbox.salesforce.soql_parser import parse_query
from sandbox.salesforce.soql_query import Query
from sandbox.salesforce.soql_tokens import point_at
from sandbox.salesforce.store import Fields, Store, Table

MOST_OFFSET = 2_000


@dataclass(frozen=True)
class Selection:
    """What a query asks for, checked against the object."""

    query: Query
    table: Table
    paths: tuple[FieldPath, ...]
    """None of them: only the number of rows is asked for."""
    test: Callable[[Fields], bool]
    order: tuple[tuple[Getter, bool, bool], ...]
    """Value, whether descending, whether nulls come last."""
    includes_deleted: bool

    def pick(self) -> list[Fields]:
        """The records that fit now, in the asked order, else in that of their ids."""
        found = [record for record in self.table if self._is_seen(record) and self.test(record)]
        for get, is_descending, nulls_last in reversed(self.order):
            filled = [record for record in found if get(record) is not None]
            empty = [record for record in found if get(record) is None]
            filled.sort(key=get, reverse=is_descending)
            found = filled + empty if nulls_last else empty + filled
        end = None if self.query.limit is None else self.query.offset + self.query.limit
        return found[self.query.offset : end]

    def _is_seen(self, record: Fields) -> bool:
        return self.includes_deleted or not (record.get("IsDeleted") or record.get("IsArchived"))


def select(store: Store, text: str, *, includes_deleted: bool) -> Selection:
    """Read a query and check it.

    Raises:
        ApiError: 400, MALFORMED_QUERY, INVALID_TYPE or INVALID_FIELD.
    """
    query = parse_query(text)
    table = find_table(store, query.object.text)
    paths: dict[str, FieldPath] = {}
    for token in query.fields:
        path = find_path(store, table, query.text, token)
        if path.text in paths:
            raise invalid_field(point_at(text, token.at, f"duplicate field selected: {path.text}"))
        paths[path.text] = path
    order = []
    for one in query.order:
        path = find_path(store, table, query.text, one.field)
        check_filterable(query, path, one.field.at, "sorted")
        order.append((_build_key(store, path), one.is_descending, one.nulls_last))
    if query.offset > MOST_OFFSET:
        message = f"Maximum SOQL offset allowed is {MOST_OFFSET}"
        raise ApiError(400, "NUMBER_OUTSIDE_VALID_RANGE", message)
    test = build_test(store, table, query)
    return Selection(query, table, tuple(paths.values()), test, tuple(order), includes_deleted)


def find_table(store: Store, name: str) -> Table:
    """The records of an object by the vendor's name.

    Raises:
        ApiError: 400, INVALID_TYPE: not there, or the user may not see it.
    """
    object_type = find_object_type(name)
    if object_type is None or object_type.name.lower() != name.lower() or object_type.kind in store.forbidden:
        raise invalid_type(name)
    return store.tables[object_type.kind]


def _build_key(store: Store, path: FieldPath) -> Getter:
    get, fold = path.build_getter(store), fold_for(path.spec)
    return lambda record: fold(get(record))
