"""The texts under DAGs and tasks: each has one, from the YAML alone."""

from __future__ import annotations

import time

import pytest

from crm_sync.config.loader import list_sources, load_source
from crm_sync.dag_texts import describe_dag, describe_tasks
from tests.dags.airflow_home import CONFIGS

pytestmark = pytest.mark.airflow


@pytest.mark.parametrize("crm_source", list_sources(CONFIGS))
def test_dag_and_all_its_tasks_have_a_text(dag_bag, crm_source):
    dag = dag_bag.dags[f"crm_sync_{crm_source}"]
    texts = {"": dag.doc_md, **{task.task_id: task.doc_md for task in dag.tasks}}
    assert [name for name, text in texts.items() if not text] == []
    # Airflow would take such a text for the name of a file
    assert [name for name, text in texts.items() if text.endswith(".md")] == []
    for name, entity in load_source(CONFIGS, crm_source).entities.items():
        assert f"**{name}** to `{entity.table}`" in dag.doc_md
        assert f"`{entity.table}`" in texts[f"{name}.save"]
        assert f"`{crm_source}_default`" in texts[f"{name}.fetch"]
        tooltip = f"{entity.title or name} to {entity.table}. {entity.description}".strip()
        assert dag.task_group.children[name].tooltip == tooltip


def test_texts_survive_serialization(hubspot):
    from airflow.serialization.serialized_objects import DagSerialization

    stored = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(hubspot))
    assert stored.doc_md == hubspot.doc_md
    assert stored.get_task("deals.save").doc_md == hubspot.get_task("deals.save").doc_md


def test_page_is_linked_where_docs_are_served_and_named_elsewhere():
    source = load_source(CONFIGS, "hubspot")
    assert "`docs/sources/hubspot.md`" in describe_dag(source)
    served = source.dag.model_copy(update={"docs_url": "https://git.example.com/docs/"})
    text = describe_dag(source.model_copy(update={"dag": served, "crm_source": "eu", "extends": "hubspot"}))
    assert "[sources/hubspot.md](https://git.example.com/docs/sources/hubspot.md)" in text


def test_texts_cost_a_parse_next_to_nothing():
    """The CRM with the most entities; a parse takes hundreds of milliseconds of processor time."""
    source = load_source(CONFIGS, "genius")
    began = time.process_time()
    describe_dag(source)
    for entity in source.entities.values():
        describe_tasks(source, entity)
    assert time.process_time() - began < 0.02
