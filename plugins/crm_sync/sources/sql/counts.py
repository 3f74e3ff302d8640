"""Compares the number of a table's rows with those that came: far too many, or too few."""

from __future__ import annotations

from contextlib import suppress

from crm_sync.exceptions import PaginationLoopError, SourceError
from crm_sync.sources.sql.kinds import Statement
from crm_sync.sources.sql.session import SqlSession
from crm_sync.sources.sql.statements import TableQuery

_TOLERANCE = 0.01
"""Rows come and go while others are read."""


class RowCount:
    """What a table is known to hold.

    Args:
        query: of the entity.
        session: to ask with.
    """

    def __init__(self, query: TableQuery, session: SqlSession) -> None:
        self.at_start: int | None = None
        self._query = query
        self._session = session

    def read(self) -> int | None:
        """Count the table's rows; None where that can't be done."""
        self.at_start = self._ask(self._query.count())
        return self.at_start

    def check_end(self, rows: int, page_rows: int) -> None:
        """Stop a read that brings far more rows than the table had.

        Raises:
            PaginationLoopError: it does.
        """
        if self.at_start is not None and rows > 2 * self.at_start + 10 * page_rows:
            raise PaginationLoopError(
                f"{self._query.name} had {self.at_start:,} rows at the start, but {rows:,} came: a join "
                "multiplies them, or their order does not increase."
            )

    def find_loss(self, rows: int) -> str | None:
        """Say that a whole read came to its end too early; None where it did not.

        A page shorter than asked for is the end, and a proxy that cuts answers makes such pages.
        """
        if self.at_start is None or rows >= self.at_start:
            return None
        # rows were deleted in the meantime, or a join leaves some out
        now = self._ask(self._query.count_joined())
        there = self.at_start if now is None else min(now, self.at_start)
        if rows >= there * (1 - _TOLERANCE):
            return None
        return (
            f"{self._query.name} has {there:,} rows, but only {rows:,} came: something between here and the "
            "database cuts its answers (a proxy with a row limit?)."
        )

    def _ask(self, statement: Statement) -> int | None:
        with suppress(SourceError):
            ((rows,),) = self._session.fetch_rows(statement)
            return int(rows)
        return None
