"""Runs entities in this process through the product's own run, as the tasks do under Airflow."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crm_sync.config.flags import build_own_flags
from crm_sync.config.models import EntityConfig
from crm_sync.config.run_options import parse_options
from crm_sync.sources.base import Source
from crm_sync.storage.connections import KeptConnection
from crm_sync.storage.history.history_rows import HistoryRow, RunIdentity
from crm_sync.storage.history.sync_history import read_history
from crm_sync.storage.history.watermark import Watermark, read_watermark
from crm_sync.sync.run import EntityRun
from tests.conformance.run import Run
from tests.warehouse import Warehouse

_numbers = itertools.count(1)
READER = "conformance reader"
"""Name of a session that writes nothing and stays."""


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
    _reader: KeptConnection | None = None

    def entity(self, sync_type: str, read: dict[str, Any] | None = None, **changes: Any) -> EntityConfig:
        """Give an entity's configuration, some keys of its YAML replaced."""
        entity = self.account.source.entities[sync_type]
        merged = {**entity.model_dump(), **changes}
        merged["read"] = {**merged["read"], **(read or {})}
        return EntityConfig.model_validate(merged)

    def run(self, entity: EntityConfig | str, *, run_id: str | None = None, **flags: Any) -> Run:
        """Run the four stages; an error ends the row as failed, as after the last try, and comes out."""
        run = self.begin(entity, run_id=run_id, **flags)
        try:
            self.go(run)
        except Exception as error:
            run.made.fail(f"{type(error).__name__}: {error}")
            self.reload(run)
            raise
        finally:
            run.made.release(force=True)
        return run

    def begin(self, entity: EntityConfig | str, *, run_id: str | None = None, **flags: Any) -> Run:
        """Check the flags, take the lock, open the row."""
        source = self.account.source
        if isinstance(entity, str):
            entity = source.entities[entity]
        options, _ = parse_options(
            flags, known_entities=sorted(source.entities), own_flags=build_own_flags(source.flags)
        )
        identity = RunIdentity(
            crm_source=entity.crm_source,
            sync_type=entity.sync_type,
            dag_id=f"crm_sync_{entity.crm_source}",
            run_id=run_id or f"run-{os.getpid()}-{next(_numbers)}",
            try_number=1,
            in_process=False,
            host="conformance",
            pid=os.getpid(),
        )
        made = EntityRun(
            source=source,
            entity=entity,
            options=options,
            identity=identity,
            connect=self.warehouse.connect,
            staging_base=self.folder,
            crm=PipelineCrm(self.account, self.warehouse),
            is_run_ended=self.is_run_ended,
            clock=self.now,
        )
        made.owner.patience_s = 0.2
        made.open()
        return Run(made)

    def go(self, run: Run) -> None:
        """Do the stages of a run that was begun."""
        self.fetch(run)
        assert run.outcome is not None
        if not run.outcome.ends_here:
            for stage in (self.transform, self.validate, self.save):
                run.made.record()
                stage(run)
        self.reload(run)

    def fetch(self, run: Run) -> None:
        """Read the window into the staging folder."""
        run.outcome = run.made.fetch(stop=self.stop)

    def transform(self, run: Run) -> None:
        """Turn raw chunks into typed ones."""
        run.made.transform(stop=self.stop)

    def validate(self, run: Run) -> None:
        """Judge the typed chunks."""
        run.made.validate(stop=self.stop)

    def save(self, run: Run) -> None:
        """Write the good rows."""
        run.result = run.made.save(stop=self.stop)

    def reload(self, run: Run) -> HistoryRow | None:
        """Read the run's row again."""
        if run.history_id is not None:
            self._reader = self._reader or KeptConnection(self._open_reader)
            run.history = read_history(self._reader, run.history_id)
        return run.history

    def _open_reader(self) -> Any:
        """Open a session for looks at the history, which costs less than the login of each."""
        connection = self.warehouse.connect()
        with connection, connection.cursor() as cursor:
            cursor.execute("select set_config('application_name', %s, false)", (READER,))
        return connection

    def read_watermark(self, entity: EntityConfig) -> Watermark | None:
        """Give the state that earlier runs left, as the next run sees it."""
        return read_watermark(self.warehouse.connect, entity)

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


@dataclass
class PipelineCrm:
    """Reaches the fake account."""

    account: Any
    warehouse: Warehouse

    def name_account(self) -> str:
        return str(self.account.source.connection_id)

    def open_source(self, entity: EntityConfig, *, stop: Callable[[], bool]) -> Source:
        source: Source = self.account.open_source(entity, self.warehouse.connect, stop=stop)
        return source
