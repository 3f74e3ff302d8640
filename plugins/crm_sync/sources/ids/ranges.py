"""Ranges of ids that are read at the same time: who reads which, when to split, what a checkpoint means.

A range is known by its first id. Its cursor is the id from which reading goes on, so a set of cursors says
which ids are stored: for each range, those from its first id up to its cursor. A resumed read computes the
rest from that alone, whatever splits were made before. HTTP is left to readers, threads to `parallel_walk`.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_sync.exceptions import PaginationLoopError, UnexpectedResponseError
from crm_sync.rest.loop_guard import MOST_EMPTY_PAGES
from crm_sync.sources.base import Record

_MIN_SPLIT_PAGES = 2.0
"""A range is split only when more pages are expected in it."""
_FREE_MISSES = 8
_PAGES_PER_MISS = 8
"""Splits that found nothing: so many are free, and one more for each so many pages that held something. Ids
cluster, so a guess at where records lie can be wrong, and each wrong one costs a call."""


@dataclass(frozen=True)
class IdPage:
    """One answer of a reader."""

    records: Sequence[Record]
    ids: list[int]
    """Of the records, in their order."""
    next: str | None
    """Token of the next page; None: nothing follows within the range asked for."""
    left: int | None = None
    """Records that follow within the range asked for, where the source tells."""
    calls: int = 1
    lines: bytes | None = None
    """The records as NDJSON, where they were encoded already."""

    def get_lines(self, records: Sequence[Record]) -> bytes | None:
        """Give the lines of these records if they are all of the page's; None: they have to be encoded."""
        return self.lines if records is self.records else None


@dataclass
class IdRange:
    """Ids from `start` to below `end`; what lies below the position is read."""

    start: int
    token: str | None = None
    """What to send for the next page; None: from the first record."""
    end: int | None = None
    """Exclusive; None: no end."""
    ids_per_record: float = 1.0
    left: float | None = None
    empty_pages: int = 0
    """Without anything new, in a row."""
    is_measured: bool = False
    """A page of it was read, so that it is known how dense it is."""

    @property
    def position(self) -> int:
        """First id that is not read yet."""
        return self.start if self.token is None else int(self.token)


@dataclass(frozen=True)
class SplitPlan:
    """What makes splitting possible."""

    last_id: int
    """Greatest id known; the range without end is split as if it ended there."""
    left: int | None
    """Records still to be read in all, where known."""


def resume_ranges(key: str, cursors: Mapping[str, Any]) -> list[IdRange]:
    """Give the ranges that are still to be read.

    Args:
        key: name of the pass; its cursor keys are `<key>:<first id>`.
        cursors: stored positions; None where everything from the first id up is read.

    Returns:
        Ranges in ascending order, not overlapping; empty when the pass is over.
    """
    prefix = f"{key}:"
    known = {
        int(name.removeprefix(prefix)): cursor for name, cursor in cursors.items() if name.startswith(prefix)
    }
    if 0 not in known:
        known[0] = 0  # no page of the first range was stored
        if len(known) == 1:
            return [IdRange(0)]
    starts = sorted(known)
    if len(starts) == 1:
        # the token as the source gave it, which need not be a number
        return [] if known[0] is None else [IdRange(0, token=str(known[0]))]
    open_ranges = []
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        cursor = known[start]
        if cursor is None:
            break
        if following is None or int(cursor) < following:
            open_ranges.append(IdRange(start, token=str(cursor) if cursor else None, end=following))
    return open_ranges


