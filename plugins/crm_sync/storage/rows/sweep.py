"""Marks or deletes the rows that the source no longer has; link sets are replaced in `links.py`.

Whether a run read enough for a sweep is the caller's to know. A sweep is refused rather than believed: no
records, a record without a key, or too many rows gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import polars as pl
import psycopg2
from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.storage.rows.merge_sql import set_planner
from crm_sync.storage.rows.skipped_rows import WHY, has_row_hook
from crm_sync.storage.rows.sweep_keys import SEEN, check_keys, load_keys
from crm_sync.storage.rows.sweep_scope import SweepScope
from crm_sync.storage.statements import compose_record_id, get_identifier, match, names

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

SweepMode = Literal["mark", "delete"]

GONE = sql.Identifier("pg_temp", "crm_sync_gone")
EXAMPLES = 5
_REFERENCED = ("23503", "23001")
MARK = """
update {table} as t
set sync_deleted_at = now(), sync_updated_at = now(), sync_history_id = {history_id}
from {gone} as s
where {match} and t.sync_deleted_at is null
"""
_DELETE = "delete from {table} as t using {gone} as s where {match}"
_LEFT = "select count(*) from {table} as t join {gone} as s on {match} where {rows}"
"""Rows that are still there, or not marked, after a trigger or rule had its say."""
_ABSENT = """
create temporary table {gone} on commit drop as
select {key}
from {table} as t
where {rows} and {scope} and not exists (select from {seen} as s where {match})
"""
_OLDER = """
select exists (
    select
    from {table} as t
    where {rows} and {scope}
        and (t.sync_history_id is distinct from {history_id} or t.sync_deleted_at is not null)
)
"""
"""Rows that this run didn't write; in a table that was empty before a first load there are none."""
_LIVE = """
select count(*)
from {table} as t
where t.sync_deleted_at is null and {scope}
    and not (t.sync_history_id is not distinct from {history_id} and t.sync_created_at = t.sync_updated_at)
"""
"""Rows that were there before this run: what a run adds must not make a large loss look small."""


@dataclass(frozen=True)
class SweepGuard:
    """When a sweep is too large to be believed: more than both of these are gone."""

    max_share: float = 0.2
    min_rows: int = 50


@dataclass(frozen=True)
class SweepResult:
    """What a sweep did.

    Args:
        deleted: rows marked or deleted.
        refused_reason: one sentence why nothing, or not all, was swept; None: all was.
        examples: keys of rows that are gone; filled in a preview only.
    """

    deleted: int = 0
    refused_reason: str | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class SweepJob:
    """One sweep.

    Args:
        entity: configuration of the target table.
        history_id: run that sweeps.
        mode: mark the rows as gone, or delete them.
        force: the user knows that much is gone.
        guard: thresholds.
        table: another table than the entity's own.
        is_preview: only count, for a dry run.
        scope: rows that the read was about; None: all.
        is_new_table: this run made the table, so no row in it is older.
    """

    entity: EntityConfig
    history_id: int
    mode: SweepMode = "mark"
    force: bool = False
    guard: SweepGuard = SweepGuard()
    table: sql.Composable | None = None
    is_preview: bool = False
    scope: SweepScope | None = None
    is_new_table: bool = False

    @property
    def target(self) -> sql.Composable:
        """Table that is swept."""
        return self.table or get_identifier(self.entity)

    def compose(self, template: str) -> sql.Composable:
        """Fill a statement's places."""
        return sql.SQL(template).format(
            table=self.target,
            gone=GONE,
            seen=SEEN,
            key=names(self.entity.primary_key),
            match=match(self.entity.primary_key),
            history_id=sql.Literal(self.history_id),
            scope=sql.SQL("true") if self.scope is None else self.scope.compose(),
            rows=sql.SQL("true" if self.mode == "delete" else "t.sync_deleted_at is null"),
        )


