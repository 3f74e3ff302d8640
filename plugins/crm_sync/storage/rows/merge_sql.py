"""Composes the statements of a merge: which rows are known, and which of those are overwritten."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.constants import FieldType
from crm_sync.fields.types import get_field_type
from crm_sync.storage.statements import compose_record_id, match, names

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

KEYS = sql.Identifier("pg_temp", "crm_sync_keys")
STAGE = sql.Identifier("pg_temp", "crm_sync_stage")
ROW_COLUMN, PIECE_COLUMN, POSITION_COLUMN = "_row", "_piece", "_position"
GONE_COLUMN, GONE_AT_COLUMN, NOT_AFTER_COLUMN = "_gone", "_gone_at", "_not_after"
AMBIGUOUS_COLUMN = "_ambiguous"
EXTRA_COLUMNS = (GONE_COLUMN, GONE_AT_COLUMN, NOT_AFTER_COLUMN, AMBIGUOUS_COLUMN)
"""What a staged row has beside its number and the columns that are written."""
_PLANNER = {
    "jit": "off",  # compiling a comparison of 50 columns costs more than it saves on one chunk
    "work_mem": "64MB",
    "enable_hashjoin": "off",  # a chunk looks its rows up by key: reading the whole table for each chunk
    "enable_mergejoin": "off",  # would make every chunk of a large table slower than the one before
}


@dataclass(frozen=True)
class MergeTarget:
    """Where and how the rows of one entity are written.

    Args:
        entity: configuration with key, modified and deleted column.
        table: target table, or the temporary one of a dry run.
        columns: columns that are written, key included, bookkeeping left out.
        history_id: run that writes.
        force: every row overwrites once, whatever the timestamps.
        future: a stored modified time after this moment does not hold up one that is not; None: each does.
    """

    entity: EntityConfig
    table: sql.Composable
    columns: tuple[str, ...]
    history_id: int
    force: bool
    future: datetime | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """Key columns."""
        return self.entity.primary_key


def set_planner(cursor: PgCursor, *, by_key: bool) -> None:
    """Fit the planner to the transaction's next statements: look rows up by key, or compare whole tables."""
    for name, value in _PLANNER.items():
        wanted = "on" if name.startswith("enable_") and not by_key else value
        cursor.execute("select set_config(%s, %s, true)", (name, wanted))


def compose_stage(target: MergeTarget) -> sql.Composable:
    """Compose the temporary table of the rows that are known, typed as the target's columns."""
    statement = (
        "create temporary table {} on commit drop as "
        "select null::integer as _piece, {}, null::boolean as _gone, null::timestamptz as _gone_at, "
        "null::timestamptz as _not_after, null::boolean as _ambiguous from {} with no data"
    )
    return sql.SQL(statement).format(STAGE, names(target.columns), target.table)


def compose_probe(target: MergeTarget) -> sql.Composable:
    """Compose the query for the positions of a piece's keys that the table has; parameter: the piece."""
    statement = "select s._position from {} as s join {} as t on {} where s._piece = {{piece}}"
    return sql.SQL(statement).format(KEYS, target.table, match(target.key))


def compose_range_probe(target: MergeTarget) -> sql.Composable:
    """Compose the question whether the table has a key between two; parameters: the least, the greatest."""
    statement = "select exists (select from {} where {} between %s and %s)"
    return sql.SQL(statement).format(target.table, sql.Identifier(target.key[0]))


def compose_update(target: MergeTarget, missing: Collection[str] = ()) -> sql.Composable:
    """Compose the update of one piece's known rows; parameter: the piece.

    Equal rows are left alone, so their tuples stay where they are.

    Args:
        target: where and how rows are written.
        missing: columns that are left as they are, since the source no longer has them.
    """
    values = [column for column in target.columns if column not in target.key and column not in missing]
    deleted_at = _compose_deleted_at(target.entity, missing)
    wanted = {column: _compose_wanted(target.entity, column) for column in values}
    assignments = [
        sql.SQL("{} = {}").format(sql.Identifier(column), value) for column, value in wanted.items()
    ]
    assigned: list[sql.Composable] = [
        *assignments,
        sql.SQL("sync_updated_at = now()"),
        sql.SQL("sync_history_id = {}").format(sql.Literal(target.history_id)),
        sql.SQL("sync_deleted_at = {}").format(deleted_at),
    ]
    statement = "update {} as t set {} from {} as s where s._piece = %s and {} and {}"
    guard = _compose_guard(target, _compose_differs(target.entity, wanted, deleted_at))
    return sql.SQL(statement).format(
        target.table, sql.SQL(", ").join(assigned), STAGE, match(target.key), guard
    )


def compose_differing(target: MergeTarget, missing: Collection[str], *, is_older: bool) -> sql.Composable:
    """Compose the query for rows of a piece that differ from the table's live ones; parameters: piece, limit.

    Args:
        target: as for `compose_update`.
        missing: as for `compose_update`.
        is_older: those only that the table's row is newer than.

    Returns:
        A query whose rows are the record's id, the incoming and the stored modified time.
    """
    differs = _compose_stored_differs(target, missing)
    column = target.entity.modified_column
    times = sql.SQL("s.{0}, t.{0}").format(sql.Identifier(column)) if column else sql.SQL("null, null")
    newer = _compose_newer(target)
    chosen = sql.SQL("not {}").format(newer) if is_older else sql.SQL("t.sync_deleted_at is null")
    statement = "select {}, {} from {} as s join {} as t on {} where s._piece = %s and {} and ({}) limit %s"
    shown = (compose_record_id(target.entity, "s"), times)
    return sql.SQL(statement).format(*shown, STAGE, target.table, match(target.key), chosen, differs)


