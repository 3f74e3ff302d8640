"""Runs with trouble: what fails, what goes on, what the history says, what a retry does again."""

from __future__ import annotations

from functools import partial

import pytest

from crm_sync.constants import SyncStatus
from tests.conformance.expected import ExpectedTable
from tests.conformance.tables import assert_table
from tests.e2e.dag_runs import assert_adds_up, latest_rows, list_history, run_dag
from tests.e2e.troubles import fail_once, lose_the_answer_of_a_save, make_client_impatient, note_pauses

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres, pytest.mark.timeout(900)]

REFUSALS = {
    "wrong token": (partial(dict, kind="unauthorized"), ["hubspot_default", "token"]),
    "missing right": (
        partial(dict, kind="missing_scope", scope="crm.objects.companies.read"),
        ["hubspot_default", "crm.objects.companies.read"],
    ),
}


@pytest.mark.parametrize(
    ("build_fault", "said"),
    [
        pytest.param(*REFUSALS["wrong token"], id="wrong token"),
        pytest.param(*REFUSALS["missing right"], id="missing right", marks=pytest.mark.thorough),
    ],
)
def test_refused_entity_and_one_that_is_down_fail_alone_and_one_is_tried_again(
    hubspot, warehouse, read_log, build_fault, said
):
    fault = build_fault()
    hubspot.fake.faults.add(fault.pop("kind"), "*/objects/companies*", times=None, **fault)
    hubspot.fake.faults.add("unavailable", "*/objects/products*", times=None)
    names = ["companies", "contacts", "products", "associations"]
    result = run_dag("crm_sync_hubspot", {"entities": names})
    assert result.state == "failed"
    assert result.states_of("companies") == ("failed", *["upstream_failed"] * 3)
    assert result.tries["companies.fetch"] == 1
    for name in ("contacts", "associations"):
        assert set(result.states_of(name)) == {"success"}
    assert result.tasks["all_saved"] == "upstream_failed"
    assert result.tasks["close_history"] == "success"
    rows = latest_rows(warehouse)
    failed = rows.pop("companies")
    assert failed.status is SyncStatus.FAILED
    assert [part for part in said if part not in failed.error_message] == []
    assert "AuthenticationError" in failed.error_message or "AirflowFailException" in failed.error_message
    assert_adds_up(failed)
    down = rows.pop("products")
    assert (down.status, result.tries["products.fetch"]) == (SyncStatus.FAILED, 3), (
        "what is down may come back"
    )
    assert "SourceUnavailableError" in down.error_message
    assert "503" in down.error_message
    assert {row.status for row in rows.values()} == {SyncStatus.SUCCESS}
    entity = hubspot.source.entities["contacts"]
    assert_table(warehouse, entity, hubspot.expected(entity))
    log = read_log()
    assert "hubspot_default" in log
    _assert_no_secret(hubspot, result, warehouse, log)

    # once the right is there, a plain run makes it good
    hubspot.fake.faults.clear()
    assert run_dag("crm_sync_hubspot", {"entities": names}).state == "success"
    for entity in (hubspot.source.entities[name] for name in names):
        expected = hubspot.expected(entity)
        if entity.sync_type == "associations":
            # no other parents are in the warehouse
            expected = ExpectedTable({key: row for key, row in expected.rows.items() if key[0] == "contacts"})
        assert_table(warehouse, entity, expected)


def _assert_no_secret(account, result, warehouse, log):
    kept = str(warehouse.fetch_all("select h::text from crm_sync.sync_history as h"))
    for text in (log, kept, str(result.xcom), str(result.events)):
        assert account.fake.access_token not in text


@pytest.mark.thorough
def test_passing_troubles_are_invisible_in_the_tables(hubspot, warehouse):
    faults = hubspot.fake.faults
    planned = [
        faults.add("rate_limited", "*/objects/contacts", retry_after_s=1),
        faults.add("bad_gateway", "*/objects/companies"),
        faults.add("connection_reset", "*/objects/deals"),
        faults.add("truncated_json", "*/objects/products"),
        faults.add("html_200", "*/owners"),
        faults.add("error_in_200", "*/batch/read"),
    ]
    result = run_dag("crm_sync_hubspot")
    assert result.state == "success"
    assert [fault.fired for fault in planned] == [1] * len(planned)
    for entity in hubspot.source.entities.values():
        assert_table(warehouse, entity, hubspot.expected(entity))
    metrics = latest_rows(warehouse)["companies"].performance_metrics
    assert metrics["retries"] == 1


