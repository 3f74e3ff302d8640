"""What the four stage operators share: the run from the context, stopping, how errors reach Airflow."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from crm_sync.entity_run import get_run
from crm_sync.exceptions import (
    ConfigError,
    FatalSourceError,
    OptionsError,
    SchemaFaultError,
    SupersededError,
)

if TYPE_CHECKING:
    from pathlib import Path

    from airflow.sdk import Context

    from crm_sync.constants import Stage
    from crm_sync.entity_run import EntityRun
    from crm_sync.storage.history.sync_owners import SyncOwner

_NO_RETRY = (ConfigError, FatalSourceError, OptionsError, SchemaFaultError, SupersededError)
"""Errors that the same task would meet again; all others are left to Airflow's retries."""


class CrmStageOperator(BaseOperator):
    """Base of the four stages of one entity.

    Args:
        crm_source: CRM whose YAML the entity comes from.
        sync_type: the entity.
        configs: folder of the YAML, see `build_dag`; None takes the one of `configs_dir`.
        kwargs: BaseOperator's own arguments.
    """

    stage: ClassVar[Stage]
    closes_history: ClassVar[bool] = False
    """Whether the history row is closed once this stage succeeded."""

    def __init__(
        self, *, crm_source: str, sync_type: str, configs: Path | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.configs = configs
        self.crm_source = crm_source
        self.sync_type = sync_type
        self._stopped = False
        self._owner: SyncOwner | None = None

    def execute(self, context: Context) -> Any:
        """Do the stage's work for the entity.

        Raises:
            AirflowSkipException: the run's flag `entities` leaves this entity out.
            AirflowFailException: a retry would fail the same way.
        """
        run = get_run(context)
        if run is None:
            raise AirflowSkipException(f"{self.sync_type} is not among the run's entities.")
        if run.closed is not None:
            from crm_sync.sync.outcome import SaveResult

            self.log.info("History row %s is closed already as %s.", run.history_id, run.closed.status)
            figures = SaveResult.from_history(run.closed).to_json()
            self.announce(context, figures)
            return {**run.reference(), **figures}
        self._owner = run.owner
        if run.options.debug:
            logging.getLogger("crm_sync").setLevel(logging.DEBUG)
        from crm_sync.sync.memory import return_freed_memory
        from crm_sync.sync.stats import get_peak_memory_mb

        return_freed_memory()

        started = time.monotonic()
        try:
            result = self.work(run, context)
        except _NO_RETRY as error:
            raise AirflowFailException(str(error)) from error
        run.metrics["peak_memory_mb"] = get_peak_memory_mb()
        run.metrics[f"{self.stage}_seconds"] = round(time.monotonic() - started, 3)
        return result

    def work(self, run: EntityRun, context: Context) -> Any:
        """Do the stage's own work; what it returns goes to XCom."""
        raise NotImplementedError

    def announce(self, context: Context, figures: dict[str, Any]) -> None:
        """Tell of the entity's fresh data; only save does."""

    def on_kill(self) -> None:
        """Ask the loops to end; called in a signal handler, so it sets a flag and does no I/O."""
        self._stopped = True

    def is_stopped(self) -> bool:
        """Tell the core's loops whether Airflow asked the task to end.

        Raises:
            SupersededError: another process works on the run now, in the same folder: touch nothing any more.
        """
        if self._owner is not None:
            self._owner.check()
        return self._stopped
