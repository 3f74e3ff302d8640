"""Compares what a run left with the oracle: each record is in the table, rejected, or explained."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.oracle.records import key_text
from tests.oracle.settings import Entity
from tests.oracle.table import Expected, Row
from tests.oracle.told import FINDINGS, Key, Record, Told, is_same

REJECTED = "(rejected)"
"""Stands beside the rules of a record, under no field, where one of them rejects it."""


@dataclass
class Left:
    """What a run left.

    Args:
        rows: of the table, by column.
        rejected: open rejects: record_id, field, rule.
        status: of the run; None where it raised.
        message: of the run or its error.
        explained: whether an error is one of the product's own sentences.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[tuple[str, str | None, str]] = field(default_factory=list)
    status: str | None = None
    message: str = ""
    explained: bool = True


def look_at(warehouse: Any, entity: Entity, done: Any) -> Left:
    """Read what a run left in a warehouse; `done` is the run or the error that came out of it."""
    left = Left()
    if isinstance(done, Exception):
        left.message = f"{type(done).__name__}: {done}"
        left.explained = type(done).__module__.startswith("crm_sync.")
    else:
        left.status, left.message = str(done.row.status), done.row.error_message or ""
    names = [*entity.columns, *(["extra"] if entity.extra else []), "sync_deleted_at"]
    # a driver would read the numbers inside as floats
    documents = [
        name
        for name in names
        if name == "extra" or (name in entity.columns and entity.columns[name].type == "json")
    ]
    listed = ", ".join(_quote(name) + ("::text" if name in documents else "") for name in names)
    (found,) = warehouse.fetch_one(
        "select to_regclass(%s) is not null", (f'"{entity.schema}"."{entity.name}"',)
    )
    if found:
        rows = warehouse.fetch_all(f'select {listed} from "{entity.schema}"."{entity.name}"')
        left.rows = [dict(zip(names, row, strict=True)) for row in rows]
        for row in left.rows:
            for name in documents:
                row[name] = None if row[name] is None else json.loads(row[name], parse_float=Decimal)
    left.rejected = warehouse.fetch_all(
        "select record_id, field, rule from crm_sync.rejected_records "
        "where crm_source = %s and sync_type = %s and resolved_at is null",
        (entity.crm_source, entity.name),
    )
    return left


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def list_differences(expected: Expected, left: Left, entity: Entity) -> list[str]:
    """Give a sentence for each difference; empty when all is right."""
    found = judge_end(expected, left)
    # where a run failed, what was there before still has to be there
    rows = {key_of(row, entity): row for row in left.rows}
    if left.status is None and expected.failure is None and (expected.reasons or expected.may):
        return found
    found += list(_compare_rows(expected.rows, rows, entity, may=bool(expected.may)))
    if left.status is not None:
        found += list(_compare_rejected(expected, left, entity))
    return found


def judge_end(expected: Expected, left: Left) -> list[str]:
    """Compare how a run ended."""
    why = [*expected.reasons, *([expected.failure] if expected.failure else [])]
    if left.status is None or left.status == "failed":
        if not left.explained:
            return [f"the run ended with an error that explains nothing: {left.message[:300]}"]
        must_go = not expected.failure and not expected.may and not expected.reasons
        return [f"the run failed over good data: {left.message[:300]}"] if must_go else []
    if expected.failure and left.status == "partial" and left.message:
        return []
    if expected.failure:
        return [f"the run ended as {left.status}, though {expected.failure}"]
    if left.status == "success" and why:
        return [f"the run ended as success, though {'; '.join(why)}"]
    if left.status == "partial":
        if not left.message:
            return ["the run is partial and says no reason"]
        if not why and not expected.may:
            return [f"the run is partial over good data: {left.message[:300]}"]
    return []


def key_of(row: Mapping[str, Any], entity: Entity) -> Key:
    """Give the key of a row as the oracle writes it."""
    return tuple(key_text(row[name]) for name in entity.key)


