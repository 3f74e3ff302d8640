"""The rows that a whole read was about: a source that filters by an event's time shows no others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2 import sql


@dataclass(frozen=True)
class SweepScope:
    """Rows whose event lies in a span; rows outside of it were not asked for, so they are not gone.

    Args:
        column: datetime or date column of the target table.
        since: first moment of the span, aware UTC.
        until: moment after the span, aware UTC.
        with_null: rows without the event's time were read, too.
    """

    column: str
    since: datetime
    until: datetime
    with_null: bool = False

    def to_json(self) -> dict[str, Any]:
        """Give the scope as the manifest keeps it."""
        span = {"since": self.since.isoformat(), "until": self.until.isoformat()}
        return {"column": self.column, **span, "with_null": self.with_null}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> SweepScope:
        """Read a scope back from the manifest."""
        span = {name: datetime.fromisoformat(values[name]) for name in ("since", "until")}
        return cls(column=values["column"], **span, with_null=values["with_null"])

    def compose(self) -> sql.Composable:
        """Give the condition on the table's rows, which are called `t`."""
        column = sql.SQL("t.{}").format(sql.Identifier(self.column))
        span = sql.SQL("({column} >= {since} and {column} < {until})").format(
            column=column, since=sql.Literal(self.since), until=sql.Literal(self.until)
        )
        return sql.SQL("({} is null or {})").format(column, span) if self.with_null else span
