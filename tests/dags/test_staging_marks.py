"""What fetch marks its files with: an account and a read that changed are not gone on with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crm_sync.config.loader import load_source
from tests.dags.airflow_home import CONFIGS

pytestmark = pytest.mark.airflow
HUBSPOT = load_source(CONFIGS, "hubspot")
CONNECTION = {"conn_type": "http", "host": "https://api.example.com", "password": "key-1"}


def name_account(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> str:
    from crm_sync.hooks.crm import CrmHook

    monkeypatch.setenv("AIRFLOW_CONN_HUBSPOT_DEFAULT", json.dumps({**CONNECTION, **changes}))
    return CrmHook(HUBSPOT, connect=lambda: None).name_account()


@pytest.mark.parametrize(
    ("changes", "is_same"),
    [
        pytest.param({}, True, id="nothing"),
        pytest.param({"password": "key-2"}, True, id="renewed key"),
        pytest.param({"extra": {"rate_limits": False}}, True, id="limits"),
        pytest.param({"host": "https://API.example.com/"}, True, id="spelling"),
        pytest.param({"host": "https://api.example.org"}, False, id="host"),
        pytest.param({"login": "other"}, False, id="login"),
        pytest.param({"extra": {"path": "/data"}}, False, id="folder"),
    ],
)
def test_account_is_named_by_its_place_and_never_by_its_key(monkeypatch, changes, is_same):
    named = name_account(monkeypatch)
    assert (name_account(monkeypatch, **changes) == named) is is_same
    assert named.startswith("hubspot_default ")
    assert "example" not in named
    assert "key" not in named


def test_read_is_named_by_what_is_asked_for_and_not_by_how_it_is_converted():
    from crm_sync.sync.run_files import describe_read

    entity = HUBSPOT.entities["contacts"]
    name, field = next((name, field) for name, field in entity.fields.items() if field.source)
    changed = {
        change: entity.model_copy(update={"fields": {**entity.fields, name: field.model_copy(update=values)}})
        for change, values in {"source": {"source": "properties.x"}, "default": {"default": "x"}}.items()
    }
    assert describe_read(changed["source"]) != describe_read(entity)
    assert describe_read(changed["default"]) == describe_read(entity)
