"""Runs an entity through the four stages in this process, as the operators and callbacks do under Airflow."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crm_sync.config.flags import build_own_flags
from crm_sync.config.models import EntityConfig
from crm_sync.config.run_options import parse_options
from crm_sync.constants import Stage, SyncStatus
from crm_sync.sources.base import Source
from crm_sync.sources.replay import ReplaySource
from crm_sync.storage.connections import open_transaction
from crm_sync.storage.history import sync_history
from crm_sync.storage.history.history_rows import HistoryRow
from crm_sync.storage.history.resume_points import read_resume_point
from crm_sync.storage.history.run_marks import read_mark
from crm_sync.storage.history.sync_owners import RunIdentity, SyncOwner
from crm_sync.storage.history.watermark import Watermark, read_watermark
from crm_sync.storage.rows.absent_rows import count_absent
from crm_sync.storage.rows.parents import read_parent_ids
from crm_sync.storage.staging import open_staging
from crm_sync.sync.chunks import transform_chunks, validate_chunks
from crm_sync.sync.empty_delta import close_empty_delta
from crm_sync.sync.fetch import fetch_entity
from crm_sync.sync.fetch_job import FetchJob
from crm_sync.sync.save import save_entity
from crm_sync.sync.validate import check_rules
from tests.conformance.run import Run
from tests.conftest import Warehouse

_numbers = itertools.count(1)


@dataclass
class Pipeline:
    """Runs entities of one account into one warehouse.

    Args:
        account: where the records come from.
        warehouse: where they go.
        folder: base of the staged files.
        is_run_ended: what Airflow would say of another run.
        now: the worker's clock.
        stop: asked between pages and chunks.
    """

    account: Any
    warehouse: Warehouse
    folder: Path
    is_run_ended: Callable[[str, str], bool] = lambda _dag, _run: True
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    stop: Callable[[], bool] = lambda: False
    _ahead: timedelta = timedelta()

    def entity(self, sync_type: str, read: dict[str, Any] | None = None, **changes: Any) -> EntityConfig:
        """Give an entity's configuration, some keys of its YAML replaced."""
        entity = self.account.source.entities[sync_type]
        merged = {**entity.model_dump(), **changes}
        merged["read"] = {**merged["read"], **(read or {})}
        return EntityConfig.model_validate(merged)

    def run(self, entity: EntityConfig | str, *, run_id: str | None = None, **flags: Any) -> Run:
        """Run the four stages; an error ends the row as failed, as after the last try, and comes out."""
        run, owner = self.begin(entity, run_id=run_id, **flags)
        try:
            self.go(run)
        except Exception as error:
            if run.history_id is not None:
                message = f"{type(error).__name__}: {error}"
                sync_history.close_if_running(
                    self.warehouse.connect, run.history_id, status=SyncStatus.FAILED, error_message=message
                )
                run.history = sync_history.read_history(self.warehouse.connect, run.history_id)
            raise
        finally:
            if owner is not None:
                owner.release(force=True)
        return run

    def begin(
        self, entity: EntityConfig | str, *, run_id: str | None = None, **flags: Any
    ) -> tuple[Run, SyncOwner | None]:
        """Do what fetch's `pre_execute` does: check the flags, take the lock, open the row."""
        source = self.account.source
        if isinstance(entity, str):
            entity = source.entities[entity]
        options, _ = parse_options(
            flags, known_entities=sorted(source.entities), own_flags=build_own_flags(source.flags)
        )
        check_rules(entity)
        number = next(_numbers)
        run = Run(entity, options, run_id or f"run-{os.getpid()}-{number}")
        owner = None
        run_key, mark = f"dry-{number:08x}", None
        if not options.dry_run:
            owner = self.build_owner(run)
            opened = owner.open({"options": options.to_json()})
            run.history_id, run_key = opened.history_id, str(opened.history_id)
        else:
            with open_transaction(self.warehouse.connect) as cursor:
                mark = {**read_mark(cursor), "run": run.run_id}
        base = self.folder / entity.crm_source / entity.sync_type / run_key
        run.staging = open_staging(base, crm_source=entity.crm_source, sync_type=entity.sync_type, mark=mark)
        return run, owner

    def build_owner(self, run: Run) -> SyncOwner:
        """Make this process's claim on the entity."""
        identity = RunIdentity(
            crm_source=run.entity.crm_source,
            sync_type=run.entity.sync_type,
            dag_id=f"crm_sync_{run.entity.crm_source}",
            run_id=run.run_id,
            try_number=1,
            in_process=False,
            host="conformance",
            pid=os.getpid(),
        )
        return SyncOwner(self.warehouse.connect, identity, is_run_ended=self.is_run_ended, patience_s=0.2)

    def go(self, run: Run) -> None:
        """Do the stages of a run that was begun."""
        self.fetch(run)
        assert run.outcome is not None
        if run.outcome.ends_here:
            self._end_empty(run)
        else:
            self.transform(run)
            self.validate(run)
            self.save(run)
        self.reload(run)

    def fetch(self, run: Run) -> None:
        """Read the window into the staging folder."""
        entity = run.entity
        assert run.staging is not None
        with closing(self._open_source(run)) as source:
            run.outcome = fetch_entity(
                FetchJob(
                    entity=entity,
                    options=run.options,
                    staging=run.staging,
                    source=source,
                    watermark=self.read_watermark(entity),
                    resume=read_resume_point(self.warehouse.connect, entity.crm_source, entity.sync_type),
                    read_parents=self._read_parents(entity),
                    count_absent=lambda job, keys: count_absent(self.warehouse.connect, job, keys),
                    stop=self.stop,
                    now=self.now,
                )
            )
        self._note(run, Stage.FETCH, run.outcome.metrics)

    def transform(self, run: Run) -> None:
        """Turn raw chunks into typed ones."""
        assert run.staging is not None
        self._note(run, Stage.TRANSFORM, transform_chunks(run.entity, run.staging, stop=self.stop))

    def validate(self, run: Run) -> None:
        """Judge the typed chunks."""
        assert run.staging is not None
        skip = run.options.skip_validation
        metrics = validate_chunks(run.entity, run.staging, skip_validation=skip, stop=self.stop)
        self._note(run, Stage.VALIDATE, metrics)

    def save(self, run: Run) -> None:
        """Write the good rows."""
        assert run.staging is not None
        run.result = save_entity(
            run.entity,
            run.staging,
            self.warehouse.connect,
            history_id=run.history_id,
            stop=self.stop,
        )

    def reload(self, run: Run) -> HistoryRow | None:
        """Read the run's row again."""
        if run.history_id is not None:
            run.history = sync_history.read_history(self.warehouse.connect, run.history_id)
        return run.history

    def read_watermark(self, entity: EntityConfig) -> Watermark | None:
        """Give the state that earlier runs left, as the next run sees it."""
        return read_watermark(self.warehouse.connect, entity.crm_source, entity.sync_type)

    def sync(self, entity: EntityConfig | str, **flags: Any) -> Run:
        """Run an entity after the entities that its YAML names in `after`; their flags are the default."""
        if isinstance(entity, str):
            entity = self.account.source.entities[entity]
        for parent in entity.after:
            self.run(parent)
        return self.run(entity, **flags)

    def pass_time(self, seconds: float) -> None:
        """Let both clocks go on, the worker's and the source's."""
        self._ahead += timedelta(seconds=seconds)
        self.now = lambda: datetime.now(UTC) + self._ahead
        self.account.pass_time(seconds)

    def list_history(self) -> list[tuple[Any, ...]]:
        """Give all rows: sync_type, status, error_message, in order."""
        return self.warehouse.fetch_all(
            "select sync_type, status, error_message from crm_sync.sync_history order by id"
        )

    def _open_source(self, run: Run) -> Source:
        if run.options.replay_rejected:
            return ReplaySource(self.warehouse.connect, run.entity)
        source: Source = self.account.open_source(run.entity, self.warehouse.connect, stop=self.stop)
        return source

    def _read_parents(self, entity: EntityConfig) -> Callable[[str, datetime | None], Iterator[list[str]]]:
        return lambda object_type, since: read_parent_ids(
            self.warehouse.connect, entity.table_schema, object_type, since
        )

    def _end_empty(self, run: Run) -> None:
        assert run.staging is not None
        assert run.outcome is not None
        close_empty_delta(
            run.entity,
            run.staging,
            self.warehouse.connect,
            history_id=run.history_id,
            metrics=run.outcome.metrics,
        )

    def _note(self, run: Run, stage: Stage, metrics: dict[str, float]) -> None:
        # fetch that ends the run adds its figures as it closes the row
        if run.history_id is None or (stage is Stage.FETCH and run.outcome and run.outcome.ends_here):
            return
        with open_transaction(self.warehouse.connect) as cursor:
            sync_history.add_progress(cursor, run.history_id, stage=stage, metrics=metrics)
