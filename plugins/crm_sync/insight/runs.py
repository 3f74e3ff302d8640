"""Runs as the history has them: the latest, those of an entity page by page, and how they usually are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm_sync.constants import Stage
from crm_sync.insight.schema import has_history
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.history.history_rows import HistoryRow
from crm_sync.storage.history.sync_history import build_row
from crm_sync.storage.sql_files import load_sql


@dataclass(frozen=True)
class Usual:
    """How the latest complete runs of an entity were: medians; None: there was no such run."""

    duration_s: float | None
    records_per_s: float | None
    records: float | None
    """Records that they read."""


def list_runs(
    connect: Connect, crm_source: str | None = None, sync_type: str | None = None, *, most: int = 20
) -> list[HistoryRow]:
    """Give the latest runs, newest first.

    Args:
        connect: makes a warehouse connection.
        crm_source: of this CRM alone; None: of all.
        sync_type: of this entity alone.
        most: how many.
    """
    asked = {"crm_source": crm_source, "sync_type": sync_type, "most": most}
    if not has_history(connect):
        return []
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_runs"), asked)
        return [build_row(row) for row in cursor.fetchall()]


def list_rows_of_run(connect: Connect, dag_id: str, run_id: str) -> list[HistoryRow]:
    """Give the rows of one Airflow run by their ids; none where the warehouse has no history yet."""
    if not has_history(connect):
        return []
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_history_of_run"), {"dag_id": dag_id, "run_id": run_id})
        return [build_row(row) for row in cursor.fetchall()]


def find_run(connect: Connect, number: int) -> HistoryRow | None:
    """Give one run by its number; None: there is no such run."""
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_sync_history"), {"id": number})
        row = cursor.fetchone()
    return None if row is None else build_row(row)


def find_run_of_dag(
    connect: Connect, dag_id: str, run_id: str, *, crm_source: str, sync_type: str
) -> HistoryRow | None:
    """Give an entity's run within a run of its DAG, the newest if it began anew; None: there is none."""
    asked = {"dag_id": dag_id, "run_id": run_id, "crm_source": crm_source, "sync_type": sync_type}
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_run_of_dag"), asked)
        found = cursor.fetchone()
    return None if found is None else find_run(connect, found[0])


def list_entity_runs(
    connect: Connect, crm_source: str, sync_type: str, *, most: int, before: HistoryRow | None = None
) -> list[HistoryRow]:
    """Give runs of an entity, newest first.

    Args:
        connect: makes a warehouse connection.
        crm_source: the CRM.
        sync_type: the entity.
        most: how many.
        before: only those that began before this one; None: the latest.
    """
    asked = {
        "crm_source": crm_source,
        "sync_type": sync_type,
        "most": most,
        "before": before and before.id,
        "began": before and before.start_time,
    }
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_entity_runs"), asked)
        return [build_row(row) for row in cursor.fetchall()]


def read_usual(connect: Connect, crm_source: str, sync_type: str, mode: str | None = None) -> Usual:
    """Give how the complete ones among an entity's latest 200 runs were.

    Args:
        connect: makes a warehouse connection.
        crm_source: the CRM.
        sync_type: the entity.
        mode: of runs that read so, `full` or `delta`; None: of all.
    """
    asked = {"crm_source": crm_source, "sync_type": sync_type, "mode": mode}
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_usual"), asked)
        duration_s, records_per_s, records = cursor.fetchone() or (None, None, None)
    return Usual(_as_float(duration_s), _as_float(records_per_s), _as_float(records))


def find_last_stage(row: HistoryRow) -> Stage:
    """Tell which stage ended a run, or works on it: the first one whose time was not noted.

    An empty delta ends with its fetch, and a stage that fails notes no time.
    """
    noted = [stage for stage in Stage if f"{stage}_seconds" in row.performance_metrics]
    if row.end_time is not None and row.error_message is None and noted:
        return noted[-1]
    return next((stage for stage in Stage if stage not in noted), Stage.SAVE)


def read_bound(row: HistoryRow, name: str) -> datetime | None:
    """Give a bound of the run's window, `since` or `until`; None: it has none."""
    text = (row.configuration.get("window") or {}).get(name)
    return None if text is None else datetime.fromisoformat(text)


def _as_float(value: object) -> float | None:
    return None if value is None else float(str(value))
