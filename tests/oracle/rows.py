"""Rows of a database to what must become of them; values come as the driver's plain Python ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from tests.oracle.json_values import Literal
from tests.oracle.records import judge
from tests.oracle.settings import Entity
from tests.oracle.told import Reading


def read_rows(rows: Iterable[Mapping[str, Any]], entity: Entity) -> Reading:
    """Say what a whole read of a table must come to; keys of a row are the sources of the YAML's fields."""
    records = []
    for number, row in enumerate(rows, start=1):
        told = {name: to_source(value) for name, value in row.items()}
        records.append(judge(told, entity, f"row {number}", flat=True))
    return Reading(records)


def to_source(value: Any) -> Any:
    """Give a value as any source would write it: shortest digits, bytes as hex, times as ISO."""
    if value is None or isinstance(value, (bool, str, Literal)):
        return value
    if isinstance(value, (int, Decimal)):
        return Literal(format(value, "f") if isinstance(value, Decimal) else str(value))
    if isinstance(value, float):
        return Literal(repr(value))
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, datetime):
        shown = value if value.tzinfo is None else value.astimezone(UTC)
        return shown.isoformat(" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _write_span(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def _write_span(span: timedelta) -> str:
    """Write a time of day with its sign, `-01:30:00`, `36:00:00`."""
    seconds = abs(span) // timedelta(seconds=1)
    sign = "-" if span < timedelta() else ""
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
