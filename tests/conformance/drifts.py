"""Plants drifts in target tables, as a mistake in the warehouse would, and says what each must be called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from tests.warehouse import Warehouse

Found = tuple[str, str, str | None]
"""Kind, record id and column of a difference."""


@dataclass
class Planter:
    """Plants one drift after the other, each in a row of its own.

    Args:
        warehouse: where the table is.
        entity: whose table.
    """

    warehouse: Warehouse
    entity: EntityConfig
    _used: set[str] = field(default_factory=set)
    _ghosts: int = 0

    def plant(self, drift: str) -> Iterator[Found]:
        """Plant a drift: `lost`, `ghost`, `marked`, `link`, or a column and what becomes of its value.

        Yields:
            What a comparison must find.
        """
        what, _, how = drift.partition("=")
        make: dict[str, Callable[[], Iterator[Found]]] = {
            "lost": self._lose,
            "ghost": self._add_ghost,
            "marked": self._mark,
            "link": self._turn_link,
        }
        yield from make[what]() if what in make else self._change(what, how)

    def _lose(self) -> Iterator[Found]:
        record_id = self._take()
        self._run("delete from {table} where {key} = %s", record_id)
        yield ("link" if self.entity.parent_key else "missing"), record_id, None

    def _add_ghost(self) -> Iterator[Found]:
        record_id = self._take()
        self._ghosts += 1
        name = self.entity.primary_key[-1] if not self.entity.parent_key else "to_object_id"
        other = str(990000 + self._ghosts)
        self._run(
            "insert into {table} select (jsonb_populate_record(t, jsonb_build_object(%s, %s))).* "
            "from {table} as t where {key} = %s",
            *(name, other, record_id),
        )
        ghost = self._find(name, other)
        yield ("link" if self.entity.parent_key else "ghost"), ghost, None

    def _mark(self) -> Iterator[Found]:
        record_id = self._take()
        self._run("update {table} set sync_deleted_at = '2020-01-01' where {key} = %s", record_id)
        yield "stale", record_id, "sync_deleted_at"

    def _turn_link(self) -> Iterator[Found]:
        record_id = self._take()
        self._ghosts += 1
        other = str(980000 + self._ghosts)
        self._run("update {table} set to_object_id = %s where {key} = %s", other, record_id)
        yield "link", record_id, None
        yield "link", self._find("to_object_id", other), None

    def _change(self, column: str, how: str) -> Iterator[Found]:
        changes = {"text": "'by hand'", "more": "{column} + 0.01", "null": "null", "next": "{column} + 1"}
        changes["earlier"] = "{column} - interval '1 day'"
        is_relative = how in changes and how != "text"
        record_id = self._take("{column} is not null" if is_relative else "true", column)
        change = sql.SQL(changes.get(how, how)).format(column=sql.Identifier(column)).as_string(self._peek())
        self._run("update {table} set {column} = " + change + " where {key} = %s", record_id, column=column)
        yield "stale", record_id, column

    def _take(self, condition: str = "true", column: str = "") -> str:
        """Give a row that nothing was done to yet, and none that waits as a reject."""
        statement = (
            "select {key} from {table} where sync_deleted_at is null and " + condition + " and {key} not in "
            "(select record_id from crm_sync.rejected_records where resolved_at is null) order by 1"
        )
        keys = [key for (key,) in self._run(statement, column=column or self.entity.primary_key[0])]
        found = next(key for key in keys if key not in self._used)
        self._used.add(found)
        return str(found)

    def _find(self, column: str, value: str) -> str:
        ((key,),) = self._run("select {key} from {table} where {column}::text = %s", value, column=column)
        self._used.add(key)
        return str(key)

    def _run(self, statement: str, *values: Any, column: str = "") -> list[tuple[Any, ...]]:
        parts = [sql.SQL("{}::text").format(sql.Identifier(name)) for name in self.entity.primary_key]
        composed = sql.SQL(statement).format(
            table=sql.Identifier(self.entity.table_schema, self.entity.table_name),
            key=sql.SQL("concat_ws('|', {})").format(sql.SQL(", ").join(parts)),
            column=sql.Identifier(column),
        )
        rows: list[tuple[Any, ...]] = self.warehouse.fetch_all(composed.as_string(self._peek()), values)
        return rows

    def _peek(self) -> Any:
        self.warehouse.fetch_one("select 1")
        return self.warehouse._own
