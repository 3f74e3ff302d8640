"""The rows of a tab page by page: one on its way, one being decoded, while the caller works on another."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from crm_sync.exceptions import SyncCancelledError
from crm_sync.rest.messages import Watch
from crm_sync.sources.ahead import LEAVING_S, Ahead
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
    with Ahead[list[list[Any]]](ThreadPoolExecutor(2, thread_name_prefix="crm-sync-rows")) as coming:
        turns = _Turns(calls, title, width, coming.is_cancelled)
        asked: deque[RowRange] = deque()

        def ask() -> None:
            # two: one on its way, while the one before it is decoded
            while len(asked) < (2 if ahead else 1) and (one := next(ranges, None)) is not None:
                asked.append(one)
                coming.give(turns.line_up(one))

        ask()
        while asked:
            rows, one = coming.take(), asked.popleft()
            if ahead:
                ask()
            yield one, rows
            ask()


@dataclass
class _Turn:
    """How far one request is."""

    left: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)
    following: _Turn | None = None
    """The one that was lined up behind it."""

    def note_arrival(self, _answer: object) -> None:
        """Let the next one leave, and wait for that: decoding would hold it up."""
        self.arrived.set()
        if self.following is not None:
            self.following.left.wait(LEAVING_S)


class _Turns:
    """Sends one request after the other: the next one leaves once the answer before it has arrived whole."""

    def __init__(self, calls: GridCalls, title: str, width: int, is_cancelled: Callable[[], bool]) -> None:
        self._calls = calls
        self._title = title
        self._width = width
        self._is_cancelled = is_cancelled
        self._has_failed = threading.Event()
        self._latest = _Turn()
        self._latest.arrived.set()

    def line_up(self, one: RowRange) -> Callable[[], list[list[Any]]]:
        """Give the work that asks for a range behind the one that was lined up before it."""
        before, turn = self._latest, _Turn()
        before.following = self._latest = turn
        return partial(self._ask, one, before, turn)

    def _ask(self, one: RowRange, before: _Turn, turn: _Turn) -> list[list[Any]]:
        before.arrived.wait()
        try:
            self._check()
            cells = name_cells(self._title, one.first, one.end, self._width)
            watch = Watch(leaves=turn.left.set, arrived=turn.note_arrival)
            return self._calls.send_rows(cells, self._is_cancelled, watch)
        except BaseException:
            self._has_failed.set()
            raise
        finally:
            turn.left.set()
            turn.arrived.set()

    def _check(self) -> None:
        if self._has_failed.is_set():
            raise SyncCancelledError("the rows before these could not be read")
