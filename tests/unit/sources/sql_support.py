"""What the unit tests of the SQL source share: entities, a driver that does as told, waits without time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.constants import SyncMode
from crm_sync.rest.waits import Waiter
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.dialects import Dialect, block_of
from crm_sync.sources.sql.kinds import ColumnKind, Fault, FaultKind, RowBlock, Statement

NOON = datetime(2025, 5, 1, 12, tzinfo=UTC)
READ_KEYS = {
    "table",
    "alias",
    "joins",
    "where",
    "any_case",
    "cursor",
    "null_cursor",
    "page_by",
    "statement_limit_s",
}


def make_entity(fields: dict[str, Any] | None = None, **values: Any) -> EntityConfig:
    """Make an entity; keys that SqlTableRead has go to `read`."""
    read = {"strategy": "sql_table", "table": "orders", **{k: v for k, v in values.items() if k in READ_KEYS}}
    return EntityConfig.model_validate(
        {
            "crm_source": "shop",
            "sync_type": "orders",
            "table_schema": "shop",
            "read": read,
            "primary_key": ["id"],
            "fields": fields or {"id": {"type": "integer"}, "name": {}},
            **{k: v for k, v in values.items() if k not in READ_KEYS},
        }
    )


def make_request(entity: EntityConfig, *, since: datetime | None = None, **values: Any) -> ReadRequest:
    """Make a full request, or with `since` a delta."""
    mode = SyncMode.FULL if since is None else SyncMode.DELTA
    return ReadRequest(
        **{
            "entity": entity,
            "mode": mode,
            "since": since,
            "until": NOON,
            "page_size": entity.page_size,
            **values,
        }
    )


class FakeError(Exception):
    """An error of the fake driver that says itself what it means."""

    def __init__(self, kind: FaultKind) -> None:
        super().__init__(str(kind))
        self.kind = kind


class FakeDialect(Dialect):
    """Gives prepared answers: columns of a page, or an error's kind."""

    name = "fake"
    is_key_unique = True

    def __init__(self, answers: Sequence[Any]) -> None:
        self.answers = list(answers)
        self.asked: list[Statement] = []
        self.connections = 0

    def quote(self, name: str) -> str:
        return f"[{name}]"

    def set_up(self, connection: Any, *, limit_s: int) -> None:
        pass

    def classify(self, error: Exception) -> Fault:
        assert isinstance(error, FakeError), error
        return Fault(error.kind, "1", f"it is {error.kind}")

    def describe(self, connection: Any, statement: Statement) -> list[ColumnKind]:
        return [ColumnKind.INTEGER, ColumnKind.TEXT]

    def fetch(self, connection: Any, statement: Statement, kinds: Sequence[ColumnKind]) -> RowBlock:
        self.asked.append(statement)
        # behind what it was told to give there is nothing
        answer = self.answers.pop(0) if self.answers else []
        if isinstance(answer, FaultKind):
            raise FakeError(answer)
        names = pl.Series(["x"] * len(answer), dtype=pl.String)
        return block_of([pl.Series([str(n) for n in answer]), names])

    def to_key(self, value: Any, kind: ColumnKind) -> Any:
        return int(value)

    def is_unique(self, table: Sequence[str], columns: Sequence[str]) -> Statement | None:
        return Statement("unique") if self.is_key_unique else None

    def fetch_rows(self, connection: Any, statement: Statement) -> list[tuple[Any, ...]]:
        return [(1,)]

    def connect(self) -> Any:
        self.connections += 1
        return FakeConnection()


class FakeConnection:
    """Can be closed."""

    def close(self) -> None:
        pass


class LeapingClock:
    """Sleeping only moves the clock."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def waiter(self) -> Waiter:
        return Waiter(clock=lambda: self.now, sleep=self.sleep, slice_s=3600)


def make_database(dialect: FakeDialect) -> SqlDatabase:
    """Give a database that the fake driver answers for."""
    return SqlDatabase(dialect, dialect.connect, "shop_default")
