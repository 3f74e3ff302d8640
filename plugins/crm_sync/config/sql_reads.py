"""How an entity is read from a table of an SQL database; the code is in sources/sql."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from crm_sync.config.durations import Seconds
from crm_sync.config.reads import ReadModel

EXPRESSION = "expr:"
"""A field's `source` that starts so is SQL text of its own, not the name of a column."""


class SqlTableRead(ReadModel):
    """One table, in pages by key: whole on a full run, the changed rows on a delta."""

    strategy: Literal["sql_table"]
    table: str = Field(min_length=1)
    """`table` or `schema.table`, spelled as the database does; quoted when it is used."""
    alias: str = Field(default="t", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    """Short name of the table for `joins` and expressions."""
    joins: tuple[str, ...] = ()
    """SQL text after the table, one join each, taken as it is. A join must not multiply the table's rows."""
    cursor: str | None = None
    """Date or time column that every change of a row sets; None: the table is read whole on each run."""
    null_cursor: str | None = None
    """Date or time column of the creation of rows whose `cursor` is null; None: each delta reads them all."""
    page_by: Literal["auto", "cursor", "pk"] = "auto"
    """What a delta's pages follow; `auto`: the cursor where an index begins with it, else the key."""
    statement_limit_s: Seconds = 300
    """Longest time for one statement; 0: none. A page beyond it is halved once, then the read fails."""

    @model_validator(mode="after")
    def _check_cursors(self) -> Self:
        if self.cursor is None and (self.null_cursor is not None or self.page_by == "cursor"):
            msg = "null_cursor and page_by: cursor need a cursor"
            raise ValueError(msg)
        return self
