"""The DAG that removes what nobody asks for any more, after real runs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.e2e.dag_runs import run_dag

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres]

DAG = "crm_sync_maintenance"


def test_a_failed_runs_files_go_after_their_days_and_the_next_sync_is_none_the_worse(
    csv, warehouse, monkeypatch
):
    from crm_sync.operators.save import CrmSaveOperator

    def fail(self, run, context):
        raise RuntimeError("broken for good")

    staging = Path(os.environ["CRM_SYNC_STAGING"])
    assert run_dag("crm_sync_csv").state == "success"
    csv.change(csv.source.entities["zip_codes"], 3)
    with monkeypatch.context() as broken:
        # read, and never saved
        broken.setattr(CrmSaveOperator, "work", fail)
        assert run_dag("crm_sync_csv").state == "failed"
    (manifest,) = staging.glob("csv/zip_codes/*/manifest.json")
    os.utime(manifest, (1_700_000_000, 1_700_000_000))
    warehouse.execute(
        "insert into crm_sync.sync_history (crm_source, sync_type, status, start_time, end_time) "
        "values ('csv', 'gone', 'failed', now() - interval '500 days', now() - interval '500 days'), "
        "('csv', 'gone', 'failed', now() - interval '450 days', now() - interval '450 days')"
    )
    warehouse.execute(
        "insert into crm_sync.proofs (crm_source, sync_type, method, started_at, ended_at, verdict) "
        "select 'csv', 'gone', 'full', ended_at, ended_at, 'equal' "
        "from unnest(array[now() - interval '500 days', now() - interval '450 days']) as ended_at"
    )
    expected = {"runs": 1, "resolved_rejects": 0, "proofs": 1, "staging_folders": 1}
    result = run_dag(DAG, {"dry_run": True})
    assert (result.state, json.loads(result.xcom["remove/return_value"])) == ("success", expected)
    assert manifest.exists()
    result = run_dag(DAG)
    assert (result.state, json.loads(result.xcom["remove/return_value"])) == ("success", expected)
    assert not manifest.parent.exists()
    assert warehouse.fetch_one("select sum(runs) from crm_sync.daily_statistics") == (1,)
    assert run_dag("crm_sync_csv").state == "success"
    assert json.loads(run_dag(DAG).xcom["remove/return_value"]) == dict.fromkeys(expected, 0)
