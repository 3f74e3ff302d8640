"""What the listener reads from Airflow's own tables about entities with a rhythm, on an SQLite of its own."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from crm_sync import unselected

pytestmark = pytest.mark.airflow

TICK = datetime(2026, 3, 1, tzinfo=UTC)
DAG = SimpleNamespace(
    tasks=[
        SimpleNamespace(task_id="products.fetch", every_s=21600),
        SimpleNamespace(task_id="owners.fetch", every_s=0),
    ]
)


_TABLES = ("log_template", "dag_run", "xcom")


class Task:
    """A task instance that notes what becomes of it."""

    def __init__(self, task_id):
        self.task_id, self.state = task_id, None
        self.operator = f"Crm{task_id.rpartition('.')[2].title()}Operator"

    def set_state(self, state, session):
        self.state = state


def call_listener(run):
    """Tell the listener of a run as the scheduler does, which checks its arguments by their names."""
    from airflow.listeners.spec import dagrun
    from pluggy import PluginManager

    manager = PluginManager("airflow")
    manager.add_hookspecs(dagrun)
    manager.register(unselected)
    manager.hook.on_dag_run_running(dag_run=run, msg="started")


@pytest.fixture
def start_run(caplog):
    """Starts a run of an Airflow whose earlier runs left notes, and gives the tasks that are skipped."""
    from airflow.models.dagrun import DagRun
    from sqlalchemy import create_engine, insert
    from sqlalchemy.orm import Session

    tables = DagRun.metadata.tables
    engine = create_engine("sqlite://")
    DagRun.metadata.create_all(engine, tables=[tables[name] for name in _TABLES])

    class Run(SimpleNamespace):
        """Stands in for the ORM's object, whose class knows the tables."""

        metadata = DagRun.metadata

    def start(hours, notes, *, run_type="scheduled", dag_id="crm_sync_hubspot", conf=None):
        with Session(engine) as session, pytest.MonkeyPatch.context() as patch:
            for number, (task_id, at, key) in enumerate(notes, start=1):
                session.execute(
                    insert(tables["dag_run"]).values(
                        id=number, dag_id=dag_id, run_id=f"run {number}", run_type="scheduled",
                        run_after=TICK + timedelta(hours=at), state="success", span_status="ended",
                    )
                )  # fmt: skip
                session.execute(
                    insert(tables["xcom"]).values(
                        dag_run_id=number, dag_id=dag_id, run_id=f"run {number}", task_id=task_id, key=key,
                        map_index=-1, value=True, timestamp=TICK,
                    )
                )  # fmt: skip
            patch.setattr("sqlalchemy.orm.object_session", lambda _run: session)
            stages = ("fetch", "transform", "validate", "save")
            tasks = [Task(f"{name}.{stage}") for name in ("products", "owners") for stage in stages]
            made_for = TICK + timedelta(hours=hours)
            run = Run(dag_id=dag_id, conf=conf, run_type=run_type, dag=DAG, run_after=made_for)
            run.task_instances = tasks
            with caplog.at_level(logging.INFO, logger="crm_sync"):
                call_listener(run)
            session.rollback()
            return {task.task_id for task in tasks if task.state == "skipped"}

    return start


RESTING = {f"products.{stage}" for stage in ("fetch", "transform", "validate", "save")}
SAVED = ("products.save", 0, "complete")


def test_scheduled_run_skips_what_is_not_due_and_says_so(start_run, caplog):
    assert start_run(5, [SAVED]) == RESTING
    assert "crm_sync_hubspot: not due in this run: products." in caplog.text


@pytest.mark.parametrize(
    ("hours", "notes", "how"),
    [
        (6, [SAVED], {}),
        (1, [], {}),
        (1, [("products.save", 0, "return_value")], {}),
        (1, [("owners.save", 0, "complete")], {}),
        (1, [SAVED], {"run_type": "manual"}),
        (1, [SAVED], {"dag_id": "another_dag"}),
    ],
    ids=["due", "never read", "saved incompletely", "another entity", "by hand", "another dag"],
)
def test_everything_else_is_left_to_the_fetches(start_run, hours, notes, how):
    assert start_run(hours, notes, **how) == set()


def test_latest_of_several_notes_counts_whichever_task_left_it(start_run):
    notes = [SAVED, ("products.fetch", 6, "complete"), ("products.save", 1, "complete")]
    assert start_run(11, notes) == RESTING
