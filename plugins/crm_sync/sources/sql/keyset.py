"""Pages by key: from a position to rows and the next position; a position that does not grow is an error."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from crm_sync.exceptions import FatalSourceError, PaginationLoopError
from crm_sync.sources.sql.kinds import SORTED_AS_TEXT, ColumnKind, Key, RowBlock
from crm_sync.sources.sql.session import SlowStatementError, SqlSession
from crm_sync.sources.sql.statements import Condition, TableQuery
from crm_sync.untyped import Cell

log = logging.getLogger(__name__)

PAGE_ROWS = 16_700
"""Rows of a page where no YAML says page_size (that default is made for web APIs): three fill a chunk, and
three are held at a time."""
FIRST_ROWS = 2_000
"""Rows of the first page, which shows how wide they are."""
MOST_SHARED = 5_000
"""Rows that may share one key; a column with more of them is none."""
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
        order: SQL of the columns that the walk follows; where they are the same in several rows, these come
            again when a page ended among them.
        page_rows: most rows of a page.
        done: rows that came before, in an earlier try, too.
        is_unique: the database itself keeps the order's columns different in every row.
    """

    session: SqlSession
    query: TableQuery
    kinds: Sequence[ColumnKind]
    conditions: Sequence[Condition]
    order: Sequence[str]
    page_rows: int
    done: int = 0
    is_unique: bool = False
    _at: list[int] = field(init=False, repr=False)
    _seen: set[tuple[str, ...]] = field(init=False, repr=False, default_factory=set)
    _rows: int = field(init=False, repr=False, default=0)
    _is_halved: bool = field(init=False, repr=False, default=False)
    _sorts: list[str] = field(init=False, repr=False)
    _asked: list[Key] | None = field(init=False, repr=False, default=None)
    _shared: RowPage | None = field(init=False, repr=False, default=None)
    _coming: tuple[list[Key], RowBlock] | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        self._at = self.query.position_of(self.order)
        self._sorts = [
            self.query.dialect.sort(column, self.kinds[at])
            for column, at in zip(self.order, self._at, strict=True)
        ]
        self._rows = min(self.page_rows, FIRST_ROWS)

    def read(self, after: list[Key] | None, most: int | None) -> RowPage:
        """Read the page after a position.

        Args:
            after: the position; None: from the start.
            most: rows that are still wanted; None: all.

        Raises:
            PaginationLoopError: the rows do not come after the position.
            SourceError: the database refused, or can't be reached.
        """
        if (shared := self._take_shared(after)) is not None:
            return shared
        while True:
            rows = self._rows if most is None else min(self._rows, most)
            try:
                block = self._take_coming(after) or self._fetch(after, rows)
            except SlowStatementError as error:
                self._halve(error)
                continue
            self.done += block.rows
            if block.rows < rows:
                return RowPage(block, self._look_on(block, after, rows), self.done)
            position = self._position(block, after)
            # wide rows may come after narrow ones: a page grows step by step
            fitting = min(self.page_rows, rows * 4, int(PAGE_BYTES / max(block.width, 1)))
            self._rows = max(1, fitting)
            return RowPage(block, position, self.done)

    def _look_on(self, block: RowBlock, before: list[Key] | None, rows: int) -> list[Key] | None:
        """Give the position after a page shorter than asked for: none where it is the end and was not cut."""
        if not block.rows or any(block.last[at] is None for at in self._at):
            return None
        position = self._position(block, before)
        if not self.is_unique:
            self._asked, self._shared = position, self._read_shared(position)
            if self._shared is not None:
                return position
        with suppress(SlowStatementError):
            coming = self._fetch(position, rows - block.rows)
            if not coming.rows:
                return None
            self._coming = (position, coming)
        return position

    def _take_coming(self, after: list[Key] | None) -> RowBlock | None:
        coming, self._coming = self._coming, None
        return coming[1] if coming is not None and coming[0] == after else None

    def _take_shared(self, after: list[Key] | None) -> RowPage | None:
        """Give the rows that share a position, once."""
        if after is None or self.is_unique:
            return None
        if after != self._asked:
            self._asked, self._shared = after, self._read_shared(after)
        shared, self._shared = self._shared, None
        if shared is not None:
            # at least one of them came before
            self.done += shared.block.rows - 1
        return shared and replace(shared, done=self.done)

    def _read_shared(self, after: list[Key]) -> RowPage | None:
        """Read the rows that share a position, where there are several: a page may have ended among them."""
        at = self.query.at(self._sorts, self._values(after))
        statement = self.query.page([*self.conditions, at], self._sorts, MOST_SHARED, self.kinds)
        block = self.session.fetch(statement, self.kinds)
        if block.rows < 2:
            return None
        if block.rows >= MOST_SHARED:
            raise FatalSourceError(
                f"{self.query.name}: {MOST_SHARED:,} or more rows share one key: the columns "
                f"{', '.join(self.order)} are not a key, or a join multiplies the rows."
            )
        return RowPage(block, after, self.done)

    def _values(self, after: list[Key]) -> list[Any]:
        return [
            self.query.dialect.from_key(key, self.kinds[at]) for key, at in zip(after, self._at, strict=True)
        ]

    def _fetch(self, after: list[Key] | None, rows: int) -> RowBlock:
        conditions = list(self.conditions)
        if after is not None:
            conditions.append(self.query.after(self._sorts, self._values(after)))
        return self.session.fetch(self.query.page(conditions, self._sorts, rows, self.kinds), self.kinds)

    def _halve(self, error: SlowStatementError) -> None:
        if self._is_halved:
            raise FatalSourceError(
                f"{error} A page with half the rows took too long as well: an index on the columns "
                f"{', '.join(self.order)} is missing, or statement_limit_s is too short."
            ) from error
        self._is_halved = True
        self._rows = self.page_rows = max(1, self._rows // 2)
        log.warning("%s Pages have %s rows from here on.", error, f"{self._rows:,}")

    def _position(self, block: RowBlock, before: list[Key] | None) -> list[Key]:
        values = [block.last[at] for at in self._at]
        if any(value is None for value in values):
            raise FatalSourceError(
                f"The key columns {', '.join(self.order)} hold null: the rows after it can't be requested."
            )
        kinds = [self.kinds[at] for at in self._at]
        after = [self.query.dialect.to_key(value, kind) for value, kind in zip(values, kinds, strict=True)]
        text = tuple(map(str, after))
        if text in self._seen or (before is not None and not _has_grown(before, after, kinds)):
            # without values: a key may be something that nobody should read in a log
            raise PaginationLoopError(
                f"{self.query.name}: a page does not follow the one before it: the order by "
                f"{', '.join(self.order)} does not increase."
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
    """Say whether a position comes after another; only the database knows how it sorts texts."""
    for old, new, kind in zip(before, after, kinds, strict=True):
        if old == new:
            continue
        is_known = kind in (ColumnKind.INTEGER, ColumnKind.TINY) or kind in SORTED_AS_TEXT
        return _is_greater(new, old) if is_known else True
    return False


def _is_greater(new: Cell, old: Cell) -> bool:
    return isinstance(new, dict) or bool(new > old)
