"""All records of a read to what the table must hold: keys that come twice, older and newer, what is gone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tests.oracle.settings import Entity
from tests.oracle.told import Choice, Key, Reading, Record, Told

SWEPT_SHARE, SWEPT_ROWS = 0.2, 50


@dataclass
class Row:
    """What one row must hold."""

    columns: dict[str, Told]
    gone: bool = False
    place: str = ""


@dataclass
class Expected:
    """What must hold after a run.

    Args:
        rows: by key.
        rejected: records that must be in rejected_records, with the rules of which one has to stand there.
        reasons: why the run must not end as `success`.
        may: why it may.
        failure: why it must end with an error; None: it must not.
        older: how many rows the guard has to refuse although they differ.
        known_rules: rules of earlier runs' rejects, which stay open until their record passes.
        held: keys, as the source writes them, of records kept out because another one has their row.
    """

    rows: dict[Key, Row] = field(default_factory=dict)
    rejected: list[tuple[Record, tuple[str, ...]]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    may: list[str] = field(default_factory=list)
    failure: str | None = None
    older: int = 0
    known_rules: set[str] = field(default_factory=set)
    held: set[tuple[Key, Any]] = field(default_factory=set)


def expect(
    reading: Reading,
    entity: Entity,
    before: Expected | None = None,
    *,
    whole: bool = True,
    force: bool = False,
) -> Expected:
    """Say what a run that reads this must leave.

    Args:
        reading: of the source.
        entity: its YAML.
        before: what the runs before have left; None: there is no table.
        whole: the run reads everything, so that what is absent is gone.
        force: the run overwrites newer rows.
    """
    known = dict(before.rows) if before else {}
    if reading.failure:
        return Expected(known, failure=reading.failure)
    result = Expected(known)
    if before:
        result.known_rules = before.known_rules.union(*(rules for _, rules in before.rejected))
        result.held = set(before.held)
    result.reasons += [reading.doubt] if reading.doubt else []
    result.may += [reading.either] if reading.either else []
    kept = _keep_one_each(reading.records, entity, result)
    for key, record in kept.items():
        _write(key, record, entity, result, force=force)
    if whole and not reading.doubt:
        _sweep(reading, entity, result, either=reading.either)
    if result.rejected:
        result.reasons.append(f"{len(result.rejected)} records are rejected")
    return result


def _keep_one_each(records: list[Record], entity: Entity, result: Expected) -> dict[Key, Record]:
    """Keep one record of each key; equal ones again are duplicates, newer ones versions, others collide."""
    kept: dict[Key, Record] = {}
    owners = _find_owners(records, result)
    for record in records:
        if record.rejected or record.key is None:
            result.rejected.append((record, record.rejected))
            continue
        first = kept.get(record.key)
        if owners[record.key] != record.source_key:
            result.rejected.append((record, ("collision",)))
        elif first is None:
            kept[record.key] = record
        elif first.columns == record.columns:
            continue
        elif first.stamp and record.stamp and first.stamp != record.stamp:
            kept[record.key] = max(first, record, key=_stamp_of)
        elif entity.modified and first.stamp != record.stamp:
            # one has no stamp: a collision, or the one that is known to be newer; nobody says
            kept[record.key] = _either(first, record)
            result.may.append(f"{record.key} comes with and without a modified time")
        elif entity.is_snapshot:
            result.rejected.append((record, ("collision",)))
        else:
            kept[record.key] = record
    result.rejected = [one for one in result.rejected if not _is_outdone(one[0], one[1], kept)]
    return kept


def _find_owners(records: list[Record], result: Expected) -> dict[Key, Any]:
    """Say whose row it is where keys are spelled differently: that of the first, as long as it is there."""
    owners: dict[Key, Any] = {}
    good = [record for record in records if not record.rejected and record.key is not None]
    for record in sorted(good, key=lambda one: (one.key, one.source_key) in result.held):
        assert record.key is not None
        owners.setdefault(record.key, record.source_key)
    for record in good:
        assert record.key is not None
        spelled = (record.key, record.source_key)
        (result.held.discard if owners[record.key] == record.source_key else result.held.add)(spelled)
    return owners


def _is_outdone(record: Record, rules: tuple[str, ...], kept: dict[Key, Record]) -> bool:
    """Say whether a newer version came of a record that collided with another: both are history."""
    if rules != ("collision",) or record.key is None or record.stamp is None:
        return False
    newest = kept[record.key]
    return newest.source_key == record.source_key and bool(newest.stamp and newest.stamp > record.stamp)


def _either(first: Record, other: Record) -> Record:
    columns = {name: (*told, *(other.columns or {})[name]) for name, told in (first.columns or {}).items()}
    return replace(first, columns=columns, stamp=None)


def _stamp_of(record: Record) -> datetime:
    assert record.stamp is not None
    return record.stamp


def _write(key: Key, record: Record, entity: Entity, result: Expected, *, force: bool) -> None:
    assert record.columns is not None
    columns, known = dict(record.columns), result.rows.get(key)
    if known is None:
        result.rows[key] = Row(columns, record.gone, record.place)
        return
    stored = known.columns.get(entity.modified or "", (Choice(None),))[0].value
    for name, column in entity.columns.items():
        is_null = all(one.value is None for one in columns[name])
        if name in record.missing or (column.keep_when_missing and is_null):
            columns[name] = known.columns[name]
    is_older = record.stamp is not None and stored is not None and record.stamp < stored
    if is_older and entity.older == "keep" and not force:
        result.older += columns != known.columns
        return
    result.rows[key] = Row(columns, record.gone, record.place)


def _sweep(reading: Reading, entity: Entity, result: Expected, *, either: str | None) -> None:
    if any(record.key is None for record in reading.records):
        return
    if not reading.records and not entity.allow_empty:
        result.may += ["nothing came, and the table has rows"] if result.rows else []
        return
    if entity.read.get("missing_rows") == "keep":
        return
    read = {record.key for record in reading.records}
    live = [key for key, row in result.rows.items() if row.gone is False]
    absent = [key for key in live if key not in read]
    if len(absent) > SWEPT_ROWS and len(absent) > SWEPT_SHARE * len(live):
        result.reasons.append("too many rows are gone")
        return
    for key in absent:
        row = result.rows[key]
        result.rows[key] = Row(row.columns, gone=either is None, place=row.place)
        if either is not None:
            result.may.append(f"{key} may be marked")


def count_findings(expected: Expected) -> dict[Any, int]:
    """Count the findings that have to stand beside rows, by column and rule."""
    counts: dict[Any, int] = {}
    for row in expected.rows.values():
        for name, told in row.columns.items():
            if len(told) == 1 and told[0].rule is not None:
                counts[name, told[0].rule] = counts.get((name, told[0].rule), 0) + 1
    return counts
