"""The fetch of one entity with Airflow's connections: its source, its watermark, how an empty delta ends."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from crm_sync.hooks.crm import CrmHook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from crm_sync.entity_run import EntityRun
    from crm_sync.sources.base import Source
    from crm_sync.storage.history.watermark import Watermark
    from crm_sync.sync.fetch_job import FetchOutcome

_MAX_WAIT_S = 6 * 3600


def run_fetch(run: EntityRun, *, stop: Callable[[], bool]) -> FetchOutcome:
    """Fetch the run's window into its staging folder.

    Raises:
        ConfigError: a rule or the connection is wrong; found before any call.
        SupersededError: the run has saved a part of files that are gone.
        SourceError: the CRM failed.
        LongWaitError: a limit asks for a pause too long to hold a worker for.
    """
    from crm_sync.storage.rows.absent_rows import count_absent
    from crm_sync.sync.fetch import fetch_entity
    from crm_sync.sync.fetch_job import FetchJob
    from crm_sync.sync.validate import check_rules

    check_rules(run.entity)
    staging = run.begin_staging(_name_account(run))
    if not staging.manifest.plan:
        _refuse_second_start(run)
    with closing(_open_source(run, stop)) as source:
        return fetch_entity(
            FetchJob(
                entity=run.entity,
                options=run.options,
                staging=staging,
                source=source,
                watermark=_read_watermark(run),
                read_parents=_parent_reader(run),
                count_absent=lambda job, keys: count_absent(run.connect, job, keys),
                stop=stop,
                now=lambda: _read_clock(run),
                resume=_read_resume_point(run),
                max_wait_s=_MAX_WAIT_S if run.source.rest is None else run.source.rest.max_wait_s,
            )
        )


def end_without_records(run: EntityRun) -> None:
    """End a delta that found nothing: its row is closed and its folder removed."""
    from crm_sync.sync.empty_delta import close_empty_delta

    staging = run.open_staging()
    close_empty_delta(run.entity, staging, run.connect, history_id=run.history_id, metrics=run.metrics)
    staging.remove()


def close_left_rows(crm_source: str, configs: Path | None, *, dag_id: str, run_id: str) -> list[int]:
    """Close the rows of a DAG run that its tasks left `running`; `configs` is its stub's YAML folder.

    Returns:
        Ids of the rows that were closed; rows whose owner is alive are left to it.
    """
    from crm_sync.config.loader import load_source
    from crm_sync.hooks.warehouse import build_connect
    from crm_sync.settings import configs_dir
    from crm_sync.storage.history.abandoned_runs import close_abandoned

    connect = build_connect(load_source(configs or configs_dir(), crm_source).warehouse_connection_id)
    return close_abandoned(connect, dag_id, run_id)


def _refuse_second_start(run: EntityRun) -> None:
    """Stop a fetch that would begin anew in a row whose save has begun.

    Save goes on behind its last committed chunk: that many chunks of another read would be left out.
    """
    from crm_sync.constants import Stage
    from crm_sync.exceptions import SupersededError
    from crm_sync.storage.history.sync_history import read_history

    if run.history_id is None:
        return
    if read_history(run.connect, run.history_id).get_progress(Stage.SAVE) is not None:
        raise SupersededError(
            f"The staged files of history row {run.history_id} are gone after a part of them was saved; "
            "run the DAG again."
        )


def _read_clock(run: EntityRun) -> datetime:
    """Give the worker's clock; for links the warehouse's, if it is behind: by that one parents changed."""
    from datetime import UTC, datetime

    from crm_sync.storage.connections import open_transaction

    now = datetime.now(UTC)
    if not run.entity.parent_key:
        return now
    with open_transaction(run.connect) as cursor:
        cursor.execute("select now()")
        row: tuple[datetime] = cursor.fetchone() or (now,)
    return min(now, *row)


def _name_account(run: EntityRun) -> str:
    if run.options.replay_rejected:
        return "none"
    return CrmHook(run.source, connect=run.connect).name_account()


def _open_source(run: EntityRun, stop: Callable[[], bool]) -> Source:
    if run.options.replay_rejected:
        from crm_sync.sources.replay import ReplaySource

        return ReplaySource(run.connect, run.entity)
    return CrmHook(run.source, connect=run.connect, stop=stop).open_source(run.entity)


def _read_watermark(run: EntityRun) -> Watermark | None:
    from crm_sync.storage.history.watermark import read_watermark

    return read_watermark(run.connect, run.entity.crm_source, run.entity.sync_type)


def _read_resume_point(run: EntityRun) -> dict[str, Any] | None:
    from crm_sync.storage.history.resume_points import read_resume_point

    return read_resume_point(run.connect, run.entity.crm_source, run.entity.sync_type)


def _parent_reader(run: EntityRun) -> Callable[[str, datetime | None], Iterator[list[str]]]:
    from crm_sync.storage.rows.parents import read_parent_ids

    def read_parents(object_type: str, since: datetime | None) -> Iterator[list[str]]:
        return read_parent_ids(run.connect, run.entity.table_schema, object_type, since)

    return read_parents
