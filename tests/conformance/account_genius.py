"""The legacy CRM in MariaDB: reading as the hook does, changes as its application makes them."""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.sql_reads import SqlTableRead
from crm_sync.constants import FieldType
from crm_sync.sources.base import Source
from crm_sync.sources.sql.kinds import Statement
from crm_sync.sources.sql.source import SqlTableSource
from sandbox.genius.catalogue import BY_SYNC_TYPE, TABLES
from sandbox.genius.database import ZONE, GeniusDatabase
from sandbox.genius.table import Table
from tests.conformance.account_base import BaseAccount
from tests.conformance.account_rest import leap
from tests.conformance.expected import Key
from tests.conformance.genius_reads import WatchedDialect, open_database
from tests.mariadb_server import share_mariadb

ROWS = 130
JOINED = {
    "prospect": ("third_party_source", "third_party_source_type"),
    "appointment": ("third_party_source", "third_party_source_type"),
    "user_data": ("users_userassociations",),
}
"""Tables that the read of a table joins."""
GENIUS_SETTINGS: dict[str, dict[str, Any]] = {name: {"counts": {name: ROWS}} for name in BY_SYNC_TYPE}
"""By sync_type: only the tables that its read needs are made."""
_NO_DAY = re.compile(r"0000-|\d{4}-00-|\d{4}-\d\d-00")
_PASSWORD = "reader-password"
_NEAR_S = 1.0


class GeniusAccount(BaseAccount):
    """One database of the session's server."""

    is_typed = True

    def __init__(self, source: SourceConfig, crm: GeniusDatabase) -> None:
        facts = {
            "opener": "tests.conformance.genius_reads:open_sql_source",
            "host": crm.server.host,
            "port": crm.server.port,
            "login": _reader(crm),
            "password": _PASSWORD,
            "database": crm.name,
            "clock_offset_s": 0.0,
        }
        super().__init__(source, facts)
        self.crm = crm
        self._seen: list[Statement] = []
        self._sources: list[Any] = []
        self._cuts: int | None = 0

    def open_source(
        self, entity: EntityConfig, connect: Callable[[], Any], *, stop: Callable[[], bool] = lambda: False
    ) -> Source:
        pages = itertools.count(1)
        database = open_database(
            self.facts, WatchedDialect(lambda *told: self._note(next(pages), *told)), stop
        )
        source = SqlTableSource(entity, database, waiter=leap(stop))
        self._sources.append(source)
        return self.with_hooks(source)

    def _note(self, page: int, connection: Any, statement: Statement) -> None:
        self._seen.append(statement)
        if self._cuts is None or (self._cuts and page > 1):
            self._cuts = self._cuts and self._cuts - 1
            self.disturbed += 1
            self.crm.server.run(f"KILL {connection.connection_id}")

    def break_connection(self, entity: EntityConfig, *, times: int | None) -> None:
        self._cuts = times

    def mend_connection(self) -> None:
        self._cuts = 0

    def count_calls(self) -> int:
        return int(sum(source.metrics()["api_calls"] for source in self._sources))

    def count_reads(self, entity: EntityConfig) -> int:
        return len(self._seen)

    def list_records(self, entity: EntityConfig) -> Iterator[dict[str, Any]]:
        table = _table(entity)
        paths = {name: str(field.source or name) for name, field in entity.fields.items()}
        flags = {paths[name] for name, field in entity.fields.items() if field.type is FieldType.BOOLEAN}
        find_joined = self._build_join(table)
        for texts in self.crm.read_texts(table):
            row = {name: _to_value(table, name, text, flags) for name, text in texts.items()}
            joined = find_joined(texts)
            # a dropped column is one that the read asks for in vain
            yield {path: joined[name] if name in joined else row.get(path) for name, path in paths.items()}

    def _build_join(self, table: Table) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
        """Give what the joins of a table add to one of its rows, worked out in Python."""
        if table.name not in JOINED:
            return lambda _row: {}
        if table.name == "user_data":
            own = {row["id"]: row for row in self.crm.read_texts(TABLES["users_userassociations"])}
            return lambda row: {
                "primary_user_id": own.get(row["user_associations_id"], {}).get("primary_user_id")
            }
        name = "hubspot_contact_id" if table.name == "prospect" else "hubspot_appointment_id"
        types = {
            row["id"]
            for row in self.crm.read_texts(TABLES["third_party_source_type"])
            if row["label"] == "hubspot"
        }
        ids = {
            row["id"]: row["third_party_id"]
            for row in self.crm.read_texts(TABLES["third_party_source"])
            if row["third_party_source_type_id"] in types
        }
        return lambda row: {name: ids.get(row["third_party_source_id"])}

    def change(self, entity: EntityConfig, count: int) -> list[Key]:
        return self.crm.change(_table(entity), count)

    def add(self, entity: EntityConfig) -> Key:
        return self.crm.add(_table(entity))

    def remove(self, entity: EntityConfig, count: int) -> list[Key]:
        return self.crm.remove(_table(entity), count)

    def clear(self, entity: EntityConfig) -> None:
        self.crm.clear(_table(entity))

    def stamp(self, entity: EntityConfig, at: datetime, keys: Iterable[Key] | None = None) -> None:
        self.crm.stamp(_table(entity), at, keys)

    def watch(self, entity: EntityConfig) -> None:
        self._seen.clear()

    def check_bound(self, entity: EntityConfig, since: datetime, until: datetime) -> None:
        assert isinstance(entity.read, SqlTableRead)
        # rows without a time are asked for by that alone, where no other column says when they were written
        by_null = entity.read.null_cursor is None
        dated = [one for one in self._seen if not (by_null and "IS NULL" in one.text.partition("WHERE")[2])]
        assert dated
        for statement in dated:
            times = sorted(t for value in statement.values if (t := _read_time(value)) is not None)
            assert len(times) >= 2, f"no window in {statement}"
            low = times[0].replace(tzinfo=ZONE)
            assert -_NEAR_S <= (low - since).total_seconds() <= 0, statement
            assert (times[-1].replace(tzinfo=ZONE) - until).total_seconds() <= entity.safety_lag_s + _NEAR_S
            assert f"`{entity.read.cursor}`" in statement.text

    def plant(self, entity: EntityConfig, values: Mapping[str, Any]) -> Key:
        table = _table(entity)
        key = self.crm.list_keys(table)[3]
        for path, value in values.items():
            # whatever its length: a column of the catalogue becomes as wide as it has to be
            verb = "MODIFY" if path in self.crm.list_columns(table) else "ADD"
            self.crm.execute(f"ALTER TABLE `{table.name}` {verb} `{path}` LONGTEXT NULL")
            self.crm.set_value(table, key, path, value)
        return key

    def drop_path(self, entity: EntityConfig, path: str) -> None:
        # ua.primary_user_id is a column of the joined table
        alias, _, column = path.rpartition(".")
        table = "users_userassociations" if alias == "ua" else _table(entity).name
        self.crm.execute(f"ALTER TABLE `{table}` DROP COLUMN `{column}`")

    def list_odd_texts(self) -> list[str]:
        return [text for text in super().list_odd_texts() if "\ud800" not in text]

    def set_clock(self, offset_s: float) -> None:
        self.facts["clock_offset_s"] = self.crm.clock_offset_s = offset_s

    def pass_time(self, seconds: float) -> None:
        self.set_clock(self.crm.clock_offset_s + seconds)