def test_each_entity_has_a_trouble_of_its_own_and_is_saved_by_a_second_try(hubspot, warehouse, monkeypatch):
    make_client_impatient(monkeypatch)
    hubspot.fake.faults.add("server_error", "*/objects/contacts", times=2, skip=3)
    hubspot.fake.faults.add("rate_limited", "*/objects/deals", skip=1, retry_after_s=3)
    deferred = note_pauses(monkeypatch)
    saved = lose_the_answer_of_a_save(monkeypatch, "companies")
    calls = fail_once(monkeypatch, "transform", "products", hubspot)
    names = ["contacts", "deals", "companies", "products"]
    result = run_dag("crm_sync_hubspot", {"entities": names, "batch_size": 50})
    assert result.state == "success"
    rows = {row.sync_type: row for row in list_history(warehouse)}
    assert set(rows) == set(names), "one row for all tries"
    for name, row in rows.items():
        entity = hubspot.source.entities[name]
        expected = hubspot.expected(entity)
        assert (name, row.status, row.records_created) == (name, SyncStatus.SUCCESS, len(expected.rows))
        assert_adds_up(row)
        assert_table(warehouse, entity, expected)

    # a fetch that failed goes on from its checkpoint
    assert result.tries["contacts.fetch"] == 2
    assert len(_list_answered(hubspot, "contacts")) >= 5
    _assert_read_once(hubspot, "contacts")
    # nor is a call of a failed try forgotten
    assert sum(row.performance_metrics["api_calls"] for row in rows.values()) == hubspot.count_calls()

    # a long pause gives the worker back, and is no try
    assert [task for task, _ in deferred] == ["deals.fetch"]
    assert result.tries["deals.fetch"] == 1
    _assert_read_once(hubspot, "deals")

    # a save tried again after its last commit gives the stored figures
    assert result.tries["companies.save"] == 2
    assert len(saved) == 1, "the second try found the row closed"
    created = rows["companies"].records_created
    assert f'"created": {created}' in result.xcom["companies.save/return_value"]
    assert result.events["crm_sync_hubspot_companies"]["created"] == created

    # a later stage needs no call to be tried again
    assert result.tries["products.transform"] == 2
    assert len(hubspot.fake.requests.entries("*/objects/products*")) == calls[0]


def _list_answered(account, name):
    asked = account.fake.requests.entries(f"*/objects/{name}")
    return [entry.query for entry in asked if entry.status == 200]


def _assert_read_once(account, name):
    answered = _list_answered(account, name)
    assert len(answered) - len(set(answered)) <= 1, "pages that were stored are not asked for again"


@pytest.mark.thorough
@pytest.mark.parametrize("stage", ["validate", "save"])
def test_stage_that_failed_once_is_tried_again_without_a_call(hubspot, warehouse, monkeypatch, stage):
    calls = fail_once(monkeypatch, stage, "products", hubspot)
    result = run_dag("crm_sync_hubspot", {"entities": ["products"]})
    assert result.state == "success"
    assert result.tries[f"products.{stage}"] == 2
    assert len(hubspot.fake.requests.entries("*/objects/products*")) == calls[0]
    (row,) = list_history(warehouse)
    assert row.status is SyncStatus.SUCCESS
    entity = hubspot.source.entities["products"]
    assert_table(warehouse, entity, hubspot.expected(entity))


def test_fault_in_the_code_fails_at_once_and_says_where(csv, warehouse, read_log, monkeypatch):
    monkeypatch.setattr("crm_sync.operators.fetch.CrmFetchOperator.work", lambda *_: "two" + 2)
    result = run_dag("crm_sync_csv")
    assert (result.state, result.tries["zip_codes.fetch"]) == ("failed", 1)
    row = latest_rows(warehouse)["zip_codes"]
    assert row.status is SyncStatus.FAILED
    assert row.error_message.startswith("UnforeseenError: TypeError in crm_sync/")
    assert "return self.work(run, context)" in read_log(), "the whole traceback"


def test_error_of_a_late_stage_closes_the_row_and_the_next_run_is_whole(csv, warehouse, monkeypatch):
    from crm_sync.operators.save import CrmSaveOperator

    with monkeypatch.context() as broken:

        def fail(self, run, context):
            raise RuntimeError("broken for good")

        broken.setattr(CrmSaveOperator, "work", fail)
        result = run_dag("crm_sync_csv")
    assert result.state == "failed"
    assert result.tries["zip_codes.save"] == 3
    (row,) = list_history(warehouse)
    assert row.status is SyncStatus.FAILED
    assert row.error_message == "RuntimeError: broken for good"
    assert row.configuration.get("window", {}).get("complete") is not True
    assert run_dag("crm_sync_csv").state == "success"
    entity = csv.source.entities["zip_codes"]
    assert_table(warehouse, entity, csv.expected(entity))


def test_teardown_closes_what_nothing_else_did(csv, warehouse, monkeypatch):
    """As after a SIGKILL: no callback runs."""
    from crm_sync import callbacks
    from crm_sync.operators.transform import CrmTransformOperator

    def fail(self, run, context):
        raise RuntimeError("gone")

    monkeypatch.setattr(CrmTransformOperator, "work", fail)
    monkeypatch.setattr(callbacks, "close_failed", lambda context: None)
    result = run_dag("crm_sync_csv")
    assert result.state == "failed"
    assert result.tasks["close_history"] == "success"
    (row,) = list_history(warehouse)
    assert row.status is SyncStatus.FAILED
    assert row.error_message.startswith("worker lost")
    assert result.xcom["close_history/return_value"] == f"[{row.id}]"
