"""Removes old rows of the warehouse's bookkeeping; never one that a later run still reads."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from crm_sync.insight.schema import has_history
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.sql_files import load_sql

_AT_ONCE = 5_000
"""Rows removed in one transaction, which no run waits for longer than a moment."""


def remove_old_runs(connect: Connect, before: datetime, *, dry_run: bool) -> int:
    """Remove runs that ended before a moment, and keep their sums per day in crm_sync.daily_statistics.

    The sums of recent runs, which the page asks for, are cut to a month on the way.

    Args:
        connect: makes a warehouse connection.
        before: aware.
        dry_run: only count.

    Returns:
        How many.
    """
    if not has_history(connect):
        return 0
    with open_transaction(connect) as cursor:
        cursor.execute("select crm_source, sync_type from crm_sync.entities")
        entities = cursor.fetchall()
    removed = 0
    for crm_source, sync_type in entities:
        asked = {"crm_source": crm_source, "sync_type": sync_type, "before": before}
        with open_transaction(connect) as cursor:
            cursor.execute(load_sql("queries/select_old_runs"), asked)
            ids = [number for (number,) in cursor.fetchall()]
        if dry_run:
            removed += len(ids)
            continue
        for start in range(0, len(ids), _AT_ONCE):
            with open_transaction(connect) as cursor:
                cursor.execute(load_sql("queries/delete_runs"), {"ids": ids[start : start + _AT_ONCE]})
                removed += _read_count(cursor.fetchone())
    if not dry_run:
        with open_transaction(connect) as cursor:
            cursor.execute(load_sql("queries/delete_old_sums"))
    return removed


def remove_resolved_rejects(connect: Connect, before: datetime, *, dry_run: bool) -> int:
    """Remove rejects that were resolved before a moment; open ones stay for ever.

    Args:
        connect: makes a warehouse connection.
        before: aware.
        dry_run: only count.

    Returns:
        How many.
    """
    if not has_history(connect):
        return 0
    if dry_run:
        with open_transaction(connect) as cursor:
            cursor.execute(load_sql("queries/count_resolved_rejects"), {"before": before})
            return _read_count(cursor.fetchone())
    removed = 0
    while True:
        with open_transaction(connect) as cursor:
            asked = {"before": before, "most": _AT_ONCE}
            cursor.execute(load_sql("queries/delete_resolved_rejects"), asked)
            count = _read_count(cursor.fetchone())
        removed += count
        if count < _AT_ONCE:
            return removed


def remove_old_proofs(connect: Connect, before: datetime, *, dry_run: bool) -> dict[str, int]:
    """Remove comparisons that ended before a moment; what is known of an entity stays however old it is.

    Args:
        connect: makes a warehouse connection.
        before: aware.
        dry_run: only count.

    Returns:
        How many by entity, `crm.entity`.
    """
    if not has_history(connect):
        return {}
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_old_proofs"), {"before": before})
        old = cursor.fetchall()
        if not dry_run:
            # some thousands at most, after years
            cursor.execute(load_sql("queries/delete_proofs"), {"ids": [number for number, _, _ in old]})
    return dict(Counter(f"{crm_source}.{sync_type}" for _, crm_source, sync_type in old))


def _read_count(row: tuple[int, ...] | None) -> int:
    return row[0] if row else 0
