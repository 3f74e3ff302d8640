"""What a target table must hold, worked out from the vendor's records in plain Python, record by record.

Nothing here comes from `crm_sync.fields`: the rules are those of the design, written a second time.
"""

from __future__ import annotations

import pickle
import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_reads import RestListRead
from tests.conformance.expected_values import NotConvertibleError, convert, make_storable
from tests.oracle.wrapped import unwrap

Key = tuple[Any, ...]
Row = dict[str, Any]
Record = Mapping[str, Any]

MISSING = object()
"""What a path that leads nowhere gives."""
_DOT = re.compile(r"(?<!\\)\.")
"""Between two keys of a path; one inside a key has a backslash before it."""
_MOST_ENTITIES = 40
_MOST_ROWS = 10_000
_known: OrderedDict[int, tuple[EntityConfig, dict[bytes, tuple[Row, bool]]]] = OrderedDict()
"""Rows that were worked out before, by entity and record: most tests begin with one of the same few accounts.

An entity is known by its place in memory, so it is kept with its rows.
"""


@dataclass
class ExpectedTable:
    """What the table must hold.

    Args:
        rows: by key; columns, `extra`, and `gone`: False, True, or the moment that the source gives.
        rejected: keys of records that must not be in the table.
    """

    rows: dict[Key, Row] = field(default_factory=dict)
    rejected: set[Key] = field(default_factory=set)

    @property
    def live(self) -> set[Key]:
        """Keys that the source still has and that are not archived there."""
        return {key for key, row in self.rows.items() if not row["gone"]}


def build_expected(entity: EntityConfig, records: Iterable[Record]) -> ExpectedTable:
    """Work the table out from all records that the source has, archived ones included."""
    table, rows = ExpectedTable(), _find_known(entity)
    for record in records:
        content = pickle.dumps(record)
        if content not in rows:
            rows[content] = build_row(entity, record)
        known, is_rejected = rows[content]
        row = dict(known)
        key = tuple(row[column] for column in entity.primary_key)
        if is_rejected:
            table.rejected.add(key)
        else:
            table.rows[key] = row
    return table


def _find_known(entity: EntityConfig) -> dict[bytes, tuple[Row, bool]]:
    """Give the rows of an entity that were worked out before, by the pickled record."""
    _, rows = _known.setdefault(id(entity), (entity, {}))
    _known.move_to_end(id(entity))
    if len(_known) > _MOST_ENTITIES:
        _known.popitem(last=False)
    if len(rows) > _MOST_ROWS:
        rows.clear()
    return rows


def build_row(entity: EntityConfig, record: Record) -> tuple[Row, bool]:
    """Give the row of one record and whether it has to be rejected for a required field."""
    row: Row = {}
    is_rejected = False
    record = unwrap_record(entity, record)
    for name, config in entity.fields.items():
        found = (find(record, path) for path in list_paths(entity, name))
        value = next((v for v in found if v is not MISSING and v is not None), None)
        value = config.default if value is None else value
        try:
            row[name] = convert(str(config.type), value, entity, config.format)
            row[name] = config.default if row[name] is None else row[name]
        except NotConvertibleError:
            row[name] = None
        is_rejected = is_rejected or (row[name] is None and (config.required or name in entity.primary_key))
    if entity.extra:
        row["extra"] = find_extra(entity, record)
    row["gone"] = False
    if entity.deleted and row[entity.deleted.column]:
        row["gone"] = (row[entity.deleted.at] if entity.deleted.at else None) or True
    return row, is_rejected


def unwrap_record(entity: EntityConfig, record: Record) -> Record:
    """Take values out of their objects where the YAML says that they may be in some."""
    words = entity.read.wrapped if isinstance(entity.read, RestListRead) else None
    if words is None:
        return record
    whole = {
        path
        for name in entity.fields
        if entity.fields[name].type == "json"
        for path in list_paths(entity, name)
    }
    hidden = {
        path
        for name, one in entity.fields.items()
        if one.mask or one.sensitive
        for path in list_paths(entity, name)
    }
    found: Record = unwrap(record, words.model_dump(), whole, hidden)
    return found


def list_paths(entity: EntityConfig, column: str) -> tuple[str, ...]:
    """Give the source paths of a column, the first one first."""
    source = entity.fields[column].source
    return source if isinstance(source, tuple) else (source or column,)


def find(record: Record, path: str) -> Any:
    """Follow a dotted path; `MISSING` where it leads nowhere. A row of a table has whole paths as keys."""
    if path in record:
        return record[path]
    value: Any = record
    for part in _split(path):
        if not isinstance(value, Mapping) or part not in value:
            return MISSING
        value = value[part]
    return value


@cache
def _split(path: str) -> tuple[str, ...]:
    return tuple(part.replace("\\.", ".") for part in _DOT.split(path))


def find_extra(entity: EntityConfig, record: Record) -> dict[str, Any] | None:
    """Give what no column took, nulls and empty objects left out; None where nothing is left."""
    taken: set[str] = set()
    for name in entity.fields:
        taken.update(list_paths(entity, name))

    def left(value: Any, path: str) -> Any:
        if path in taken or value is None:
            return MISSING
        if not isinstance(value, Mapping):
            return value
        inner = {}
        for key in value:
            written = key.replace(".", "\\.")
            # a row of a table has whole paths as keys
            here = key if not path and key in taken else f"{path}.{written}" if path else written
            if (kept := left(value[key], here)) is not MISSING:
                inner[key] = kept
        return inner or MISSING

    extra = left(record, "")
    return None if extra is MISSING else make_storable(extra)
