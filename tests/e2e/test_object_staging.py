"""Staging in an object store; where it can't be reached, one sentence before any read.

tests/cluster has pages of a REST API there.
"""

from __future__ import annotations

import json
import re

import fsspec
import pytest
import requests

from crm_sync.connection_check import check_staging
from crm_sync.constants import SyncStatus
from tests.cluster.object_store import running_object_store
from tests.conformance.tables import assert_table
from tests.e2e.dag_runs import list_history, run_dag

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres]

DAG = "crm_sync_csv"
BUCKET = "staged"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with running_object_store(tmp_path_factory.mktemp("store"), BUCKET) as url:
        yield url


@pytest.fixture(autouse=True)
def fresh_stores():
    """Forget the file systems of other tests: in a run each task is a process."""
    from airflow.sdk.io import store

    store._STORE_CACHE.clear()
    fsspec.get_filesystem_class("s3").clear_instance_cache()


@pytest.fixture
def use_store(monkeypatch, warehouse):
    def use(url, place=f"{BUCKET}/crm_sync"):
        extra = {"endpoint_url": url, "region_name": "us-east-1"}
        connection = {"conn_type": "aws", "login": "some", "password": "key", "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps(connection))
        monkeypatch.setenv("CRM_SYNC_STAGING", f"s3://aws_default@{place}")

    return use


def test_run_through_a_bucket_leaves_nothing_there(csv, store, use_store, warehouse):
    use_store(store)
    result = run_dag(DAG)
    assert result.state == "success"
    entity = csv.source.entities["zip_codes"]
    assert_table(warehouse, entity, csv.expected(entity))
    assert json.loads(result.xcom["zip_codes.fetch/return_value"])["run_key"] == "1"
    assert check_staging().is_good
    assert list_keys(store, BUCKET) == []


def test_bucket_that_is_missing_stops_the_run_before_any_call_and_is_not_made(
    csv, store, use_store, warehouse
):
    use_store(store, "elsewhere/crm_sync")
    check_refusal(
        csv, warehouse, "s3://aws_default@elsewhere/crm_sync/csv/zip_codes/1 can't be used", tries=3
    )
    refusal = check_staging()
    assert (refusal.is_good, refusal.about) == (False, "staging s3://aws_default@elsewhere/crm_sync")
    assert "crm_sync can't be used" in refusal.text
    assert requests.get(f"{store}/elsewhere", timeout=5).status_code == 404


@pytest.mark.thorough
def test_store_that_does_not_answer_stops_the_run_before_any_call(csv, use_store, warehouse):
    use_store("http://127.0.0.1:9")
    check_refusal(csv, warehouse, "s3://aws_default@staged/crm_sync/csv/zip_codes/1 can't be used", tries=3)


def test_unknown_kind_of_store_stops_the_run_before_any_call(csv, warehouse, monkeypatch, read_log):
    monkeypatch.setenv("CRM_SYNC_STAGING", "s4://bucket/crm_sync")
    remove_file(csv)
    result = run_dag(DAG)
    assert (result.state, result.tries["zip_codes.fetch"]) == ("failed", 1)
    # nothing was made in the warehouse, and the run's last task has nothing to close
    assert result.tasks["close_history"] == "success"
    expected = (
        "CRM_SYNC_STAGING: expected a folder, or a URL of a file system that is installed here, got 's4://"
    )
    assert expected in read_log()


def check_refusal(csv, warehouse, words, *, tries):
    remove_file(csv)
    result = run_dag(DAG)
    assert (result.state, result.tries["zip_codes.fetch"]) == ("failed", tries)
    (row,) = list_history(warehouse)
    assert row.status is SyncStatus.FAILED
    assert words in row.error_message
    assert "every worker must reach" in row.error_message
    assert "\n" not in row.error_message


def remove_file(account):
    """Let a read be another error than the one of staging, which has to come first."""
    (account.folder / "zip_codes.csv").unlink()


def list_keys(store, bucket):
    answer = requests.get(f"{store}/{bucket}?list-type=2", timeout=5)
    return re.findall("<Key>(.*?)</Key>", answer.text)
