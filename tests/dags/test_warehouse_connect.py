"""Fresh warehouse connections: two threads that ask at the same time never share one."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

pytestmark = pytest.mark.airflow


def test_two_threads_that_connect_at_once_get_a_connection_each(monkeypatch: pytest.MonkeyPatch):
    from crm_sync.hooks.warehouse import WarehouseHook, build_connect

    both_have_connected = threading.Barrier(2, timeout=10)

    def keep(hook: Any, connection: object) -> None:
        hook.__dict__["kept"] = connection
        if connection is not None:  # as in the hook's __init__
            both_have_connected.wait()

    monkeypatch.setenv("AIRFLOW_CONN_CRM_WAREHOUSE", json.dumps({"conn_type": "postgres", "host": "x"}))
    monkeypatch.setattr(WarehouseHook, "_create_connection", lambda *_: object())
    # the provider's get_conn puts the connection into its hook and gives what it then finds there
    monkeypatch.setattr(WarehouseHook, "conn", property(lambda hook: hook.kept, keep), raising=False)
    connect = build_connect("crm_warehouse")
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(lambda _: connect(), range(2))
    assert one is not other
