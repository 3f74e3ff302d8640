"""Cells of rows as the same source's JSON has them: numbers, booleans, times, nested objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from crm_sync.config.answers import CellKind
from crm_sync.fields.number_literals import keep_number
from crm_sync.rest.cell_times import CellFormat

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,4})?")
_UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_MOST_DIGITS = 18
_ISO = CellFormat()
_YES_NO = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def read_cells(
    records: Sequence[dict[str, Any]],
    kinds: Mapping[str, CellKind | None],
    formats: Mapping[str, CellFormat] | None = None,
    *,
    nests: bool = True,
) -> None:
    """Turn the texts of records into the values that JSON would have, in place; null stays null.

    Args:
        records: of one answer, all with the same keys.
        kinds: by key, the kind of its cells; None: texts.
        formats: by key, how its dates and times are written.
        nests: a key with dots leads into objects.
    """
    for name, kind in kinds.items():
        if kind is None:
            continue
        read = _find_reader(kind, (formats or {}).get(name, _ISO))
        for record in records:
            if isinstance(text := record[name], str):
                record[name] = read(text)
    nested = [name for name in kinds if "." in name] if nests else []
    for record in records if nested else ():
        _nest(record, nested)


def _find_reader(kind: CellKind, written: CellFormat) -> Callable[[str], object]:
    if kind == "date":
        return written.read_date
    return written.read_datetime if kind == "datetime" else _READERS[kind]


def _read_integer(text: str) -> object:
    """Read a whole number, which may have a fraction of zero: `0.0`."""
    if _NUMBER.fullmatch(text) is None or abs((number := Decimal(text)).adjusted()) > _MOST_DIGITS:
        return text
    return int(number) if number == number.to_integral_value() else keep_number(text)


def _read_number(text: str) -> object:
    """Read a number that JSON always writes with a fraction."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return text
    return keep_number(text if found[1] or found[2] else f"{text}.0")


def _read_boolean(text: str) -> object:
    return {"true": True, "false": False}.get(text.lower(), text)


def _read_yes_no(text: str) -> object:
    return _YES_NO.get(text.strip().lower(), text)


def _read_offset_time(text: str) -> object:
    return f"{text[:-1]}+0000" if _UTC_TIME.fullmatch(text) else text


_READERS: Mapping[str, Callable[[str], object]] = {
    "integer": _read_integer,
    "number": _read_number,
    "boolean": _read_boolean,
    "yes_no": _read_yes_no,
    "offset_time": _read_offset_time,
}


def _nest(record: dict[str, Any], names: Sequence[str]) -> None:
    """Put cells of parents into objects; a parent without any value is null."""
    parents: dict[str, dict[str, Any]] = {}
    for name in names:
        parent, _, rest = name.partition(".")
        parents.setdefault(parent, {})[rest] = record.pop(name)
    for parent, cells in parents.items():
        if all(cell is None for cell in cells.values()):
            record[parent] = None
            continue
        _nest(cells, [name for name in cells if "." in name])
        record[parent] = cells
