"""Sends the figures of runs and budgets by Airflow's own metrics; without StatsD or OTel nothing happens.

Each figure is sent twice: with tags, and under a name that holds them, because plain StatsD has no tags.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg2
from airflow.sdk.observability import stats

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import StorageError
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.history.history_rows import HistoryRow
from crm_sync.storage.history.sync_history import select_history
from crm_sync.storage.sql_files import load_sql

if TYPE_CHECKING:
    from crm_sync.insight.overview import EntityState
    from crm_sync.sync.run import EntityRun

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Figure:
    """One figure.

    Args:
        kind: `gauge`, `incr` or `timing`, as Airflow's functions are called.
        name: what it is.
        value: a number, or a span of time.
        place: whose it is: names of tags and their values.
    """

    kind: str
    name: str
    value: float | timedelta
    place: Mapping[str, str]


def report_run(run: EntityRun) -> None:
    """Send the figures of a run whose row is closed, and of its CRM's budgets; a run is never ended by it."""
    if run.history_id is None:
        return
    try:
        with open_transaction(run.connect) as cursor:
            row = select_history(cursor, run.history_id)
        budgets = read_budgets(run.connect, row.crm_source)
    except (StorageError, psycopg2.Error) as error:
        # a refused right or a timeout comes as the server's own error; the row is closed, and the work done
        log.warning("The run's metrics were not sent: %s", error)
        return
    if row.status is SyncStatus.RUNNING:
        return  # another process took it over
    send_figures([*list_run_figures(row), *budgets])


def report_states(states: Iterable[EntityState], now: datetime) -> None:
    """Send how old the data of each entity is, and whether it needs a look.

    Args:
        states: of the entities.
        now: aware.
    """
    figures = []
    for state in states:
        place = {"crm_source": state.crm_source, "sync_type": state.sync_type}
        figures.append(Figure("gauge", "needs_look", float(not state.is_good), place))
        if state.watermark is not None:
            age_s = max(0.0, (now - state.watermark).total_seconds())
            figures.append(Figure("gauge", "age_seconds", age_s, place))
    send_figures(figures)


def list_run_figures(row: HistoryRow) -> Iterator[Figure]:
    """Give the figures of a closed run: how long, how fast, how many errors and calls, how much memory."""
    place = {"crm_source": row.crm_source, "sync_type": row.sync_type}
    known = row.performance_metrics
    yield Figure("incr", f"runs_{row.status}", 1, place)
    yield Figure("incr", "records", row.records_processed, place)
    yield Figure("timing", "duration", timedelta(seconds=float(known.get("duration_seconds", 0))), place)
    if row.records_processed:
        yield Figure("gauge", "error_rate", row.records_failed / row.records_processed, place)
    for name in ("records_per_second", "api_calls_per_record", "peak_memory_mb"):
        # a run without records has no rate, and a table is read without calls
        if name in known:
            yield Figure("gauge", name, float(known[name]), place)


def read_budgets(connect: Connect, crm_source: str) -> list[Figure]:
    """Give how much of the quotas of a CRM is used today.

    Raises:
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_day_budgets"), {"crm_source": crm_source})
        rows = cursor.fetchall()
    figures = []
    for account, endpoint_class, used, per_day in rows:
        place = {"crm_source": crm_source, "account": account, "endpoint_class": endpoint_class}
        figures.append(Figure("gauge", "budget_used", float(used), place))
        if per_day:
            figures.append(Figure("gauge", "budget_share", used / per_day, place))
    return figures


def send_figures(figures: Iterable[Figure]) -> None:
    """Hand figures to Airflow's metrics."""
    for one in figures:
        send: Any = getattr(stats, one.kind)
        send(f"crm_sync.{one.name}", one.value, tags=dict(one.place))
        # a point would begin a new level of the name
        names = [value.replace(".", "_") for value in one.place.values()]
        flat = stats.normalize_name_for_stats(".".join(["crm_sync", *names, one.name]), log_warning=False)
        send(flat, one.value)
