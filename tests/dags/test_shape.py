"""Groups, edges, retries, callbacks and outlets of the DAGs."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from crm_sync.config.loader import list_sources, load_source
from tests.dags.airflow_home import CONFIGS

pytestmark = pytest.mark.airflow

STAGES = ("fetch", "transform", "validate", "save")


@pytest.fixture(params=list_sources(CONFIGS), scope="module")
def source(request):
    return load_source(CONFIGS, request.param)


@pytest.fixture(scope="module")
def dag(dag_bag, source):
    return dag_bag.dags[f"crm_sync_{source.crm_source}"]


def test_each_entity_is_a_group_of_four_tasks_in_a_chain(dag, source):
    wanted = {f"{entity}.{stage}" for entity in source.entities for stage in STAGES}
    assert set(dag.task_ids) == wanted | {"all_saved", "close_history"}
    for entity in source.entities:
        for before, after in itertools.pairwise(STAGES):
            assert dag.get_task(f"{entity}.{after}").upstream_task_ids == {f"{entity}.{before}"}
            assert f"{entity}.{after}" in dag.get_task(f"{entity}.{before}").downstream_task_ids


def test_after_lets_a_fetch_wait_for_those_saves_however_they_ended(dag, source):
    for name, entity in source.entities.items():
        fetch = dag.get_task(f"{name}.fetch")
        assert fetch.upstream_task_ids == {f"{other}.save" for other in entity.after}
        assert fetch.trigger_rule == ("all_done" if entity.after else "all_success")


def test_hubspots_associations_come_after_their_parents(hubspot):
    before = hubspot.get_task("associations.fetch").upstream_task_ids
    assert before == {
        f"{one}.save" for one in ("contacts", "companies", "deals", "tickets", "line_items", "calls")
    }


def test_all_saved_is_a_leaf_that_a_failed_save_fails(dag, source):
    saves = {f"{entity}.save" for entity in source.entities}
    leaf = dag.get_task("all_saved")
    assert leaf.upstream_task_ids == saves
    assert leaf.downstream_task_ids == set()
    assert leaf.trigger_rule == "none_failed"
    assert {task.task_id for task in dag.leaves} - {"close_history"} <= {"all_saved"} | saves


def test_close_history_is_a_teardown_without_setups(dag, source):
    last = dag.get_task("close_history")
    assert last.is_teardown
    assert last.upstream_task_ids == {f"{entity}.save" for entity in source.entities}
    assert not any(task.is_setup for task in dag.tasks)
    assert not last.on_failure_fail_dagrun


def test_each_save_alone_has_its_asset_as_outlet(dag, source):
    for task in dag.tasks:
        if task.task_id.endswith(".save"):
            (asset,) = task.outlets
            entity = task.task_id.removesuffix(".save")
            assert asset.name == f"crm_sync_{source.crm_source}_{entity}"
            assert asset.uri == f"x-crm-sync://{source.crm_source}/{entity}"
        else:
            assert task.outlets == []


def test_dag_takes_its_arguments_from_the_yaml(dag, source):
    assert dag.max_active_runs == 1
    assert dag.max_active_tasks == 16
    assert dag.catchup is False
    assert dag.schedule == source.dag.schedule
    assert dag.tags == {"crm_sync", source.crm_source}
    assert dag.dagrun_timeout is None
    assert dag.description


def test_each_task_has_retries_a_timeout_and_the_failure_callback(dag):
    from crm_sync.callbacks import close_failed

    for task in dag.tasks:
        assert task.retries == 2
        assert task.retry_delay == timedelta(seconds=60)
        assert task.execution_timeout == timedelta(hours=6)
        assert task.pool == "default_pool"
        callbacks = task.on_failure_callback
        assert close_failed in (callbacks if isinstance(callbacks, list | tuple) else [callbacks])


def test_history_is_opened_by_fetch_and_attached_to_by_the_other_stages(dag, source):
    from crm_sync.callbacks import attach_history, open_history, record_stage

    for entity in source.entities:
        for stage in STAGES:
            task = dag.get_task(f"{entity}.{stage}")
            assert task._pre_execute_hook is (open_history if stage == "fetch" else attach_history)
            assert task._post_execute_hook is record_stage


def test_dag_survives_airflows_own_serialization(dag):
    from airflow.serialization.serialized_objects import DagSerialization

    stored = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
    assert set(stored.task_ids) == set(dag.task_ids)
    assert stored.max_active_runs == 1
    assert stored.get_task("close_history").is_teardown
