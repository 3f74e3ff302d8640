"""What the plugin mounts costs a task's process nothing, and the API server finds the app behind it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from fastapi.testclient import TestClient

from tests.dags.airflow_home import PLUGINS

pytestmark = pytest.mark.airflow

_PROGRAM = """
import sys
import crm_sync.web.mount
print([name for name in ("airflow", "fastapi", "starlette", "psycopg2") if name in sys.modules])
"""


def test_mount_imports_nothing_heavy():
    result = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        env={"PYTHONPATH": str(PLUGINS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.strip() == "[]", result.stderr


def test_plugin_mounts_the_app_which_is_built_at_the_first_request(auth_manager):
    from crm_sync.airflow_plugin import CrmSyncPlugin
    from crm_sync.web.mount import _build_once

    ((mounted,),) = [CrmSyncPlugin.fastapi_apps]
    assert mounted["url_prefix"] == "/crm-sync"
    _build_once.cache_clear()
    client = TestClient(mounted["app"])
    assert client.get("/api/overview").status_code == 401
    assert client.get("/api/openapi.json").status_code == 401
    assert _build_once.cache_info().misses == 1


def test_page_is_found_below_a_prefix_of_airflows_base_url(make_app, warehouse, tokens):
    """Airflow gives its own app the prefix as root path, and mounts ours in it."""
    from fastapi import FastAPI

    from crm_sync.airflow_plugin import CrmSyncPlugin

    outer = FastAPI(root_path="/airflow")
    outer.mount("/crm-sync", make_app(lambda _: warehouse.connect))
    client = TestClient(outer, headers={"Authorization": f"Bearer {tokens['viewer']}"})
    assert client.get("/airflow/crm-sync/api/overview").status_code == 200
    for app in CrmSyncPlugin.react_apps:
        assert client.get(f"/airflow/{app['bundle_url']}").status_code == 200
