"""Made-up rows of a table, the same for the same seed, fast enough for a million.

The rows hold what breaks naive readers: ids that are not in the order of the cursor, a third of the table
with one and the same cursor, rows without a cursor where the column allows that, text keys in mixed case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain, islice, repeat

from sandbox.genius.table import Column, Table
from sandbox.genius.values import NULL, make_values

LAST_CHANGE = datetime(2025, 5, 1, 10)  # noqa: DTZ001 - the legacy application writes its wall clock
"""Cursor of the row that was changed last, on the application's wall clock."""

_STEP_S = 37
_STRIDE = 7_919
_BULK = (0.2, 0.55)
"""Part of the rows, in the order of the cursor, that one bulk fix changed in one second."""
_WITHOUT_CURSOR = 7


def make_rows(table: Table, numbers: range, *, count: int, seed: int) -> Iterator[str]:
    """Give rows as lines of LOAD DATA: values apart by tabs, in the order of the table's columns.

    Args:
        table: whose rows.
        numbers: which rows, counted from 0; steps of 1.
        count: rows of the whole table, over which the cursor's values are spread.
        seed: of the made-up values.
    """
    columns = [_make_column(table, column, numbers, count, seed) for column in table.columns]
    return map("\t".join, zip(*columns, strict=False))


def _make_column(table: Table, column: Column, numbers: range, count: int, seed: int) -> Iterable[str]:
    if column.name in table.key:
        return _make_keys(table, column, numbers)
    if column.name == table.changed_column:
        return _make_cursor(column, numbers, count)
    values = make_values(table, column, seed)
    start = numbers.start % len(values)
    return islice(chain.from_iterable(repeat(values)), start, None)


def _make_keys(table: Table, column: Column, numbers: range) -> Iterable[str]:
    if column.kind == "varchar":
        # only the column's own collation orders these by their digits
        return (f"ms-É{number:06}" if number % 2 else f"MS-é{number:06}" for number in numbers)
    if len(table.key) > 1:
        is_first = column.name == table.key[0]
        return (str(number // 3 + 1 if is_first else number % 3 + 1) for number in numbers)
    # 0 is a legal id of a status
    first = 0 if table.name == "job_status" else 1
    return map(str, range(numbers.start + first, numbers.stop + first))


def _make_cursor(column: Column, numbers: range, count: int) -> Iterator[str]:
    start = LAST_CHANGE - timedelta(seconds=_STEP_S * (count - 1))
    first, last = (int(share * count) for share in _BULK)
    stride = _STRIDE if count % _STRIDE else _STRIDE + 2
    for number in numbers:
        if column.is_nullable and number % _WITHOUT_CURSOR == _WITHOUT_CURSOR - 1:
            yield NULL
            continue
        place = number * stride % count
        yield str(start + timedelta(seconds=_STEP_S * (first if first <= place < last else place)))
