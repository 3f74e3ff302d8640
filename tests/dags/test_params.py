"""The trigger form: widget, bounds and help of each flag, checked as the API server checks a conf."""

from __future__ import annotations

import pytest

from crm_sync.config.flags import FLAGS
from crm_sync.config.loader import list_sources, load_source
from tests.dags.airflow_home import CONFIGS

pytestmark = pytest.mark.airflow

ENTITIES = [
    *("associations", "calls", "companies", "contacts", "deals"),
    *("line_items", "owners", "products", "tickets"),
]
BOOLEANS = ("full", "force", "dry_run", "skip_validation", "debug", "replay_rejected")


@pytest.fixture(params=list_sources(CONFIGS), scope="module")
def crm_source(request):
    return request.param


@pytest.fixture(scope="module")
def stored_params(crm_source, dag_bag):
    """The params as the API server has them: written to its database and read back."""
    return _store(dag_bag.dags[f"crm_sync_{crm_source}"]).params


@pytest.fixture(scope="module")
def own_flags(crm_source):
    """The flags that only this CRM has, with their defaults."""
    return {name: flag.default for name, flag in load_source(CONFIGS, crm_source).flags.items()}


@pytest.fixture(scope="module")
def stored_hubspot(dag_bag):
    return _store(dag_bag.dags["crm_sync_hubspot"]).params


def _store(dag):
    from airflow.serialization.serialized_objects import DagSerialization

    return DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))


def test_names_and_order_are_those_of_the_flags(stored_params, own_flags):
    assert list(stored_params) == [*(flag.name for flag in FLAGS), *own_flags]


def test_defaults_pass_their_own_schema(stored_params, own_flags):
    assert stored_params.validate() == {
        "entities": [],
        **dict.fromkeys(BOOLEANS, False),
        "batch_size": 100,
        "max_records": 0,
        "start_date": None,
        "end_date": None,
        "replay_rule": None,
        "replay_ids": [],
        **own_flags,
    }


def test_each_flag_has_a_title_and_a_help_text(stored_params):
    for name, param in ((name, stored_params.get_param(name)) for name in stored_params):
        assert param.schema["title"], name
        assert len(param.description or "") > 10, name


def test_entities_is_a_multi_select_that_also_validates(stored_hubspot):
    schema = stored_hubspot.get_param("entities").schema
    assert schema["type"] == "array"
    assert schema["items"] == {"type": "string", "enum": ENTITIES}
    assert schema["examples"] == ENTITIES
    assert schema["uniqueItems"] is True


@pytest.mark.parametrize("name", BOOLEANS)
def test_switches_are_booleans(stored_hubspot, name):
    assert stored_hubspot.get_param(name).schema["type"] == "boolean"


def test_numbers_have_bounds(stored_hubspot):
    batch_size = stored_hubspot.get_param("batch_size").schema
    assert (batch_size["type"], batch_size["minimum"], batch_size["maximum"]) == ("integer", 1, 10_000)
    max_records = stored_hubspot.get_param("max_records").schema
    assert (max_records["type"], max_records["minimum"]) == ("integer", 0)
    assert "maximum" not in max_records


@pytest.mark.parametrize("name", ["start_date", "end_date"])
def test_dates_show_a_date_picker_and_may_be_left_empty(stored_hubspot, name):
    schema = stored_hubspot.get_param(name).schema
    assert schema["format"] == "date"
    assert schema["type"] == ["null", "string"]


TAKEN = [
    ("entities", ["contacts", "deals"]),
    ("start_date", "2026-01-05"),
    ("start_date", "2026-01-05T10:00:00Z"),
    ("end_date", "2026-01-05T10:00:00.123+02:00"),
    ("end_date", None),
    ("batch_size", 1),
    ("batch_size", 10_000),
    ("max_records", 0),
    ("max_records", 5_000_000),
]
REFUSED = [
    ("entities", "contacts"),
    ("entities", ["leads"]),
    ("entities", ["contacts", "contacts"]),
    ("full", "yes"),
    ("full", 1),
    ("dry_run", None),
    ("batch_size", "25"),
    ("batch_size", 0),
    ("batch_size", 10_001),
    ("batch_size", 2.5),
    ("max_records", -1),
    ("start_date", 20260105),
    ("end_date", ["2026-01-05"]),
]


@pytest.mark.parametrize(("name", "value"), TAKEN)
def test_right_value_is_taken(stored_hubspot, name, value):
    merged = stored_hubspot.deep_merge({name: value})
    assert merged.validate()[name] == value


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_wrong_value_is_refused_before_any_task_runs(stored_hubspot, name, value):
    merged = stored_hubspot.deep_merge({name: value})
    with pytest.raises(ValueError, match=name):
        merged.validate()
