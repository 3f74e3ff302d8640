"""Replaces whole link sets: links of a parent that were not read with it are marked as gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from psycopg2 import sql

from crm_sync.storage.copy import copy_rows
from crm_sync.storage.rows.merge_sql import set_planner
from crm_sync.storage.rows.skipped_rows import has_row_hook
from crm_sync.storage.rows.sweep import MARK, SweepJob, SweepResult, count, describe_kept
from crm_sync.storage.rows.sweep_keys import SEEN, with_position
from crm_sync.storage.statements import compose_keys, match

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

_NOT_SEEN = " and not exists (select from {seen} as k where {is_seen})"
_LEFT = "select count(*) from {table} as t join {gone} as s on {match} where t.sync_deleted_at is null"
_PARENTS = sql.Identifier("pg_temp", "crm_sync_parents")


def mark_absent_links(
    cursor: PgCursor, job: SweepJob, *, links: pl.DataFrame, parents: pl.DataFrame
) -> SweepResult:
    """Replace whole link sets: mark the rows of these parents that were not read with them.

    Args:
        cursor: in the transaction that wrote the chunk.
        job: an entity with `parent_key` and its run; its mode does not matter, links are only marked.
        links: key columns of all links of the chunk, rejected ones included.
        parents: `parent_key` columns of all parents whose links the chunk holds, also of those without.
    """
    entity = job.entity
    if links.select(pl.any_horizontal(pl.col(entity.primary_key).is_null()).any()).item():
        return SweepResult(
            refused_reason="A link without a readable key was read, so none of its chunk counts as removed."
        )
    set_planner(cursor, by_key=False)
    for table, columns, frame in (
        (SEEN, entity.primary_key, links),
        (_PARENTS, entity.parent_key, parents.select(entity.parent_key).unique()),
    ):
        cursor.execute(compose_keys(job.target, columns, table))
        copy_rows(cursor, table, with_position(frame.select(columns)))
        cursor.execute(sql.SQL("analyze {}").format(table))
    places = {
        "table": job.target,
        "gone": _PARENTS,
        "seen": SEEN,
        "match": match(entity.parent_key),
        "is_seen": match(entity.primary_key, "t", "k"),
        "history_id": sql.Literal(job.history_id),
    }
    # what a trigger or rule makes of an update is not in its count
    left = sql.SQL(_LEFT + _NOT_SEEN).format(**places) if has_row_hook(cursor, job.target) else None
    gone = 0 if left is None else count(cursor, left)
    cursor.execute(sql.SQL(MARK + _NOT_SEEN).format(**places))
    marked = cursor.rowcount if left is None else gone - count(cursor, left)
    cursor.execute(sql.SQL("drop table {}, {}").format(SEEN, _PARENTS))
    return SweepResult(marked, describe_kept(gone, marked, "marked as deleted"))
