"""Every entity with its state: the first view of the page."""

from __future__ import annotations

from datetime import datetime

from crm_sync.constants import SyncStatus
from crm_sync.insight.findings import Health
from crm_sync.web.answers.base import Answer


class LatestProof(Answer):
    """How the latest comparison of a table with its source ended."""

    verdict: str
    """`equal`, `different` or `not provable`."""
    ended_at: datetime | None


class EntityStatus(Answer):
    """One entity as it is now; without a history, only what its YAML says."""

    crm_source: str
    title: str
    """Of the CRM, for people."""
    sync_type: str
    table: str
    health: Health
    is_good: bool
    """Nothing has to be done."""
    reason: str
    """Why it is in that state, in one sentence; empty where all is well."""
    found_at: datetime | None
    """When `crm_sync_health` found that; null: it was found for this answer."""
    status: SyncStatus | None
    """Of the latest run."""
    sync_history_id: int | None
    """The latest run."""
    start_time: datetime | None
    end_time: datetime | None
    watermark: datetime | None
    """Up to where the table is complete."""
    last_good_end_time: datetime | None
    """When the last complete run ended."""
    due_since: datetime | None
    """Moment behind which the last complete run should have ended; null: nothing says so."""
    every_s: int | None
    """How often scheduled runs read it, in seconds; null: each of them."""
    schedule: str | None
    """Of the CRM's DAG, as its YAML has it."""
    is_paused: bool | None
    """The DAG is paused in Airflow; null: Airflow does not know it."""
    next_run: datetime | None
    """The schedule's next moment at which the entity is due; null while the DAG is paused."""
    runs_24h: int
    """Runs that ended, of the last 24 hours."""
    good_24h: int
    """Of them, those that did not fail."""
    runs_7d: int
    good_7d: int
    rows: int | None
    """In the table, as PostgreSQL estimates it."""
    open_rejects: int
    open_rejects_more: bool
    """There are more than `open_rejects`: they are not counted to their end."""
    dag_id: str
    """The CRM's DAG."""
    run_id: str | None
    """The latest run in Airflow."""
    proof: LatestProof | None


class Look(Answer):
    """The last look of the DAG `crm_sync_health`, which alone finds silence and many rejected records."""

    looked_at: datetime | None
    """Of several CRMs the one that was looked at longest ago; null: at least one never was."""
    is_recent: bool
    """Within the last two hours; what a look has found is shown for a day."""
    is_paused: bool | None
    """The DAG is paused in Airflow; null: Airflow does not know it."""


class CrmFinding(Answer):
    """What is wrong with a CRM as a whole."""

    crm_source: str
    title: str
    """Of the CRM, for people."""
    health: Health
    sentence: str


class Overview(Answer):
    """All entities that the user may see, the worst first."""

    now: datetime
    problem: str | None
    """Why a part is missing, in one sentence: no warehouse, no history yet, no rights."""
    look: Look | None
    """null: there is no history to look at."""
    findings: list[CrmFinding]
    unused: list[str]
    """CRMs that are configured and never ran; their entities are left out of `entities`."""
    entities: list[EntityStatus]
