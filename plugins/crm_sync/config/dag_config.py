"""How the DAG of a CRM is made, and the run flags that only this CRM has."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from crm_sync.config.base import Model
from crm_sync.config.durations import Seconds


class FlagConfig(Model):
    """A run flag that only this CRM has."""

    type: Literal["boolean", "integer", "text"]
    """What kind of value the flag takes; it also chooses the widget of the trigger form."""
    title: str
    """Label in the trigger form."""
    help: str
    """One sentence for the form and for docs/flags.md."""
    default: bool | int | str | None = None
    """Value that means "not given"."""
    minimum: int = 0
    """Smallest value of an integer flag."""
    maximum: int | None = None
    """Largest value of an integer flag; none: no bound."""


class DagConfig(Model):
    """What the DAG of a CRM is made with."""

    schedule: str | None = None
    """Cron expression or preset such as `@hourly`; none: the DAG runs only when it is triggered."""
    start_date: date = date(2025, 1, 1)
    """Day from which Airflow schedules runs; intervals that were missed are never caught up."""
    owner: str = "data"
    """Owner of the tasks, as Airflow shows it."""
    tags: tuple[str, ...] = ()
    """Tags of the DAG in Airflow's UI; the name of the CRM is always added."""
    retries: int = Field(default=2, ge=0)
    """How often Airflow tries a failed task again."""
    retry_delay_s: Seconds = 60
    """Pause before each of these tries."""
    execution_timeout_s: Seconds = 6 * 3600
    """Longest time of one task; 0: no limit."""
    deadline: Annotated[Seconds, Field(gt=0)] | None = None
    """How long after it was queued a run may end, `2h`; if it has not, `alerts` tell people, once for each
    run. None: no deadline."""
    pool: str = "default_pool"
    """Airflow pool that the tasks take their slots from."""
    max_active_runs: int = Field(default=1, ge=1)
    """How many runs of the DAG may be active at the same time."""
    max_active_tasks: int = Field(default=16, ge=1)
    """How many tasks of the DAG may run at the same time."""
    description: str = ""
    """Sentence under the name of the DAG in the UI; empty: one is made from the title."""
    docs_url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """Address below which your copy of docs/ is served, `https://git.example.com/crm_sync/docs`; the texts in
    Airflow's UI then link to their page. Empty: they name it."""
