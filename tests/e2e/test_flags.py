"""Flags of a run as Airflow hands them over: refused ones, old names, dry runs, replays."""

from __future__ import annotations

import pytest

from crm_sync.constants import SyncStatus
from tests.conformance.tables import assert_table, read_everything, read_rows
from tests.dags.airflow_home import copy_dags, dags_folder, replace_text
from tests.e2e.conftest import build_hubspot_connection
from tests.e2e.dag_runs import assert_adds_up, latest_rows, list_history, run_dag

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres, pytest.mark.timeout(900)]

# each passes Airflow's own check of the form
REFUSED = {
    "unknown key": ({"fulll": True}, "Unknown flag 'fulll' with value True: expected one of entities, full"),
    "no date": ({"start_date": "2026-13-01"}, "Flag 'start_date' is '2026-13-01': expected a date"),
    "two that exclude each other": (
        {"full": True, "end_date": "2026-01-01"},
        "Flags 'end_date' and 'full' were",
    ),
    "end before start": ({"start_date": "2026-02-01", "end_date": "2026-01-01"}, "expected a moment before"),
    "replay with full": ({"replay_rejected": True, "full": True}, "Flags 'full' and 'replay_rejected' were"),
    "old and new name disagree": ({"since": "2026-01-01", "start_date": "2026-02-01"}, "disagree"),
}


@pytest.mark.parametrize(("conf", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_wrong_flags_stop_the_run_before_any_work(csv, warehouse, airflow_environment, read_log, conf, said):
    before = read_everything(warehouse)
    result = run_dag("crm_sync_csv", conf)
    assert result.state == "failed"
    assert result.tasks["zip_codes.fetch"] == "failed"
    assert result.tries["zip_codes.fetch"] == 1, "a retry would fail the same way"
    assert said in read_log()
    assert read_everything(warehouse) == before
    assert not airflow_environment.exists()
    assert result.events == {}


def test_wrong_flags_cost_no_call_to_the_crm(hubspot, warehouse):
    before = read_everything(warehouse)
    result = run_dag("crm_sync_hubspot", {"entities": ["contacts"], "full": True, "start_date": "2026-01-01"})
    assert result.state == "failed"
    assert {result.tasks[f"{name}.fetch"] for name in hubspot.source.entities} <= {
        "failed",
        "upstream_failed",
    }
    assert hubspot.count_calls() == 0
    assert read_everything(warehouse) == before


def test_values_of_a_wrong_type_are_refused_by_airflow_itself(csv, warehouse):
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError, match="batch_size"):
        run_dag("crm_sync_csv", {"batch_size": "25"})
    assert warehouse.fetch_one("select to_regnamespace('crm_sync')") == (None,)


def test_dry_run_of_an_empty_warehouse_leaves_it_empty(hubspot, warehouse, caplog):
    from crm_sync.web.airflow_rows import read_run

    before = read_everything(warehouse)
    result = run_dag("crm_sync_hubspot", {"dry_run": True, "entities": ["companies", "owners"]})
    assert result.state == "success"
    for name in ("companies", "owners"):
        assert result.states_of(name) == ("success", "success", "success", "skipped")
        wanted = len(hubspot.expected(hubspot.source.entities[name]).rows)
        assert f"Dry run hubspot {name}: {wanted} would be created" in caplog.text
        note = read_run("crm_sync_hubspot", result.run_id).notes[f"{name}.save"]
        assert (note["created"], note["deleted"], note["failed"]) == (wanted, 0, 0)
        assert f"{wanted} would be created" in note["report"][1]
        assert all(line in caplog.text for line in note["report"])
    assert result.events == {}
    assert read_everything(warehouse) == before


@pytest.mark.thorough
def test_dry_run_after_changes_writes_nothing_but_the_budget(
    hubspot, warehouse, airflow_environment, monkeypatch
):
    paced = build_hubspot_connection(hubspot.fake, rate_limits=True)
    monkeypatch.setenv("AIRFLOW_CONN_HUBSPOT_DEFAULT", paced)
    conf = {"entities": ["companies", "associations"]}
    assert run_dag("crm_sync_hubspot", conf).state == "success"
    hubspot.change(hubspot.source.entities["companies"], 5)
    before, calls = read_everything(warehouse), _count_calls(warehouse)
    for more in ({}, {"full": True, "force": True}):
        result = run_dag("crm_sync_hubspot", {**conf, "dry_run": True, **more})
        assert result.state == "success"
        assert result.events == {}
        assert read_everything(warehouse) == before
    assert _count_calls(warehouse) > calls, "its calls are real"
    assert not list(airflow_environment.rglob("*.parquet"))


def _count_calls(warehouse):
    return warehouse.fetch_one("select sum(total_count) from crm_sync.rate_budget")


def test_limited_run_is_partial_and_the_next_one_reads_everything(csv, warehouse, caplog):
    by_old_names = {"verbose": True, "force_overwrite": True}
    assert run_dag("crm_sync_csv", {"max_records": 7, **by_old_names}).state == "success"
    (row,) = list_history(warehouse)
    options = row.configuration["options"]
    assert (options["debug"], options["force"], options["max_records"]) == (True, True, 7)
    assert "Flag 'verbose' is an old name: use 'debug'." in caplog.text
    assert "Flag 'force_overwrite' is an old name: use 'force'." in caplog.text
    assert row.status is SyncStatus.PARTIAL
    assert row.error_message.startswith("max_records 7")
    assert row.records_created == 7
    assert row.configuration["window"]["complete"] is False
    assert run_dag("crm_sync_csv").state == "success"
    entity = csv.source.entities["zip_codes"]
    assert_table(warehouse, entity, csv.expected(entity))
    assert latest_rows(warehouse)["zip_codes"].configuration["window"]["complete"] is True


def test_rejected_records_are_replayed_after_the_rule_has_changed(csv, warehouse, tmp_path):
    for row in csv.rows[:4]:
        row[0] = row[0].lstrip("0")
    csv.write()
    assert run_dag("crm_sync_csv").state == "success"
    row = latest_rows(warehouse)["zip_codes"]
    assert (row.status, row.records_failed) == (SyncStatus.PARTIAL, 4)
    assert row.configuration["window"]["complete"] is True
    assert_adds_up(row)
    waiting = "select count(*) from crm_sync.rejected_records where resolved_at is null"
    assert warehouse.fetch_one(waiting) == (4,)

    # nothing has changed: they are rejected again, and wait on
    assert run_dag("crm_sync_csv", {"replay_rejected": True}).state == "success"
    assert latest_rows(warehouse)["zip_codes"].records_failed == 4
    assert warehouse.fetch_one(waiting) == (4,)

    folder = copy_dags(tmp_path / "dags")
    replace_text(folder / "configs/csv/zip_codes.yaml", "^[0-9]{5}$", "^[0-9]{3,5}$")
    (csv.folder / "zip_codes.csv").unlink()  # whatever asked the CRM would fail
    with dags_folder(folder):
        result = run_dag("crm_sync_csv", {"replay_rejected": True})
    assert result.state == "success"
    row = latest_rows(warehouse)["zip_codes"]
    assert (row.status, row.records_created, row.records_failed) == (SyncStatus.SUCCESS, 4, 0)
    assert row.configuration["window"]["complete"] is False, "a replay moves no watermark"
    assert warehouse.fetch_one(waiting) == (0,)
    assert len(read_rows(warehouse, csv.source.entities["zip_codes"])) == len(csv.rows)
