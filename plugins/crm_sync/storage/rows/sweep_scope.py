"""The rows that a whole read was about: it says nothing about those that it did not ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg2 import sql


@dataclass(frozen=True)
class SweepScope:
    """Rows of a span of time, of some parents, or both; rows outside of it are not gone.

    Args:
        column: datetime or date column of the target table; None: whatever the time.
        since: first moment of the span, aware UTC.
        until: moment after the span, aware UTC.
        with_null: rows without the event's time were read, too.
        parent_column: column that says whose record it is; None: whoever's.
        parents: whose records were read.
    """

    column: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    with_null: bool = False
    parent_column: str | None = None
    parents: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the scope as the manifest keeps it."""
        values = asdict(self)
        return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in values.items()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> SweepScope:
        """Read a scope back from the manifest."""
        span = {k: v and datetime.fromisoformat(v) for k, v in values.items() if k in {"since", "until"}}
        return cls(**{**values, **span, "parents": tuple(values["parents"])})

    def compose(self) -> sql.Composable:
        """Give the condition on the table's rows, which are called `t`."""
        conditions = list(self._compose_parts())
        return sql.SQL(" and ").join(conditions) if conditions else sql.SQL("true")

    def _compose_parts(self) -> Iterator[sql.Composable]:
        if self.parent_column is not None:
            yield sql.SQL("t.{}::text = any({}::text[])").format(
                sql.Identifier(self.parent_column), sql.Literal(list(self.parents))
            )
        if self.column is not None:
            column = sql.SQL("t.{}").format(sql.Identifier(self.column))
            span = sql.SQL("({column} >= {since} and {column} < {until})").format(
                column=column, since=sql.Literal(self.since), until=sql.Literal(self.until)
            )
            yield sql.SQL("({} is null or {})").format(column, span) if self.with_null else span
