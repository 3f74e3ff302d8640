"""Which tasks the scheduler skips without a process, and what it leaves to the tasks themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from crm_sync.config.loader import list_sources
from crm_sync.dag_factory import build_dag
from crm_sync.run_context import _explain_rest
from crm_sync.unselected import (
    STAGE_OPERATORS,
    find_resting,
    list_resting,
    list_unselected,
    on_dag_run_running,
    read_rhythms,
)
from tests.dags.airflow_home import CONFIGS, copy_dags, replace_text

pytestmark = pytest.mark.airflow


@dataclass
class Task:
    task_id: str
    operator: str
    state: str | None = None


def _list_tasks(dag):
    return [Task(task.task_id, task.task_type) for task in dag.tasks]


def test_stages_of_unselected_entities_are_skipped_and_nothing_else(hubspot):
    skipped = {task.task_id for task in list_unselected(["deals", "owners"], _list_tasks(hubspot))}
    left = set(hubspot.task_ids) - skipped
    wanted = {
        f"{one}.{stage}"
        for one in ("deals", "owners")
        for stage in ("fetch", "transform", "validate", "save")
    }
    assert left == wanted | {"all_saved", "close_history"}


def test_listener_skips_in_the_session_of_the_scheduler(hubspot, monkeypatch):
    skipped = []

    class Known(Task):
        def set_state(self, state, session):
            skipped.append((self.task_id, state, session))

    tasks = [Known(task.task_id, task.operator) for task in _list_tasks(hubspot)]
    run = SimpleNamespace(
        dag_id="crm_sync_hubspot", run_type="manual", conf={"entities": ["deals"]}, task_instances=tasks
    )
    monkeypatch.setattr("sqlalchemy.orm.object_session", lambda one: "its own" if one is run else None)
    on_dag_run_running(run)
    wanted = [(task.task_id, "skipped", "its own") for task in list_unselected(["deals"], tasks)]
    assert skipped == wanted != []
    skipped.clear()
    run.conf = {}
    on_dag_run_running(run)
    assert skipped == []


def test_tasks_of_the_four_stages_are_known_by_their_operators(dag_bag):
    for name in list_sources(CONFIGS):
        dag = dag_bag.dags[f"crm_sync_{name}"]
        grouped = {task.task_type for task in dag.tasks if "." in task.task_id}
        assert grouped == STAGE_OPERATORS
        assert {task.task_type for task in dag.tasks} - grouped == {
            "EmptyOperator",
            "CrmCloseHistoryOperator",
        }


@pytest.mark.parametrize("entities", [["deals", "leads"], "deals", {"deals": 1}, [["deals"]], [5], 1])
def test_flag_that_is_no_list_of_entities_is_left_to_the_fetches(hubspot, entities):
    assert list_unselected(entities, _list_tasks(hubspot)) == []


def test_task_that_has_begun_or_ended_is_left_alone(hubspot):
    tasks = [Task(task.task_id, task.operator, "success") for task in _list_tasks(hubspot)]
    assert list_unselected(["deals"], tasks) == []


def test_rhythm_of_an_entity_is_in_the_dag_that_airflow_stores(tmp_path):
    from airflow.serialization.serialized_objects import DagSerialization

    folder = copy_dags(tmp_path / "dags")
    replace_text(folder / "configs/hubspot/owners.yaml", "title: Owners", "title: Owners\nevery: 6h")
    dag = build_dag("hubspot", configs=folder / "configs")
    stored = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
    assert read_rhythms(stored.tasks) == {"owners": 6 * 3600}


def test_entity_rests_while_its_last_complete_run_is_young(hubspot):
    tick = datetime(2026, 3, 1, tzinfo=UTC)
    rhythms = {"owners": 7200, "deals": 7200, "calls": 7200}
    last = {"owners": tick - timedelta(hours=1), "deals": tick - timedelta(hours=2)}
    assert find_resting(rhythms, last, tick) == {"owners"}
    assert {task.task_id for task in list_resting({"owners"}, _list_tasks(hubspot))} == {
        f"owners.{stage}" for stage in ("fetch", "transform", "validate", "save")
    }


@pytest.mark.parametrize(
    ("run_type", "every", "expected"),
    [("scheduled", 60, "resting"), ("manual", 60, None), ("backfill", 60, None), ("scheduled", None, None)],
)
def test_only_a_scheduled_run_leaves_an_entity_out(monkeypatch, run_type, every, expected):
    monkeypatch.setattr("crm_sync.sync.rhythm.explain_rest", lambda *_: "resting")
    run = SimpleNamespace(run_type=run_type, run_after=datetime(2026, 3, 1, tzinfo=UTC))
    assert _explain_rest({"dag_run": run}, SimpleNamespace(every=every), lambda: None) == expected
