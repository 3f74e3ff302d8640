"""The common base of the four stage operators: run, stopping, and errors for Airflow."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException

from crm_sync.constants import COMPLETE_NOTE, DRY_RUN_NOTE, SyncStatus
from crm_sync.run_context import airflow_errors, get_run
from crm_sync.sync.news import tell

if TYPE_CHECKING:
    from pathlib import Path

    from airflow.sdk import Context

    from crm_sync.sync.outcome import SaveResult
    from crm_sync.sync.run import EntityRun


class CrmStageOperator(BaseOperator):
    """Base of the four stages of one entity.

    Args:
        crm_source: CRM whose YAML the entity comes from.
        sync_type: the entity.
        configs: folder of the YAML, see `build_dag`; None takes the one of `configs_dir`.
        kwargs: BaseOperator's own arguments.
    """

    def __init__(
        self, *, crm_source: str, sync_type: str, configs: Path | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.configs = configs
        self.crm_source = crm_source
        self.sync_type = sync_type
        self._stopped = False
        self._worked_on: EntityRun | None = None

    def execute(self, context: Context) -> Any:
        """Do the stage's work for the entity.

        Raises:
            AirflowSkipException: the run's flag `entities` leaves this entity out.
            AirflowFailException: a retry would fail the same way.
        """
        run = get_run(context)
        if run is None:
            raise AirflowSkipException(f"{self.sync_type} is not among the run's entities, or not due.")
        self._worked_on = run
        if run.closed is not None:
            self.log.info("History row %s is closed already as %s.", run.history_id, run.closed.status)
            figures = run.closed.to_json()
            self.announce(context, figures)
            self.note_complete(run, context)
            return {**run.reference(), **figures}
        if run.options.debug:
            logging.getLogger("crm_sync").setLevel(logging.DEBUG)
        from crm_sync.telemetry.spans import trace_stage

        with trace_stage(run, self.task_id.rpartition(".")[2]), airflow_errors():
            return self.work(run, context)

    def work(self, run: EntityRun, context: Context) -> Any:
        """Do the stage's own work; the result goes to XCom."""
        raise NotImplementedError

    def announce(self, context: Context, figures: dict[str, Any]) -> None:
        """Announce the entity's fresh data; only save does this."""

    def tell_end(self, run: EntityRun, result: SaveResult | None) -> None:
        """Pass on how the entity ended; None: a dry run that found nothing to write."""
        figures = {"status": SyncStatus.SUCCESS.value} if result is None else result.to_json()
        said = () if result is None else result.notes
        reason = None if result is None else result.reason
        history_id = run.history_id
        tell("end", entity=self.sync_type, reason=reason, notes=said, history_id=history_id, **figures)

    def note_complete(self, run: EntityRun, context: Context) -> None:
        """Leave a note for `unselected.py`, which can't ask the warehouse whether the entity is due."""
        if run.entity.every is not None and run.closed is not None and run.closed.window.get("complete"):
            context["ti"].xcom_push(key=COMPLETE_NOTE, value=True)

    def note_dry_run(self, run: EntityRun, context: Context) -> None:
        """Leave what a dry run found for the page: a skipped task returns nothing."""
        if run.history_id is None and run.closed is not None:
            context["ti"].xcom_push(key=DRY_RUN_NOTE, value=run.closed.to_note())

    def on_kill(self) -> None:
        """Ask the loops to end; called in a signal handler, so it sets a flag and does no I/O."""
        self._stopped = True

    def is_stopped(self) -> bool:
        """Say, for the core's loops, whether Airflow asked the task to end."""
        return self._stopped