class RangeBook:
    """Hands out ranges to threads and splits those that others are slow to finish.

    Args:
        ranges: to be read.
        page_size: records of a full page.
        plan: allows splitting; None: never.
    """

    def __init__(self, ranges: Sequence[IdRange], *, page_size: int, plan: SplitPlan | None) -> None:
        self._waiting = list(reversed(ranges))
        self._active: list[IdRange] = []
        self._page_size = page_size
        self._plan = plan
        self._left: float = float("inf") if plan is None or plan.left is None else plan.left
        self._hits = 0
        self._misses = 0
        self._changed = threading.Condition()

    def claim(self, is_cancelled: Callable[[], bool]) -> IdRange | None:
        """Give a range to read, waiting until there is one; None: all is read, or reading was cancelled."""
        with self._changed:
            while not is_cancelled():
                taken = self._waiting.pop() if self._waiting else self._split()
                if taken is not None:
                    self._active.append(taken)
                    return taken
                if not self._active:
                    return None
                self._changed.wait(0.1)
        return None

    def store(self, taken: IdRange, page: IdPage) -> tuple[Sequence[Record], str | None, bool]:
        """Note a page of a range.

        Args:
            taken: the range; its end may have been moved while the page was under way.
            page: asked for at the range's position.

        Returns:
            The records that belong to the range, the cursor after them, and whether the range is finished.

        Raises:
            PaginationLoopError: the next token does not move on, or page after page brings nothing new.
            UnexpectedResponseError: the page is not in the order of ids.
        """
        with self._changed:
            before = taken.position
            check_ascending(page.ids)
            is_news = bool(page.ids) and page.ids[-1] >= before
            records: Sequence[Record] = page.records
            if taken.end is not None and page.ids and page.ids[-1] >= taken.end:
                records = [r for r, number in zip(page.records, page.ids, strict=True) if number < taken.end]
            self._left -= len(records)
            self._hits += bool(records)
            self._misses += not records
            if page.next is None and taken.end is None:
                return self._finish(taken, records, None)
            reached = _read_token(page, before)  # records from below it came before: a page may overlap
            if reached is None or (taken.end is not None and reached >= taken.end):
                return self._finish(taken, records, str(taken.end))
            taken.empty_pages = 0 if is_news else taken.empty_pages + 1
            if taken.empty_pages > MOST_EMPTY_PAGES:
                raise PaginationLoopError(
                    f"the source sent nothing new in {taken.empty_pages} pages in a row"
                )
            taken.token = page.next
            taken.left = page.left
            taken.is_measured = True
            if len(page.ids) > 1:
                taken.ids_per_record = (page.ids[-1] - page.ids[0]) / (len(page.ids) - 1)
            return records, taken.token, False

    def _finish(
        self, taken: IdRange, records: Sequence[Record], cursor: str | None
    ) -> tuple[Sequence[Record], str | None, bool]:
        self._active.remove(taken)
        self._changed.notify_all()
        return records, cursor, True

    def _split(self) -> IdRange | None:
        if self._plan is None or self._left < _MIN_SPLIT_PAGES * self._page_size:
            return None
        if self._misses > _FREE_MISSES + self._hits // _PAGES_PER_MISS:
            return None
        # a range of which nothing was read yet may be empty: splitting it would only multiply the guess
        known = [taken for taken in self._active if taken.is_measured]
        slowest = max(known, key=self._expect_records, default=None)
        if slowest is None or self._expect_records(slowest) < _MIN_SPLIT_PAGES * self._page_size:
            return None
        first, _ = self._unread(slowest)
        # as dense as its latest page was: ids cluster, so the middle of the numbers is mostly empty
        middle = first + int(self._expect_records(slowest) / 2 * max(slowest.ids_per_record, 1.0))
        half = None if slowest.left is None else slowest.left / 2
        taken = IdRange(middle, str(middle), slowest.end, slowest.ids_per_record, half)
        slowest.end, slowest.left = middle, half
        return taken

    def _unread(self, taken: IdRange) -> tuple[int, int]:
        """Ids that the range will have left after the page that is under way."""
        end = taken.end if taken.end is not None else (self._plan.last_id + 1 if self._plan else 0)
        return taken.position + int(self._page_size * taken.ids_per_record) + 1, end

    def _expect_records(self, taken: IdRange) -> float:
        first, end = self._unread(taken)
        by_density = (end - first) / max(taken.ids_per_record, 1.0)
        return min(by_density, self._left if taken.left is None else taken.left)


def _read_token(page: IdPage, before: int) -> int | None:
    if page.next is None:
        return None
    if not page.next.isdecimal():
        raise UnexpectedResponseError(f"the page token {page.next[:40]!r} is not an id; set 'parallel: 1'")
    is_news = bool(page.ids) and page.ids[-1] >= before
    if int(page.next) <= (page.ids[-1] if is_news else before):
        raise PaginationLoopError(f"the source repeats the page token {page.next}")
    return int(page.next)


def check_ascending(ids: Sequence[int]) -> None:
    """Refuse a page whose ids fall: ranges of a list in another order would leave records out.

    Raises:
        UnexpectedResponseError: an id is below the one before it.
    """
    for last, number in itertools.pairwise(ids):
        if number < last:
            raise UnexpectedResponseError(
                f"the source must send the lowest id first, but {number} came after {last}"
            )