def _compare_rows(
    wanted: Mapping[Key, Row], rows: Mapping[Key, Any], entity: Entity, *, may: bool
) -> Iterable[str]:
    for key in sorted(wanted.keys() - rows.keys()):
        yield f"{key} ({wanted[key].place}) is not in the table"
    for key in sorted(rows.keys() - wanted.keys()):
        yield f"{key} is in the table and should not be"
    for key in sorted(wanted.keys() & rows.keys()):
        row, told = rows[key], wanted[key]
        for name in (*entity.columns, *(["extra"] if entity.extra else [])):
            if not fits(row[name], told.columns[name]) and not _is_masked(name, entity):
                yield f"{key}.{name} is {row[name]!r}, should be {show(told.columns[name])}"
        marked = row["sync_deleted_at"] is not None
        if marked != told.gone and not may:
            yield f"{key} is {'' if marked else 'not '}marked as deleted"


def _compare_rejected(expected: Expected, left: Left, entity: Entity) -> Iterable[str]:
    stored: dict[str, int] = {}
    for _, _, rule in left.rejected:
        stored[rule] = stored.get(rule, 0) + 1
    for record, rules in expected.rejected:
        if not any(rule in stored for rule in rules):
            yield f"{record.place} is in no rejected record of {' or '.join(rules)}"
    broken = {rule for rule in stored if rule not in FINDINGS}
    named = {rule for _, rules in expected.rejected for rule in rules}
    named |= {str(rule.get("name")) for rule in entity.rules}
    named |= expected.known_rules | ({"collision"} if expected.may else set())
    for rule in sorted(broken - named):
        yield f"a record is rejected by {rule} and should not be"
    by_field = {(field_name, rule) for _, field_name, rule in left.rejected}
    for key, row in expected.rows.items():
        for name, told in row.columns.items():
            rule = told[0].rule
            if len(told) == 1 and rule is not None and row.place and (name, rule) not in by_field:
                yield f"{key}.{name}: no finding {rule}"


def compare_record(
    told: Record, row: Mapping[str, Any], rules: Mapping[str | None, set[str]], entity: Entity
) -> list[str]:
    """Compare one record right behind transform and validate, before any table.

    Args:
        told: what the oracle says.
        row: its typed columns.
        rules: by field, the rules of its findings and verdicts.
        entity: the YAML.
    """
    seen = {rule for those in rules.values() for rule in those} - {REJECTED}
    if REJECTED not in rules.get(None, ()):
        seen = set()
    if told.rejected:
        what = f"is rejected by {sorted(seen)}" if seen else "is taken"
        fine = seen & {*told.rejected, *told.may}
        return [] if fine else [f"{what}, should be rejected by {' or '.join(told.rejected)}"]
    if seen & set(told.may):
        return []
    if seen:
        return [f"is rejected by {sorted(seen)}, should be taken"]
    assert told.columns is not None
    found = []
    for name, choices in told.columns.items():
        if _is_masked(name, entity):
            continue
        given = rules.get(name, set()) & set(FINDINGS)
        if name == "extra":
            # what is replaced there is said of the record
            given = {one.rule for one in choices if one.rule} or set()
        fine = (is_same(row[name], one.value) and _says(given, one.rule) for one in choices)
        if not any(fine):
            found.append(f"{name} is {row[name]!r} with {sorted(given)}, should be {show(choices)}")
    return found


def _says(given: set[str], rule: str | None) -> bool:
    return rule in given if rule is not None else not given


def fits(seen: Any, told: Told) -> bool:
    """Tell whether a column holds one of the things it may hold."""
    return any(is_same(seen, one.value) for one in told)


def show(told: Told) -> str:
    """Write what a column may hold."""
    return " or ".join(f"{one.value!r}" + (f" with {one.rule}" if one.rule else "") for one in told)


def _is_masked(name: str, entity: Entity) -> bool:
    return name in entity.columns and entity.columns[name].masked
