"""Airflow DAG deals_by_stage: counts HubSpot's deals by stage, whenever they have been synced."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import pendulum
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import DAG, Asset, task

log = logging.getLogger(__name__)
WAREHOUSE = "crm_warehouse"
DEALS = Asset(name="crm_sync_hubspot_deals", uri="x-crm-sync://hubspot/deals")
REFRESH = """
create schema if not exists reports;
create table if not exists reports.deals_by_stage (
    pipeline_id text,
    stage_id text,
    deals bigint not null,
    amount numeric,
    refreshed_at timestamptz not null
);
delete from reports.deals_by_stage;
insert into reports.deals_by_stage (pipeline_id, stage_id, deals, amount, refreshed_at)
select pipeline_id, stage_id, count(*), sum(amount), now()
from hubspot.deals
where sync_deleted_at is null and not archived
group by pipeline_id, stage_id;
"""


@task
def count_changes(triggering_asset_events: Mapping[Asset, Sequence[Any]] | None = None) -> int:
    """Add up what the syncs have changed that started this run; a run that was started by hand has none."""
    events = [event for batch in (triggering_asset_events or {}).values() for event in batch]
    for event in events:
        log.info("Run %s: %s", event.extra["sync_history_id"], event.extra["window"])
    return sum(event.extra[name] for event in events for name in ("created", "updated", "deleted"))


@task
def refresh(changes: int) -> int:
    """Build the table anew, in one transaction; gives its number of rows."""
    log.info("%d rows have changed.", changes)
    hook = PostgresHook(postgres_conn_id=WAREHOUSE)
    hook.run(REFRESH)
    (rows,) = hook.get_first("select count(*) from reports.deals_by_stage")
    return int(rows)


with DAG(
    "deals_by_stage",
    schedule=[DEALS],
    start_date=pendulum.datetime(2025, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags=["example"],
) as dag:
    refresh(count_changes())
