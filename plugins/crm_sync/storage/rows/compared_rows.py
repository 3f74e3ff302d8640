"""Holds the stand-in of a table against the table: rows that are missing, differ, or are gone."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.storage.rows.merge_sql import set_planner
from crm_sync.storage.rows.sweep import GONE
from crm_sync.storage.rows.table_parts import TablePart
from crm_sync.storage.statements import compose_record_id, get_identifier, match, names
from crm_sync.storage.tables.shadow_table import ShadowTable

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

MOST_KEPT = 1000
"""Differences of a kind that are kept with their values; all are counted."""
_DIFFERING = sql.Identifier("pg_temp", "crm_sync_differing")
_SHOWN_CHARS = 200

_FIND = """
create temporary table {found} on commit drop as
select {key} as record_id, {word} as word, t.{first} is null as is_missing, {columns} as columns
from {shadow} as h
left join {table} as t on {match}
where h.sync_history_id = 0
    and (t.{first} is null or {differs})
    and (t.sync_updated_at is null or t.sync_updated_at < {begun})
    and not exists (
        select
        from crm_sync.rejected_records as reject
        where reject.crm_source = {crm_source}
            and reject.sync_type = {sync_type}
            and reject.record_id = {key}
            and reject.rule not in ('field_nulled', 'future_time', 'kept_as_text')
            and reject.resolved_at is null
    )
