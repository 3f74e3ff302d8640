"""Turns a query's conditions into a test of one record, and checks that they fit the fields' types."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from sandbox.salesforce.catalogue import FieldSpec
from sandbox.salesforce.errors import ApiError, invalid_field
from sandbox.salesforce.field_paths import FieldPath, find_path
from sandbox.salesforce.ids import to_long
from sandbox.salesforce.soql_query import Comparison, Condition, Group, Literal, Query
from sandbox.salesforce.soql_tokens import point_at
from sandbox.salesforce.store import Fields, Store, Table

Test = Callable[[Fields], bool]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_WANTED = {"datetime": "dateTime", "date": "date", "boolean": "boolean"}


def build_test(store: Store, table: Table, query: Query) -> Test:
    """The test of the whole `WHERE`.

    Raises:
        ApiError: 400, INVALID_FIELD.
    """
    if query.where is None:
        return lambda _record: True
    return _build(store, table, query, query.where)


def _build(store: Store, table: Table, query: Query, condition: Condition) -> Test:
    if isinstance(condition, Comparison):
        return _build_comparison(store, table, query, condition)
    tests = [_build(store, table, query, one) for one in condition.conditions]
    return _join(condition, tests)


def _join(group: Group, tests: list[Test]) -> Test:
    if group.word == "NOT":
        return lambda record: not tests[0](record)
    joined = all if group.word == "AND" else any
    return lambda record: joined(test(record) for test in tests)


def _build_comparison(store: Store, table: Table, query: Query, comparison: Comparison) -> Test:
    path = find_path(store, table, query.text, comparison.field)
    check_filterable(query, path, comparison.field.at, "filtered")
    for literal in comparison.literals:
        _check_type(query, path.spec, literal)
    get, fold = path.build_getter(store), fold_for(path.spec)
    word, wanted = comparison.operator, [fold(one.value) for one in comparison.literals]
    if word in ("=", "IN"):
        return lambda record: fold(get(record)) in wanted
    if word in ("!=", "NOT IN"):
        return lambda record: fold(get(record)) not in wanted
    if word == "LIKE":
        return _build_like(query, path, comparison.literals[0], get)
    compare = _COMPARE[word]

    def test(record: Fields) -> bool:
        value = fold(get(record))
        # nothing is neither smaller nor larger
        return value is not None and compare(value, wanted[0])

    return test


def check_filterable(query: Query, path: FieldPath, at: int, what: str) -> None:
    """Refuse a field that can't be `filtered` or `sorted`.

    Raises:
        ApiError: 400, INVALID_FIELD.
    """
    if not path.spec.is_filterable:
        message = f"field '{path.spec.name}' can not be {what} in a query call"
        raise invalid_field(point_at(query.text, at, message))


def _check_type(query: Query, spec: FieldSpec, literal: Literal) -> None:
    kind = "number" if spec.is_number else "string" if spec.is_text or spec.type == "time" else spec.type
    if literal.kind not in ("null", kind):
        raise _wrong_type(query, spec, literal, kind)


def _wrong_type(query: Query, spec: FieldSpec, literal: Literal, kind: str) -> ApiError:
    name = _WANTED.get(kind, spec.type)
    quotes = "should be enclosed in quotes" if kind == "string" else "should not be enclosed in quotes"
    message = f"value of filter criterion for field '{spec.name}' must be of type {name} and {quotes}"
    return invalid_field(point_at(query.text, literal.token.at, message))


def fold_for(spec: FieldSpec) -> Callable[[Any], Any]:
    """How values are compared: texts whatever their case, ids in their long form."""
    if spec.type in ("id", "reference"):
        return lambda value: None if value is None else to_long(value)
    if spec.is_text:
        return lambda value: None if value is None else value.lower()
    return lambda value: value


def _build_like(query: Query, path: FieldPath, literal: Literal, get: Callable[[Fields], Any]) -> Test:
    if not isinstance(literal.value, str):
        raise _wrong_type(query, path.spec, literal, "string")
    parts = re.split(r"(\\[%_]|[%_])", literal.value)
    wild = {"%": ".*", "_": "."}
    pattern = "".join(
        wild.get(part) or re.escape(part[1:] if part in ("\\%", "\\_") else part) for part in parts
    )
    compiled = re.compile(pattern, re.IGNORECASE | re.DOTALL)
    return lambda record: compiled.fullmatch(get(record) or "") is not None
