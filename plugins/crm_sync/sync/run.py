"""A run of an entity, put together once: open, attach, fetch, transform, validate, save, end, fail."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.run_options import RunOptions
from crm_sync.constants import Stage, SyncStatus
from crm_sync.fields.labels import settle_labels
from crm_sync.insight.expectation import describe_due
from crm_sync.sources.base import ReadRequest
from crm_sync.storage.connections import Connect, KeptConnection, open_transaction
from crm_sync.storage.encoding import check_warehouse_encoding
from crm_sync.storage.history.history_rows import RunIdentity
from crm_sync.storage.history.running_rows import IsRunEnded
from crm_sync.storage.history.sync_history import add_progress
from crm_sync.storage.history.sync_owners import SyncOwner
from crm_sync.storage.migrations import migrate
from crm_sync.storage.staging import Staging
from crm_sync.sync.chunks import transform_chunks, validate_chunks
from crm_sync.sync.crm import Crm, Stop
from crm_sync.sync.empty_delta import close_empty_delta
from crm_sync.sync.failed_run import close_failed
from crm_sync.sync.fetch import choose_plan, fetch_entity
from crm_sync.sync.fetch_job import FetchJob, FetchOutcome, build_request
from crm_sync.sync.fetch_start import refuse_second_start
from crm_sync.sync.job_maker import JobMaker
from crm_sync.sync.live_progress import LiveProgress
from crm_sync.sync.run_files import RunFiles, name_dry_run
from crm_sync.sync.save import SaveResult, save_entity
from crm_sync.sync.stats import measure
from crm_sync.sync.validate import check_rules
from crm_sync.sync.window import RunPlan

Seen = TypeVar("Seen")


@dataclass
class EntityRun:
    """One run of an entity; each stage may be in a process of its own, with an object of its own.

    A process begins with `open` (fetch) or `attach` (later stages) and ends its stage with `end_stage`; if it
    does several, it calls `record` between them. `fail` comes after an error that is not retried.

    Args:
        source: configuration of the CRM.
        entity: configuration of the entity.
        options: the run's flags, checked.
        identity: of the worker: DAG run, try, host, process.
        connect: makes a warehouse connection.
        staging_base: folder of all runs' files, a pathlib.Path or an ObjectStoragePath.
        crm: where the records come from.
        is_run_ended: asks the scheduler whether another run is over.
        tick: moment for which the run was scheduled or triggered, None where nobody knows.
        clock: the worker's, aware UTC.
    """

    source: SourceConfig
    entity: EntityConfig
    options: RunOptions
    identity: RunIdentity
    connect: Connect
    staging_base: Any
    crm: Crm
    is_run_ended: IsRunEnded | None = None
    tick: datetime | None = None
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    run_key: str = field(default="", init=False)
    """Name of the staging folder: the history id, or `dry-<8 hex>`."""
    history_id: int | None = field(default=None, init=False)
    """Row in crm_sync.sync_history, None for a dry run."""
    closed: SaveResult | None = field(default=None, init=False)
    """How the run ended, once its row is closed; right after `attach`, this is a late retry."""
    staging: Staging | None = field(default=None, init=False)
    """The folder of the latest stage."""
    _metrics: dict[str, float] = field(default_factory=dict, init=False)
    """Figures of this stage for the history row."""

    def __post_init__(self) -> None:
        self._connect = KeptConnection(self.connect)
        self._live = LiveProgress(self.clock)
        self.owner = SyncOwner(
            self._connect,
            self.identity,
            is_run_ended=self.is_run_ended,
            read_progress=self._live.read,
        )

    def open(self) -> None:
        """Take the entity's lock and open the history row, or continue with the row of an earlier try.

        Raises:
            SchemaFaultError: the warehouse is not in UTF-8, or the role lacks a right.
            AlreadyRunningError: another live run works on the entity.
        """
        # before anything is created in it, or a CRM is called
        check_warehouse_encoding(self._connect)
        if self.options.dry_run:
            self.run_key = name_dry_run(self.identity)
            return
        migrate(self._connect)
        due = describe_due(self.source, self.entity, self.clock())
        begun = {"table": self.entity.table, "tick": self.tick and self.tick.isoformat(), "due": due}
        self.history_id = self.owner.open({"options": self.options.to_json(), **begun}).history_id
        self.run_key = str(self.history_id)

    def attach(self, reference: Mapping[str, Any]) -> None:
        """Continue with the row and the folder of a run that has fetched, see `reference`.

        Raises:
            AlreadyRunningError: another process works on the entity.
            SupersededError: another run took the row over.
        """
        self.run_key, self.history_id = reference["run_key"], reference["history_id"]
        if self.history_id is not None:
            row = self.owner.attach(self.history_id)
            self.closed = None if row.status is SyncStatus.RUNNING else SaveResult.from_history(row)

    def reference(self) -> dict[str, Any]:
        """Give the small reference that one stage passes to the next."""
        return {"run_key": self.run_key, "history_id": self.history_id}

    def fetch(self, *, stop: Stop) -> FetchOutcome:
        """Read the run's window into its folder; if nothing changed, the run ends here: see `ends_here`.

        Raises:
            ConfigError: a rule or the connection is wrong; found before any call.
            SupersededError: the run was taken over, or has saved a part of files that are gone.
            SourceError: the CRM failed.
            LongWaitError: a limit asks for a pause too long to hold a worker for; a call after it continues.
        """
        with measure(Stage.FETCH, self._metrics):
            check_rules(self.entity)
            account = "none" if self.options.replay_rejected else self.crm.name_account()
            self.staging = self._get_files().begin(account)
            self._live.begin(Stage.FETCH, self.staging.manifest)
            if self.history_id is not None and not self.staging.manifest.plan:
                refuse_second_start(self._connect, self.history_id)
            stop, jobs = self.owner.guard(stop), self._jobs
            with contextlib.closing(jobs.open_source(stop)) as source:
                outcome = fetch_entity(jobs.build(self.staging, source, stop))
            self._metrics.update(outcome.metrics)
            if outcome.ends_here:
                row, metrics = self.history_id, self._metrics
                self.closed = close_empty_delta(
                    self.entity, self.staging, self._connect, history_id=row, metrics=metrics
                )
                self.staging.remove()
                self.release()
        return outcome

    def look_ahead(self, ask: Callable[[FetchJob, RunPlan, ReadRequest], Seen], *, stop: Stop) -> Seen:
        """Choose what a run that is not begun would read, ask its source about it, and leave nothing behind.

        Raises:
            OptionsError: a flag does not fit the watermark.
            SourceError: the source can't be asked.
        """
        self.run_key = name_dry_run(self.identity)
        self.staging = self._get_files().begin(
            "none" if self.options.replay_rejected else self.crm.name_account()
        )
        jobs = self._jobs
        try:
            with contextlib.closing(jobs.open_source(stop)) as source:
                job = jobs.build(self.staging, source, stop)
                plan = choose_plan(job)
                return ask(job, plan, build_request(job, plan))
        finally:
            self.staging.remove()
            self.release(force=True)

    def transform(self, *, stop: Stop) -> None:
        """Turn every remaining raw chunk into typed columns."""
        with measure(Stage.TRANSFORM, self._metrics):
            transform_chunks(*self.open_fetched(Stage.TRANSFORM), stop=self.owner.guard(stop))

    def validate(self, *, stop: Stop) -> None:
        """Judge every remaining typed chunk: which rows must not be saved, and why."""
        skip, stop = self.options.skip_validation, self.owner.guard(stop)
        with measure(Stage.VALIDATE, self._metrics):
            validate_chunks(*self.open_fetched(Stage.VALIDATE), skip_validation=skip, stop=stop)

    def save(self, *, stop: Stop) -> SaveResult:
        """Save every remaining chunk and close the row; a dry run says what would be written."""
        (entity, staging), stop = self.open_fetched(Stage.SAVE), self.owner.guard(stop)
        result = save_entity(entity, staging, self._connect, history_id=self.history_id, stop=stop)
        if not self.options.debug:
            staging.remove()
        self.closed = result
        return result

    def record(self) -> None:
        """Add the figures of the finished stage to the row, unless the row is closed."""
        metrics, self._metrics = self._metrics, {}
        if self.history_id is not None and self.closed is None:
            with open_transaction(self._connect) as cursor:
                add_progress(cursor, self.history_id, metrics=metrics)

    def end_stage(self) -> None:
        """End a process of one stage: `record`, and release the entity's lock."""
        self.record()
        self.release()

    def fail(self, message: str) -> None:
        """Close the row as failed and release the lock; nothing happens to a closed row."""
        if self.history_id is None:
            return
        manifest = None if self.staging is None else self.staging.manifest
        try:
            close_failed(self._connect, self.history_id, self.owner.token, manifest, message)
        finally:
            self.release(force=True)

    def release(self, *, force: bool = False) -> None:
        """Release the lock; a run inside one process keeps it until its row is closed, unless forced."""
        self.owner.release(force=force)
        self._connect.close()

    @property
    def staged(self) -> Staging:
        """The folder of the latest stage, of which there has been one."""
        if self.staging is None:
            message = "no stage has begun"
            raise RuntimeError(message)
        return self.staging

    def open_fetched(self, stage: Stage) -> tuple[EntityConfig, Staging]:
        """Give the folder, and the entity with the fields that the fetch has found behind its labels."""
        self.staging = self._get_files().open_fetched()
        self._live.begin(stage, self.staging.manifest)
        return settle_labels(self.entity, self.staging.manifest.labels), self.staging

    def _get_files(self) -> RunFiles:
        return RunFiles(self.staging_base, self.entity, self.identity, self.run_key, self._connect)

    @property
    def _jobs(self) -> JobMaker:
        return JobMaker(
            *(self.source, self.entity, self.options, self.connect, self._connect),
            crm=self.crm,
            live=self._live,
            clock=self.clock,
        )
