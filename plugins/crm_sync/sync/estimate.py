"""Estimates a run before it begins: records, calls, time, share of the day's quota, rows, money.

What the source counts comes first, then what such runs usually were.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg2 import errors, sql

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.insight.usual import pick_like, read_usual_runs
from crm_sync.storage.connections import NO_SCHEMA, Connect, open_transaction
from crm_sync.storage.statements import get_identifier
from crm_sync.sync.ahead import Ahead
from crm_sync.sync.day_quotas import Quota, list_quotas
from crm_sync.sync.estimated_figures import (
    Rows,
    estimate_calls,
    estimate_cost,
    estimate_created,
    estimate_records,
    estimate_seconds,
    estimate_updated,
)


@dataclass(frozen=True)
class Estimate:
    """What a run would read and take; None: nobody knows.

    Args:
        mode: full, delta or replay.
        since: beginning of its window, aware UTC; None: everything.
        until: end of its window, aware UTC.
        records: that the source gives.
        basis: where their number comes from: `counted`, `usual`, `table` or `unknown`.
        calls: requests or queries.
        seconds: from its beginning to its end.
        created: rows; of a whole read that the source does not count, nobody knows them.
        updated: rows; of a whole read into a table that has some, nobody knows them before: at most as many
            as it reads.
        cost_usd: price of its queries.
        quota: what it takes of the tightest quota of the day; None: there is none, or nobody knows its calls.
        runs: how many runs of the past it goes by.
    """

    crm_source: str
    sync_type: str
    mode: str
    since: datetime | None
    until: datetime
    records: int | None
    basis: str
    calls: int | None
    seconds: float | None
    created: int | None
    updated: int | None
    cost_usd: float | None
    quota: Quota | None
    runs: int

    @property
    def warning(self) -> str | None:
        """Say that the day's quota is not enough; None: it is, or nobody knows."""
        quota = self.quota
        if quota is None or quota.fits:
            return None
        left = max(0, quota.per_day - quota.used)
        return (
            f"It needs about {quota.needed:,.0f} of the day's {quota.per_day:,} ({quota.name}), and {left:,} "
            "are left: the quota will cut it off, and the next run goes on from there."
        )


def estimate_run(connect: Connect, source: SourceConfig, entity: EntityConfig, ahead: Ahead) -> Estimate:
    """Estimate a run.

    Args:
        connect: makes a warehouse connection.
        source: configuration of the CRM.
        entity: configuration of the entity.
        ahead: what the run would read.
    """
    usual, rows = read_usual_runs(connect, entity), count_rows(connect, entity)
    mode = str(ahead.plan.mode)
    like = pick_like(usual, mode)
    records, basis = estimate_records(entity, ahead, usual, like, rows)
    if records is not None and ahead.max_records:
        records = min(records, ahead.max_records)
    calls = estimate_calls(ahead, like, records)
    quotas = list_quotas(connect, source, entity, ahead, calls)
    return Estimate(
        crm_source=entity.crm_source,
        sync_type=entity.sync_type,
        mode=mode,
        since=ahead.plan.since,
        until=ahead.plan.until,
        records=records,
        basis=basis,
        calls=calls,
        seconds=estimate_seconds(source, entity, ahead, like, records, calls),
        created=estimate_created(ahead, like, records, rows),
        updated=estimate_updated(ahead, like, records, rows),
        cost_usd=estimate_cost(ahead, like, records),
        quota=min(quotas, key=lambda one: one.per_day - one.used - one.needed, default=None),
        runs=len(like),
    )


def count_rows(connect: Connect, entity: EntityConfig) -> Rows | None:
    """Count the rows of an entity's table; None: there is no table."""
    statement = sql.SQL(
        "select count(*) filter (where sync_deleted_at is null), count(sync_deleted_at) from {}"
    )
    try:
        with open_transaction(connect) as cursor:
            cursor.execute(statement.format(get_identifier(entity)))
            return Rows(*(cursor.fetchone() or (0, 0)))
    except (*NO_SCHEMA, errors.UndefinedColumn):
        return None
