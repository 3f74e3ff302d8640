"""What the plugin registers: the page in three places, and the buttons of each task that lead to it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from airflow.models.taskinstancekey import TaskInstanceKey
from airflow.serialization.serialized_objects import DagSerialization

from crm_sync.airflow_plugin import CrmSyncPlugin
from crm_sync.web.mount import URL_PREFIX
from tests.dags.airflow_home import PLUGINS

pytestmark = pytest.mark.airflow

STATIC = PLUGINS / "crm_sync/web/static"
KEY = TaskInstanceKey("crm_sync_hubspot", "contacts.save", "manual__2026-11-30T10:00:00+00:00", 1, -1)
ADDRESSES = {
    "Entity in CRM Sync": "plugin/crm-sync#/entity/hubspot/contacts",
    "Run in CRM Sync": (
        "plugin/crm-sync#/airflow-run/crm_sync_hubspot/manual__2026-11-30T10%3A00%3A00%2B00%3A00/contacts"
    ),
}
_PROGRAM = """
import sys
import airflow.plugins_manager
before = set(sys.modules)
import crm_sync.airflow_plugin
heavy = ("fastapi", "crm_sync.operators", "polars")
print(sorted(name for name in set(sys.modules) - before if name.startswith(heavy)))
"""


def test_stored_tasks_have_both_buttons(hubspot):
    dag = DagSerialization.from_dict(DagSerialization.to_dict(hubspot))
    for stage in ("fetch", "transform", "validate", "save"):
        task = dag.get_task(f"contacts.{stage}")
        assert task.extra_links == list(ADDRESSES)
        found = {name: task.operator_extra_link_dict[name].get_link(task, ti_key=KEY) for name in ADDRESSES}
        assert found == ADDRESSES
    assert dag.get_task("all_saved").extra_links == []


def test_page_is_registered_once_for_each_place():
    places = {app["destination"]: app for app in CrmSyncPlugin.react_apps}
    assert set(places) == {"nav", "dag", "task_instance"}
    assert len({app["url_route"] for app in CrmSyncPlugin.react_apps}) == 3
    # the host keeps the component under the name, and the entry sets just this one
    (name,) = {app["name"] for app in CrmSyncPlugin.react_apps}
    (bundle,) = {app["bundle_url"] for app in CrmSyncPlugin.react_apps}
    file = STATIC / bundle.removeprefix(f"{URL_PREFIX.removeprefix('/')}/static/")
    assert f'globalThis["{name}"]' in file.read_text("utf-8")


def test_buttons_lead_to_the_registered_page():
    (route,) = (app["url_route"] for app in CrmSyncPlugin.react_apps if app["destination"] == "nav")
    assert all(address.startswith(f"plugin/{route}#/") for address in ADDRESSES.values())


def test_plugin_loads_neither_server_nor_operators_in_a_task_process():
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], cwd=Path(PLUGINS), capture_output=True, text=True, check=False
    )
    assert done.stdout.strip().splitlines()[-1:] == ["[]"], done.stderr[-2000:]