"""
_FIND_GHOSTS = """
create temporary table {found} on commit drop as
select {key} as record_id, {word} as word
from {gone} as s
join {table} as t on {match}
where t.sync_updated_at < {begun} and t.sync_deleted_at is null
"""


@dataclass(frozen=True)
class FoundRows:
    """Rows that differ.

    Args:
        counts: by word, see `sync/settled.py`.
        rows: of settled records: key as text, and for those of a stand-in whether the table lacks them and,
            by column, both values as text.
    """

    counts: dict[str, int] = field(default_factory=dict)
    rows: tuple[tuple[Any, ...], ...] = ()


@dataclass(frozen=True)
class DifferingRows:
    """The rows of a stand-in in which the table differs.

    Args:
        cursor: in the transaction of the stand-in.
        entity: configuration.
        shadow: the stand-in; what was written to it has the history id 0.
        compose_word: gives the expression for the word of a row by its alias.
        begun: rows that were written later are left out, aware UTC.
    """

    cursor: PgCursor
    entity: EntityConfig
    shadow: ShadowTable
    compose_word: Callable[[str], sql.Composable]
    begun: datetime

    def find(self, columns: Sequence[str]) -> FoundRows:
        """Compare some columns of all rows."""
        if not self.shadow.exists or not self.shadow.can_sweep:
            return FoundRows()
        set_planner(self.cursor, by_key=False)
        self.cursor.execute(sql.SQL("analyze {}").format(self.shadow.identifier))
        distinct = [_compose_distinct(self.entity, column) for column in columns]
        statement = sql.SQL(_FIND).format(
            found=_DIFFERING,
            key=compose_record_id(self.entity, "h"),
            word=self.compose_word("h"),
            first=sql.Identifier(self.entity.primary_key[0]),
            columns=_compose_values(columns, distinct),
            shadow=self.shadow.identifier,
            table=get_identifier(self.entity),
            match=match(self.entity.primary_key, "h", "t"),
            differs=sql.SQL(" or ").join(distinct),
            begun=sql.Literal(self.begun),
            crm_source=sql.Literal(self.entity.crm_source),
            sync_type=sql.Literal(self.entity.sync_type),
        )
        self.cursor.execute(statement)
        found = _read_found(self.cursor, "record_id, is_missing, columns")
        rows = ((key, is_missing, _merge_values(columns)) for key, is_missing, columns in found.rows)
        return replace(found, rows=tuple(rows))

    def count_compared(self) -> tuple[int, int]:
        """Count the records in the stand-in, and of them those that the source calls deleted."""
        statement = sql.SQL(
            "select count(*), count(h.sync_deleted_at) from {} as h where h.sync_history_id = 0"
        )
        self.cursor.execute(statement.format(self.shadow.identifier))
        compared, gone = self.cursor.fetchone() or (0, 0)
        return int(compared), int(gone)

    def count_live(self, part: TablePart | None) -> int:
        """Count the rows of the table, or of a part, that are not marked as deleted."""
        if not self.shadow.exists or not self.shadow.can_sweep:
            return 0
        statement = sql.SQL("select count(*) from {} as t where t.sync_deleted_at is null and {}")
        within = sql.SQL("true") if part is None else part.compose()
        self.cursor.execute(statement.format(get_identifier(self.entity), within))
        return int((self.cursor.fetchone() or (0,))[0])


def find_ghosts(cursor: PgCursor, entity: EntityConfig, word: sql.Composable, begun: datetime) -> FoundRows:
    """Give the rows that a sweep found to be gone; call it after the sweep, in its transaction.

    Args:
        cursor: in that transaction.
        entity: configuration.
        word: expression for the word of a row of `t`.
        begun: rows that were written later are left out, aware UTC.
    """
    statement = sql.SQL(_FIND_GHOSTS).format(
        found=_DIFFERING,
        key=compose_record_id(entity, "t"),
        word=word,
        gone=GONE,
        table=get_identifier(entity),
        match=match(entity.primary_key),
        begun=sql.Literal(begun),
    )
    cursor.execute(statement)
    return _read_found(cursor, "record_id")


def list_compared(entity: EntityConfig, *, added: Collection[str] = ()) -> list[str]:
    """Name the columns by which a row differs from its record.

    Left out are those that change without a new modified time, which age between two refreshes, and those
    that the table does not have yet.
    """
    refreshed = entity.refresh.columns if entity.refresh else ()
    discover = getattr(entity.read, "discover", None)
    has_stale_leftovers = bool(getattr(discover, "stale", None))
    silent = {name for name, one in entity.fields.items() if not one.compared}
    left_out = {*entity.primary_key, *refreshed, *added, *silent}
    columns = [name for name in entity.fields if name not in left_out]
    columns += ["extra"] if entity.extra and not has_stale_leftovers and "extra" not in added else []
    return [*columns, "sync_deleted_at"]


def _merge_values(objects: Sequence[str]) -> dict[str, Any]:
    return {name: values for text in objects for name, values in json.loads(text).items()}


def _read_found(cursor: PgCursor, columns: str) -> FoundRows:
    cursor.execute(sql.SQL("select word, count(*) from {} group by word").format(_DIFFERING))
    counts = {word: int(count) for word, count in cursor.fetchall()}
    statement = sql.SQL("select {} from {} where word = 'settled' order by record_id limit {}")
    wanted = names(columns.split(", "))
    cursor.execute(statement.format(wanted, _DIFFERING, sql.Literal(MOST_KEPT)))
    rows = tuple(cursor.fetchall())
    cursor.execute(sql.SQL("drop table {}").format(_DIFFERING))
    return FoundRows(counts, rows)


def _compose_distinct(entity: EntityConfig, column: str) -> sql.Composable:
    """Compose whether a column differs; what only some reads bring may be empty until such a read."""
    field_ = entity.fields.get(column)
    is_brought_sometimes = field_ is not None and field_.keep_when_missing
    test = "t.{0} is not null and h.{0} <> t.{0}" if is_brought_sometimes else "h.{0} is distinct from t.{0}"
    return sql.SQL(f"({test})").format(sql.Identifier(column))


def _compose_values(columns: Sequence[str], distinct: Sequence[sql.Composable]) -> sql.Composable:
    """Compose an object with both values of each column that differs, in the order of the columns."""
    pairs = [
        sql.SQL(
            "case when {test} then json_build_object({name}, json_build_array("
            "left(h.{column}::text, {most}), left(t.{column}::text, {most}))) end"
        ).format(
            test=test,
            name=sql.Literal(column),
            column=sql.Identifier(column),
            most=sql.Literal(_SHOWN_CHARS),
        )
        for column, test in zip(columns, distinct, strict=True)
    ]
    return sql.SQL("array_remove(array[{}]::text[], null)").format(sql.SQL(", ").join(pairs))