def _table(entity: EntityConfig) -> Table:
    return BY_SYNC_TYPE[entity.sync_type]


def _reader(crm: GeniusDatabase) -> str:
    return crm.name.replace("genius_", "reader_")


def _to_value(table: Table, name: str, text: str | None, flags: set[Any]) -> Any:
    kind = next((column.kind for column in table.columns if column.name == name), "text")
    if text is None or (kind in {"date", "datetime"} and _NO_DAY.match(text)):
        return None
    if kind == "datetime":
        # a repeated hour of the clock change is its first, as Python reads it
        return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC).isoformat()
    return ("false" if text == "0" else "true") if name in flags else text


def _read_time(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None


@contextmanager
def open_genius(
    source: SourceConfig,
    folder: Path,
    *,
    counts: Mapping[str, int] | None = None,
    seed: int = 7,
    clock_offset_s: float = 0.0,
    **_settings: Any,
) -> Iterator[GeniusAccount]:
    """Make a database with the tables of some entities (None: of all) and those that their reads join.

    Args:
        source: the CRM's configuration.
        folder: of the test, not used.
        counts: rows by sync_type.
        seed: of the made-up values.
        clock_offset_s: how far the source's clock is ahead.
    """
    server = share_mariadb()
    crm = GeniusDatabase(server, f"genius_{uuid.uuid4().hex[:8]}", seed=seed)
    rows = {BY_SYNC_TYPE[name].name: count for name, count in (counts or {}).items()}
    if counts is None:
        rows = dict.fromkeys(TABLES, ROWS)
    for name in list(rows):
        rows |= {joined: rows.get(joined, ROWS) for joined in JOINED.get(name, ())}
    try:
        crm.create(rows)
        crm.fill(rows)
        crm.grant_reader(_reader(crm), _PASSWORD)
        account = GeniusAccount(source, crm)
        account.set_clock(clock_offset_s)
        yield account
    finally:
        crm.close()
        server.run(f"DROP DATABASE IF EXISTS `{crm.name}`", f"DROP USER IF EXISTS '{_reader(crm)}'@'%'")
