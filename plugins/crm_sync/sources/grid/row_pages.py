"""The rows of a tab page by page, the next page asked for while the caller works on the one before it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from crm_sync.sources.ahead import Ahead
from crm_sync.sources.grid.calls import GridCalls
from crm_sync.sources.grid.ranges import name_cells


@dataclass(frozen=True)
class RowRange:
    """The rows of one request, counted from 1, both ends included."""

    first: int
    end: int

    @property
    def count(self) -> int:
        """Rows that are asked for."""
        return self.end + 1 - self.first


def list_ranges(begin: int, last: int, size: int, *, has_before: bool) -> Iterator[RowRange]:
    """Cut rows into ranges; each but the very first begins with the last row of the one before.

    Args:
        begin: first row that is still to be read.
        last: last row of the tab.
        size: new rows of a range.
        has_before: the row before `begin` was read already.
    """
    for row in range(begin, last + 1, size):
        is_first = row == begin and not has_before
        yield RowRange(row if is_first else row - 1, min(row + size - 1, last))


def read_ranges(
    calls: GridCalls, title: str, width: int, ranges: Iterator[RowRange], *, ahead: bool
) -> Generator[tuple[RowRange, list[list[Any]]]]:
    """Ask for ranges of a tab's rows in order; an error comes with the range that it is about.

    Args:
        calls: of the tab's file.
        title: of the tab.
        width: columns from the first on.
        ranges: what to ask for.
        ahead: ask for a range before the caller wants it.

    Raises:
        SourceError: a range could not be read.
    """
    with Ahead[list[list[Any]]](ThreadPoolExecutor(1, thread_name_prefix="crm-sync-rows")) as coming:
        asked: list[RowRange] = []

        def ask() -> None:
            if (one := next(ranges, None)) is not None:
                asked.append(one)
                coming.give(
                    calls.send_rows, name_cells(title, one.first, one.end, width), coming.is_cancelled
                )

        ask()
        while asked:
            rows = coming.take()
            if ahead:
                ask()
            yield asked.pop(0), rows
            if not ahead:
                ask()
