"""Pages by key: position in, rows and next position out; a position that does not grow is an error."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from crm_sync.exceptions import FatalSourceError, PaginationLoopError
from crm_sync.sources.sql.kinds import SORTED_AS_TEXT, ColumnKind, Key, RowBlock
from crm_sync.sources.sql.session import SlowStatementError, SqlSession
from crm_sync.sources.sql.statements import Condition, TableQuery

log = logging.getLogger(__name__)

FIRST_ROWS = 2_000
"""Rows of the first page, which shows how wide they are."""
_MOST_CONTAINERS = 1_000_000
PAGE_BYTES = 64 * 2**20
"""What a page should hold at most; three of them are held at a time."""


@dataclass(frozen=True)
class RowPage:
    """Rows of one page, and the position after them."""

    block: RowBlock
    after: list[Key] | None
    """Position of the last row; None: nothing follows."""
    done: int
    """Rows of the walk up to here."""


@dataclass
class KeysetWalk:
    """One ordered walk through the rows that fulfil some conditions.

    Args:
        session: to read with.
        query: of the entity.
        kinds: of the query's columns.
        conditions: that hold for every page.
        order: SQL of the columns that the walk follows; together they are different in every row.
        page_rows: most rows of a page.
        done: rows that came before, in an earlier try, too.
    """

    session: SqlSession
    query: TableQuery
    kinds: Sequence[ColumnKind]
    conditions: Sequence[Condition]
    order: Sequence[str]
    page_rows: int
    done: int = 0
    _at: list[int] = field(init=False, repr=False)
    _seen: set[tuple[str, ...]] = field(init=False, repr=False, default_factory=set)
    _rows: int = field(init=False, repr=False, default=0)
    _is_halved: bool = field(init=False, repr=False, default=False)

    def __post_init__(self) -> None:
        self._at = self.query.position_of(self.order)
        self._rows = min(self.page_rows, FIRST_ROWS)

    def read(self, after: list[Key] | None, most: int | None) -> RowPage:
        """Read the page behind a position.

        Args:
            after: the position; None: from the start.
            most: rows that are still wanted; None: all.

        Raises:
            PaginationLoopError: the rows don't lie behind the position.
            SourceError: the database refused, or can't be reached.
        """
        while True:
            rows = self._rows if most is None else min(self._rows, most)
            try:
                block = self._fetch(after, rows)
            except SlowStatementError as error:
                self._halve(error)
                continue
            self.done += block.rows
            if block.rows < rows:
                return RowPage(block, None, self.done)
            position = self._position(block, after)
            # wide rows may come behind narrow ones: a page grows step by step
            fitting = min(self.page_rows, rows * 4, int(PAGE_BYTES / max(block.width, 1)))
            self._rows = max(1, fitting)
            return RowPage(block, position, self.done)

    def _fetch(self, after: list[Key] | None, rows: int) -> RowBlock:
        conditions = list(self.conditions)
        if after is not None:
            values = [
                self.query.dialect.from_key(key, self.kinds[at])
                for key, at in zip(after, self._at, strict=True)
            ]
            conditions.append(self.query.after(self.order, values))
        return self.session.fetch(self.query.page(conditions, self.order, rows, self.kinds), self.kinds)

    def _halve(self, error: SlowStatementError) -> None:
        if self._is_halved:
            raise FatalSourceError(
                f"{error} A page of half the rows met the limit, too: an index on the columns "
                f"{', '.join(self.order)} is missing, or statement_limit_s is too short."
            ) from error
        self._is_halved = True
        self._rows = self.page_rows = max(1, self._rows // 2)
        log.warning("%s Pages have %s rows from here on.", error, f"{self._rows:,}")

    def _position(self, block: RowBlock, before: list[Key] | None) -> list[Key]:
        values = [block.last[at] for at in self._at]
        if any(value is None for value in values):
            raise FatalSourceError(
                f"The key columns {', '.join(self.order)} hold null: rows behind it can't be asked for."
            )
        kinds = [self.kinds[at] for at in self._at]
        after = [self.query.dialect.to_key(value, kind) for value, kind in zip(values, kinds, strict=True)]
        text = tuple(map(str, after))
        if text in self._seen or (before is not None and not _has_grown(before, after, kinds)):
            raise PaginationLoopError(
                f"A page ends where one before it did, or before it: the order {', '.join(self.order)} does "
                "not grow."
            )
        self._seen.add(text)
        return after


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Have Python look for cycles seldom: a page is tuples without any, and looking takes a third as long."""
    before = gc.get_threshold()
    gc.set_threshold(_MOST_CONTAINERS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _has_grown(before: Sequence[Key], after: Sequence[Key], kinds: Sequence[ColumnKind]) -> bool:
    """Say whether a position lies behind another; only the database knows how it sorts texts."""
    for old, new, kind in zip(before, after, kinds, strict=True):
        if old == new:
            continue
        is_known = kind is ColumnKind.INTEGER or kind in SORTED_AS_TEXT
        return _is_greater(new, old) if is_known else True
    return False


def _is_greater(new: Any, old: Any) -> bool:  # noqa: ANN401
    return bool(new > old)