def sweep(cursor: PgCursor, job: SweepJob, keys: Iterable[pl.DataFrame]) -> SweepResult:
    """Mark or delete the rows whose keys the source no longer has.

    Args:
        cursor: in the transaction of the run's last chunk.
        job: what to sweep.
        keys: key columns of every record that was read, rejected ones included, in pieces.

    Returns:
        How many rows are gone now, or why none.
    """
    entity = job.entity
    set_planner(cursor, by_key=False)
    # what this run wrote was among its records: in a table without other rows no key has to be looked up
    is_all_new = job.is_new_table or not _is_true(cursor, job.compose(_OLDER))
    key = entity.primary_key
    reason = check_keys(key, keys) if is_all_new else load_keys(cursor, job.target, key, keys)
    if is_all_new or reason is not None:
        return SweepResult(refused_reason=reason)
    cursor.execute(job.compose(_ABSENT))
    gone = cursor.rowcount
    if gone == 0:
        return SweepResult()
    is_empty_answer = not _is_true(cursor, sql.SQL("select exists (select from {})").format(SEEN))
    if is_empty_answer and not entity.allow_empty:
        return SweepResult(
            refused_reason="The source answered with no records at all while table "
            f"{entity.table} has rows, so none was taken as deleted; "
            "allow_empty: true in the entity's YAML accepts such an answer."
        )
    reason = None if job.force or is_empty_answer else _judge_loss(cursor, job, gone)
    if reason is not None:
        return SweepResult(refused_reason=reason)
    if job.is_preview:
        return SweepResult(gone, examples=_read_examples(cursor, entity))
    cursor.execute(sql.SQL("analyze {}").format(GONE))
    return (_delete if job.mode == "delete" else _mark_all)(cursor, job, gone)


def _read_examples(cursor: PgCursor, entity: EntityConfig) -> tuple[str, ...]:
    statement = "select {} from {} as s order by {} limit {}"
    record_id, key = compose_record_id(entity, "s"), names(entity.primary_key)
    cursor.execute(sql.SQL(statement).format(record_id, GONE, key, sql.Literal(EXAMPLES)))
    return tuple(record_id for (record_id,) in cursor.fetchall())


def _is_true(cursor: PgCursor, question: sql.Composable) -> bool:
    cursor.execute(question)
    return bool((cursor.fetchone() or (False,))[0])


def _judge_loss(cursor: PgCursor, job: SweepJob, gone: int) -> str | None:
    live = count(cursor, job.compose(_LIVE))
    if gone <= job.guard.min_rows or gone <= live * job.guard.max_share:
        return None
    share, limit = f"{gone / max(live, 1):.0%}", f"{job.guard.max_share:.0%}"
    return (
        f"{gone:,} of {live:,} rows ({share}) would be taken as deleted, more than {limit}, so none was; "
        "if the source really lost them, run with full and force."
    )


def _mark(cursor: PgCursor, job: SweepJob, gone: int) -> int:
    cursor.execute(job.compose(MARK))
    return _count_done(cursor, replace(job, mode="mark"), gone)


def _count_done(cursor: PgCursor, job: SweepJob, gone: int) -> int:
    """Count what the statement before did; where a trigger or rule may tell it wrong, look at the rows."""
    done = int(cursor.rowcount)
    if not has_row_hook(cursor, job.target):
        return done
    return min(done, gone - count(cursor, job.compose(_LEFT)))


def count(cursor: PgCursor, question: sql.Composable) -> int:
    """Give the number that a query counts."""
    cursor.execute(question)
    return int((cursor.fetchone() or (0,))[0])


def _mark_all(cursor: PgCursor, job: SweepJob, gone: int) -> SweepResult:
    marked = _mark(cursor, job, gone)
    return SweepResult(marked, describe_kept(gone, marked, "marked as deleted"))


def describe_kept(gone: int, done: int, what: str) -> str | None:
    """Say that the table left rows as they were; None: it did not."""
    if done >= gone:
        return None
    return (
        f"{gone - done:,} of {gone:,} rows that the source no longer has could not be {what}: the table left "
        f"them as they are {WHY}."
    )


def _delete(cursor: PgCursor, job: SweepJob, gone: int) -> SweepResult:
    """Delete the rows, or mark them where a table of the user's own refers to one of them."""
    cursor.execute("savepoint crm_sync_sweep")
    try:
        cursor.execute(job.compose(_DELETE))
        # a deferred constraint would only object at the commit
        deleted = _count_done(cursor, job, gone)
        cursor.execute("set constraints all immediate")
    except psycopg2.Error as error:
        if error.pgcode not in _REFERENCED:
            raise
        cursor.execute("rollback to savepoint crm_sync_sweep")
        marked = _mark(cursor, job, gone)
        return SweepResult(
            marked,
            f"Foreign key {error.diag.constraint_name} of {error.diag.schema_name}.{error.diag.table_name} "
            f"forbids deleting rows of {job.entity.table}, so the {marked:,} rows that the source "
            "no longer has were kept and marked with sync_deleted_at.",
        )
    cursor.execute("release savepoint crm_sync_sweep")
    return SweepResult(deleted, describe_kept(gone, deleted, "deleted"))
