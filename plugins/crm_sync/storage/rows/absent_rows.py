"""Counts what a sweep would take as deleted if a read ended now; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from crm_sync.storage.connections import Connect
from crm_sync.storage.rows.sweep import SweepJob, sweep
from crm_sync.storage.tables.table_shape import read_shape
from crm_sync.storage.transactions import TransactionRunner

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor


def count_absent(connect: Connect, job: SweepJob, keys: Iterable[pl.DataFrame]) -> int:
    """Count the rows that a sweep with these keys would take as deleted.

    Args:
        connect: makes a warehouse connection.
        job: the sweep.
        keys: key columns of every record that was read, in pieces.

    Returns:
        How many; 0 also where the sweep would be refused, and where there is no table yet.
    """

    def work(cursor: PgCursor) -> int:
        if not _can_sweep(cursor, job):
            return 0
        result = sweep(cursor, replace(job, is_preview=True), keys)
        return 0 if result.refused_reason else result.deleted

    with TransactionRunner(connect, job.entity) as runner:
        return runner.roll_back(work)


def _can_sweep(cursor: PgCursor, job: SweepJob) -> bool:
    """Tell whether the table has the columns that a sweep looks at; a save will add what is missing."""
    scope = job.scope
    scoped = () if scope is None else (scope.column, scope.parent_column)
    wanted = {*job.entity.primary_key, "sync_deleted_at", *filter(None, scoped)}
    return wanted <= read_shape(cursor, job.entity).columns.keys()