def compose_skipped(target: MergeTarget, missing: Collection[str]) -> sql.Composable:
    """Compose whether a piece has rows that its update was to write and did not; parameter: the piece."""
    differs = _compose_stored_differs(target, missing)
    statement = (
        "select exists (select from {} as s join {} as t on {} where s._piece = %s and ({}) and {} "
        "and (t.sync_history_id is distinct from {} or (t.sync_deleted_at is null) <> (({}) is null)) "
        "and (t.sync_updated_at > s._not_after) is not true)"
    )
    newer = sql.SQL("true") if target.force else _compose_newer(target)
    run, gone = sql.Literal(target.history_id), _compose_deleted_at(target.entity, missing)
    return sql.SQL(statement).format(STAGE, target.table, match(target.key), differs, newer, run, gone)


def _compose_stored_differs(target: MergeTarget, missing: Collection[str]) -> sql.Composable:
    values = [column for column in target.columns if column not in target.key and column not in missing]
    wanted = {column: _compose_wanted(target.entity, column) for column in values}
    return _compose_differs(target.entity, wanted, _compose_deleted_at(target.entity, missing))


def _compose_differs(
    entity: EntityConfig, wanted: Mapping[str, sql.Composable], deleted_at: sql.Composable
) -> sql.Composable:
    """Compose whether a record differs from its row, in the columns by which it can.

    Texts are compared byte by byte: a user's own type or collation may take another case for the same.
    """
    exact = sql.SQL('(t.{})::text collate "C" is distinct from ({})::text collate "C"')
    usual = sql.SQL("t.{} is distinct from {}")
    differs = [usual.format(sql.Identifier("sync_deleted_at"), deleted_at)]
    for column, value in wanted.items():
        field = entity.fields.get(column)
        if field is None or field.compared:
            is_text = field is not None and get_field_type(field.type).pg_type == "text"
            differs.append((exact if is_text else usual).format(sql.Identifier(column), value))
    return sql.SQL(" or ").join(differs)


def _compose_guard(target: MergeTarget, differs: sql.Composable) -> sql.Composable:
    """Compose whether a row is overwritten; a row that differs and is refused as older is counted.

    An update can't return the rows that it leaves alone, and to ask again would cost a second join: the count
    is kept in a setting of the transaction. A case and not `and`: only that is evaluated in order.
    """
    # once: a second version of a row in the same run meets the usual guard
    forced = sql.SQL("when t.sync_history_id is distinct from {} then true ").format(
        sql.Literal(target.history_id)
    )
    newer = _compose_newer(target)
    return sql.SQL(
        "case when t.sync_updated_at > s._not_after then false {}when {} then {} or {} else false end"
    ).format(forced if target.force else sql.SQL(""), differs, newer, _NOTE_OLDER)


def _compose_wanted(entity: EntityConfig, column: str) -> sql.Composable:
    field = entity.fields.get(column)
    if field is not None and field.keep_when_missing:
        return sql.SQL("coalesce(s.{0}, t.{0})").format(sql.Identifier(column))
    return sql.SQL("s.{}").format(sql.Identifier(column))


def _compose_deleted_at(entity: EntityConfig, missing: Collection[str]) -> sql.Composable:
    """Compose since when a row is gone, null for one that is not.

    A record that says it is gone without saying since when keeps the moment that was noted first. Where the
    source no longer says whether a record is gone, what the row says of itself counts on.
    """
    is_missing = entity.deleted is not None and entity.deleted.column in missing
    gone = _compose_told_gone(entity) if is_missing else sql.SQL("s._gone")
    return sql.SQL("case when {} then coalesce(s._gone_at, t.sync_deleted_at, now()) end").format(gone)


def _compose_newer(target: MergeTarget) -> sql.Composable:
    """Compose whether the incoming version may replace the stored one.

    A stored time that lies too far ahead is none. Of two times within an hour that comes twice on the wall
    the one that the source has now is the newer, and so is a record that was missing in a whole read since.
    """
    column = target.entity.modified_column
    if column is None or target.entity.older == "take":
        return sql.SQL("true")
    parts = [
        "s.{0} >= t.{0}",
        "s.{0} is null",
        "t.{0} is null",
        "s._ambiguous and t.{0}::timestamptz < s.{0}::timestamptz + interval '1 hour'",
        "t.sync_deleted_at is not null and s._gone is not true and {2} is not true",
    ]
    if target.future is not None:
        parts.append("t.{0} > {1} and s.{0} <= {1}")
    # text, which fits a user's own column of texts, too
    limit = sql.Literal(target.future and f"{target.future.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00")
    values = (sql.Identifier(column), limit, _compose_told_gone(target.entity))
    return sql.SQL("(" + " or ".join(parts) + ")").format(*values)


def _compose_told_gone(entity: EntityConfig) -> sql.Composable:
    """Compose whether the table's row says of itself that it is gone; a sweep's mark does not say it."""
    if entity.deleted is None:
        return sql.SQL("false")
    is_flag = entity.fields[entity.deleted.column].type is FieldType.BOOLEAN
    # cast, for a user's own column of texts
    told = sql.SQL("{}::boolean" if is_flag else "({} is not null)")
    return told.format(sql.Identifier("t", entity.deleted.column))


_OLDER = "coalesce(nullif(current_setting('crm_sync.older', true), ''), '0')::bigint"
READ_OLDER = f"select {_OLDER}"
"""Asks how many rows of the transaction's updates were refused as older although they differ."""
_NOTE_OLDER = sql.SQL(f"set_config('crm_sync.older', ({_OLDER} + 1)::text, true) is null")
"""Counts a row and is false; a rollback to a savepoint takes the count back, too."""
