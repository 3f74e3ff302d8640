"""One database and ways to read it as the product does; pauses between repetitions cost no time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.constants import SyncMode
from crm_sync.rest.waits import Waiter
from crm_sync.sources.base import Page, ReadRequest
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.dialects import Dialect
from crm_sync.sources.sql.source import SqlTableSource
from tests.sources.frame_texts import write_texts

NOON = datetime(2025, 5, 1, 12, tzinfo=UTC)
FIELDS: dict[str, Any] = {
    "id": {"type": "integer", "required": True},
    "name": {"type": "string"},
    "updated_at": {"type": "datetime"},
}


class LeapingClock:
    """Sleeping only moves the clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)

    def waiter(self) -> Waiter:
        return Waiter(clock=lambda: self.now, sleep=self.sleep, slice_s=3600)


def make_entity(fields: dict[str, Any] | None = None, **values: Any) -> EntityConfig:
    """Make an entity; keys that SqlTableRead has go to `read`."""
    reads = {"table", "alias", "joins", "cursor", "null_cursor", "page_by", "statement_limit_s"}
    read = {"strategy": "sql_table", "table": "orders", **{k: v for k, v in values.items() if k in reads}}
    return EntityConfig.model_validate(
        {
            "crm_source": "shop",
            "sync_type": "orders",
            "table_schema": "shop",
            "read": read,
            "primary_key": ["id"],
            "fields": fields or FIELDS,
            "safety_lag_s": 60,
            **{k: v for k, v in values.items() if k not in reads},
        }
    )


@dataclass
class ReadResult:
    """Everything that one read gave."""

    pages: list[Page] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    cursors: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    is_whole: bool = False

    @property
    def ids(self) -> list[str]:
        """Give the ids in reading order."""
        return [record["id"] for record in self.records]

    def column(self, name: str) -> list[Any]:
        """Give one column in reading order."""
        return [record[name] for record in self.records]


@dataclass
class SqlKit:
    """A database for one test.

    Args:
        name: mariadb or postgres.
        dialect: of the product.
        connect: as the hook does it.
        execute: runs statements, committed.
        kill: ends all connections but its own.
    """

    name: str
    dialect: Dialect
    connect: Callable[[], Any]
    execute: Callable[..., None]
    kill: Callable[[], None]
    clock: LeapingClock = field(default_factory=LeapingClock)

    @property
    def is_mariadb(self) -> bool:
        """Say which of the two it is."""
        return self.name == "mariadb"

    def open(self, entity: EntityConfig) -> SqlTableSource:
        """Make the entity's source."""
        database = SqlDatabase(self.dialect, self.connect, f"{self.name}_default")
        return SqlTableSource(entity, database, waiter=self.clock.waiter())

    def read(
        self,
        entity: EntityConfig,
        *,
        cursors: Mapping[str, Any] | None = None,
        pages: int | None = None,
        between: Callable[[int], None] = lambda _: None,
        **values: Any,
    ) -> ReadResult:
        """Read as a fetch does; `since` makes it a delta up to `until` and the lag.

        Args:
            entity: what to read.
            cursors: stored by an earlier try.
            pages: stop after so many.
            between: called after each page with its number.
            values: of the request.
        """
        result = ReadResult(cursors=dict(cursors or {}))
        with closing(self.open(entity)) as source:
            for number, page in enumerate(
                source.read_pages(make_request(entity, **values), result.cursors), 1
            ):
                assert page.frame is not None
                result.pages.append(page)
                result.records += write_texts(page.frame)
                result.cursors[page.cursor_key] = page.cursor
                between(number)
                if number == pages:
                    break
            result.is_whole, result.facts = source.is_whole, source.describe()
            result.metrics = source.metrics()
        return result


def make_request(entity: EntityConfig, **values: Any) -> ReadRequest:
    """Make a full request, or with `since` a delta."""
    since = values.pop("since", None)
    mode = SyncMode.FULL if since is None else SyncMode.DELTA
    wanted = {
        "entity": entity,
        "mode": mode,
        "since": since,
        "until": NOON - timedelta(seconds=entity.safety_lag_s),
        "page_size": entity.page_size,
    }
    return ReadRequest(**{**wanted, **values})


def insert_orders(
    kit: SqlKit, rows: Iterator[tuple[int, str]] | list[tuple[int, str]], table: str = "orders"
) -> None:
    """Insert orders of an id and a time."""
    values = ", ".join(f"({number}, 'order {number}', {_quote(at)})" for number, at in rows)
    kit.execute(f"insert into {table} (id, name, updated_at) values {values}")


def make_orders(kit: SqlKit, *, indexed: bool = True) -> None:
    """Make the table orders."""
    moment = "datetime(6)" if kit.is_mariadb else "timestamp"
    kit.execute(f"create table orders (id bigint primary key, name varchar(40), updated_at {moment} null)")
    if indexed:
        kit.execute("create index orders_updated on orders (updated_at, id)")


def _quote(value: str | None) -> str:
    return "null" if value is None else f"'{value}'"
