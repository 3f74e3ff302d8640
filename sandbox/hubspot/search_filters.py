"""Search filters as predicates over records.

Datetimes are compared as milliseconds, numbers and `hs_object_id` as numbers, everything else as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from sandbox.hubspot.errors import validation_error
from sandbox.hubspot.records import Record, TypeStore
from sandbox.hubspot.times import to_ms

Comparable = float | str
Getter = Callable[[Record], Comparable | None]
Predicate = Callable[[Record], bool]
NOT_SEARCHABLE = frozenset({"hs_body_preview_html"})
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "EQ": lambda have, want: have == want,
    "LT": lambda have, want: have < want,
    "LTE": lambda have, want: have <= want,
    "GT": lambda have, want: have > want,
    "GTE": lambda have, want: have >= want,
}
_WITHOUT_VALUE = frozenset({"HAS_PROPERTY", "NOT_HAS_PROPERTY"})
_LISTS = frozenset({"IN", "NOT_IN"})
_TOKENS = frozenset({"CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"})
OPERATORS = frozenset(_ORDERED) | _WITHOUT_VALUE | _LISTS | _TOKENS | {"NEQ", "BETWEEN"}


def find_getter(store: TypeStore, name: str) -> Getter:
    """Reads a property as something that compares rightly; `None` when it has no value.

    Raises:
        ApiError: 400, the property does not exist or cannot be searched.
    """
    definition = store.definitions.get(name)
    if definition is None or name in NOT_SEARCHABLE:
        message = (
            f"There was a problem with the request: property '{name}' cannot be used in a filter or sort"
        )
        raise validation_error(message, code="INVALID_PROPERTY", propertyName=[name])
    created, modified, own_id = store.object_type.always
    direct: dict[str, Getter] = {
        created: lambda record: record.created_ms,
        modified: lambda record: record.modified_ms,
        own_id: lambda record: record.id,
    }
    if name in direct:
        return direct[name]
    if definition["type"] in ("datetime", "date"):
        return lambda record: to_ms(record.properties.get(name))
    if definition["type"] == "number":
        return lambda record: _to_number(record.properties.get(name))
    return lambda record: record.properties.get(name) or None


def make_predicate(store: TypeStore, spec: dict[str, Any]) -> Predicate:
    """One filter of a search body.

    Raises:
        ApiError: 400, unknown operator or property, missing or unreadable value.
    """
    name, operator = str(spec.get("propertyName", "")), str(spec.get("operator", ""))
    get = find_getter(store, name)
    if operator not in OPERATORS:
        message = f"Invalid input JSON: operator '{operator}' is not one of {sorted(OPERATORS)}"
        raise validation_error(message)
    if operator in _WITHOUT_VALUE:
        wanted = operator == "HAS_PROPERTY"
        return lambda record: (get(record) is not None) == wanted
    parse = _value_parser(store, name)
    if operator in _LISTS:
        return _make_list_predicate(spec, get, parse, is_in=operator == "IN")
    if "value" not in spec:
        message = f"operator {operator} requires a value"
        raise validation_error(message)
    if operator in _TOKENS:
        return _make_token_predicate(store, name, str(spec["value"]), is_in=operator == "CONTAINS_TOKEN")
    value = parse(spec["value"])
    if operator == "NEQ":
        return lambda record: get(record) != value
    if operator == "BETWEEN":
        high = parse(spec.get("highValue"))
        return lambda record: (have := get(record)) is not None and value <= have <= high  # type: ignore[operator]
    compare = _ORDERED[operator]
    return lambda record: (have := get(record)) is not None and compare(have, value)


def _value_parser(store: TypeStore, name: str) -> Callable[[object], Comparable]:
    hs_type = store.definitions[name]["type"]

    def parse(value: object) -> Comparable:
        text = str(value)
        if hs_type in ("datetime", "date"):
            # The documented form is epoch milliseconds; an ISO text would hide a client's mistake.
            if re.fullmatch(r"-?\d+", text):
                return int(text)
        elif hs_type == "number":
            number = _to_number(text)
            if number is not None:
                return number
        elif value is not None:
            return text
        message = f"Property values were not valid: '{text}' is not a valid {hs_type} for {name}"
        raise validation_error(message, code="INVALID_VALUE", propertyName=[name])

    return parse


def _make_list_predicate(
    spec: dict[str, Any], get: Getter, parse: Callable[[object], Comparable], *, is_in: bool
) -> Predicate:
    values = spec.get("values")
    if not isinstance(values, list) or not values:
        message = f"operator {spec['operator']} requires values"
        raise validation_error(message)
    wanted = frozenset(parse(value) for value in values)
    if is_in:
        return lambda record: get(record) in wanted
    return lambda record: (have := get(record)) is not None and have not in wanted


def _make_token_predicate(store: TypeStore, name: str, value: str, *, is_in: bool) -> Predicate:
    if store.definitions[name]["type"] in ("datetime", "date"):
        message = f"operator CONTAINS_TOKEN cannot be used with property {name}"
        raise validation_error(message)
    pattern = re.compile(
        r"(?<![a-z0-9])" + re.escape(value.lower()).replace(r"\*", r"[^\s@]*") + r"(?![a-z0-9])"
    )
    return lambda record: (pattern.search((record.properties.get(name) or "").lower()) is not None) == is_in


def _to_number(text: str | None) -> float | None:
    if not text:
        return None
    if text.isdecimal():
        return int(text)
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None


def all_of(predicates: Sequence[Predicate]) -> Predicate:
    """True when all are."""
    if len(predicates) == 1:
        return predicates[0]
    return lambda record: all(predicate(record) for predicate in predicates)


def any_of(predicates: Sequence[Predicate]) -> Predicate:
    """True when one is; without any, true for all records."""
    if not predicates:
        return lambda _record: True
    if len(predicates) == 1:
        return predicates[0]
    return lambda record: any(predicate(record) for predicate in predicates)
