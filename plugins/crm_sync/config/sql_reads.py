"""How an entity is read from a table of an SQL database; the code is in sources/sql."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from crm_sync.config.durations import Seconds
from crm_sync.config.reads import ReadStrategy
from crm_sync.constants import SourceKind

EXPRESSION = "expr:"
"""A field's `source` that starts so is SQL text of its own, not the name of a column."""


class SqlTableRead(ReadStrategy, kind=SourceKind.DATABASE, door="sql"):
    """One table, read page by page along its key: whole on a full run, only the changed rows on a delta."""

    strategy: Literal["sql_table"]
    table: str = Field(min_length=1)
    """`table` or `schema.table`, spelled as in the database; the sync quotes it."""
    alias: str = Field(default="t", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    """Short name of the table for `joins` and expressions."""
    joins: tuple[str, ...] = ()
    """Joins, each as SQL text that is used as it is. A join must not multiply the rows of the table."""
    where: str = ""
    """Condition for the rows that are wanted, as SQL text that is used as it is; empty: all are.

    A row that stops fitting stays in the table until the next read of everything marks it as deleted.
    """
    page_key: tuple[str, ...] = ()
    """Columns that pages follow instead of the key's, where the key is no column of the table; rows may share
    them, up to 5,000 at a time. Only for the `mirror` of another source."""
    any_case: bool = False
    """Whether columns are found in any case: in a copy `Estimate_Id` may stand for `estimate_id`."""
    cursor: str | None = None
    """Date or time column that every change of a row sets; none: each run reads the whole table."""
    null_cursor: str | None = None
    """Creation column by which rows with a null `cursor` are found; none: each delta reads all of them."""
    page_by: Literal["auto", "cursor", "pk"] = "auto"
    """Order of a delta's pages; `auto`: the cursor if an index begins with it, otherwise the key."""
    statement_limit_s: Seconds = 300
    """Longest time for one statement; 0: no limit. A slower page is halved once, then the read fails."""

    @property
    def has_flat_records(self) -> bool:
        """Tell that its records are rows."""
        return True

    @model_validator(mode="after")
    def _check_cursors(self) -> Self:
        if self.cursor is None and (self.null_cursor is not None or self.page_by == "cursor"):
            msg = "null_cursor and page_by: cursor need a cursor"
            raise ValueError(msg)
        return self
