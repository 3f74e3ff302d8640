"""The legacy CRM on a real MariaDB, read by its own YAML as the hook does it: a user who may only read."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import mysql.connector
import pytest

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.constants import SyncMode
from crm_sync.sources.base import ReadRequest, get_notes
from crm_sync.sources.registry import create_source
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.kinds import Statement
from crm_sync.sources.sql.mysql import MySqlDialect
from sandbox.genius.catalogue import BY_SYNC_TYPE
from sandbox.genius.database import ZONE, GeniusDatabase
from sandbox.genius.table import Table
from sandbox.mariadb import MariaDBServer
from tests.shipped import read_shipped
from tests.sources.frame_texts import write_texts

PASSWORD = "reader-password"
END = datetime(2025, 12, 31)  # noqa: DTZ001 - a wall clock


class WatchedDialect(MySqlDialect):
    """Notes every statement that reads rows."""

    def __init__(self) -> None:
        self.seen: list[Statement] = []

    def fetch(self, connection: Any, statement: Statement, kinds: Any) -> Any:
        self.seen.append(statement)
        return super().fetch(connection, statement, kinds)


@dataclass
class Reading:
    """Everything that one read gave."""

    records: list[dict[str, Any]] = field(default_factory=list)
    pages: int = 0
    statements: list[Statement] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    missing: frozenset[str] = frozenset()

    def keys(self, table: Table) -> list[tuple[str, ...]]:
        """Give the primary keys in reading order."""
        return [tuple(record[name] for name in table.key) for record in self.records]


@dataclass
class Genius:
    """One database of the CRM, and the YAML that reads it."""

    crm: GeniusDatabase
    source: SourceConfig

    def make(self, counts: Mapping[str, int]) -> None:
        """Make the tables of some entities with made-up rows."""
        rows = {BY_SYNC_TYPE[name].name: count for name, count in counts.items()}
        self.crm.create(rows)
        self.crm.fill(rows)
        self.crm.grant_reader(self.crm.name, PASSWORD)

    def connect(self) -> Any:
        """Connect as the user of the sync."""
        server = self.crm.server
        return mysql.connector.connect(
            host=server.host, port=server.port, user=self.crm.name, password=PASSWORD,
            database=self.crm.name, charset="utf8mb4", collation="utf8mb4_general_ci", autocommit=True,
        )  # fmt: skip

    def entity(self, sync_type: str, **read: Any) -> EntityConfig:
        """Give an entity's configuration, some keys of `read` replaced."""
        values = self.source.entities[sync_type].model_dump()
        return EntityConfig.model_validate({**values, "read": {**values["read"], **read}})

    def read(
        self,
        sync_type: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        page_size: int = 20,
        between: Callable[[int], None] = lambda _: None,
        entity: EntityConfig | None = None,
    ) -> Reading:
        """Read as a fetch does.

        Args:
            sync_type: entity to read.
            since: wall clock of the CRM from which on a delta reads; None: a full read.
            until: wall clock up to which it reads, both inclusive; None: the end of 2025.
            page_size: rows of a page.
            between: called after each page with its number.
            entity: instead of the configured one.
        """
        entity = entity or self.source.entities[sync_type]
        high = to_utc(until or END)
        request = ReadRequest(
            entity=entity,
            mode=SyncMode.FULL if since is None else SyncMode.DELTA,
            since=None if since is None else to_utc(since),
            # the source reads on up to its clock, which is the lag ahead of the watermark
            until=high - timedelta(seconds=entity.safety_lag_s),
            page_size=page_size,
        )
        dialect, reading = WatchedDialect(), Reading()
        database = SqlDatabase(dialect, self.connect, "genius_default")
        with closing(create_source(self.source, entity, database=database)) as source:
            for number, page in enumerate(source.read_pages(request, {}), start=1):
                assert page.frame is not None
                reading.records += write_texts(page.frame)
                reading.pages, reading.missing = number, page.missing
                between(number)
            reading.facts, reading.notes = source.describe(), get_notes(source)
        reading.statements = dialect.seen
        return reading


def to_utc(wall: datetime) -> datetime:
    """Give the moment at which the CRM's clock shows a time."""
    return wall.replace(tzinfo=ZONE).astimezone(UTC)


@pytest.fixture
def genius(mariadb: MariaDBServer) -> Iterator[Genius]:
    """A database of the CRM without a table."""
    crm = GeniusDatabase(mariadb, f"genius_{uuid.uuid4().hex[:8]}")
    yield Genius(crm, read_shipped("genius"))
    crm.close()
    mariadb.run(f"DROP DATABASE IF EXISTS `{crm.name}`", f"DROP USER IF EXISTS '{crm.name}'@'%'")
