"""Which tasks the scheduler skips without a process, and what it leaves to the tasks themselves."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from crm_sync.unselected import STAGE_OPERATORS, list_unselected

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


def test_tasks_of_the_four_stages_are_known_by_their_operators(dag_bag):
    for dag in dag_bag.dags.values():
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
