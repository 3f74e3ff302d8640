"""Runs with trouble: what fails, what goes on, what the history says, what a retry does again."""

from __future__ import annotations

from functools import partial

import pytest

from crm_sync.constants import SyncStatus
from tests.conformance.expected import ExpectedTable
from tests.conformance.tables import assert_table
from tests.e2e.dag_runs import assert_adds_up, latest_rows, list_history, run_dag

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
def test_refused_entity_fails_alone_and_is_not_tried_again(hubspot, warehouse, read_log, build_fault, said):
    fault = build_fault()
    hubspot.fake.faults.add(fault.pop("kind"), "*/objects/companies*", times=None, **fault)
    names = ["companies", "contacts", "products", "associations"]
    result = run_dag("crm_sync_hubspot", {"entities": names})
    assert result.state == "failed"
    assert result.states_of("companies") == ("failed", *["upstream_failed"] * 3)
    assert result.tries["companies.fetch"] == 1
    for name in ("contacts", "products", "associations"):
        assert set(result.states_of(name)) == {"success"}
    assert result.tasks["all_saved"] == "upstream_failed"
    assert result.tasks["close_history"] == "success"
    rows = latest_rows(warehouse)
    failed = rows.pop("companies")
    assert failed.status is SyncStatus.FAILED
    assert [part for part in said if part not in failed.error_message] == []
    assert "AuthenticationError" in failed.error_message or "AirflowFailException" in failed.error_message
    assert_adds_up(failed)
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


def test_source_that_stays_down_fails_after_the_retries_and_says_so(hubspot, warehouse):
    hubspot.fake.faults.add("unavailable", "*/objects/products*", times=None)
    result = run_dag("crm_sync_hubspot", {"entities": ["products", "owners"]})
    assert result.state == "failed"
    assert result.tries["products.fetch"] == 3
    (row,) = (row for row in list_history(warehouse) if row.sync_type == "products")
    assert row.status is SyncStatus.FAILED
    assert "SourceUnavailableError" in row.error_message
    assert "503" in row.error_message
    assert latest_rows(warehouse)["owners"].status is SyncStatus.SUCCESS


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


def test_fetch_that_failed_once_goes_on_from_its_checkpoint(hubspot, warehouse, monkeypatch):
    # one request after the other, however slow the machine is: two failures in a row use up the one repeat
    # that the client of these tests has
    monkeypatch.setattr("crm_sync.sources.ids.list_reader.choose_threads", lambda *_, **__: 1)
    hubspot.fake.faults.add("server_error", "*/objects/contacts", times=2, skip=3)
    result = run_dag("crm_sync_hubspot", {"entities": ["contacts"], "batch_size": 50})
    assert result.state == "success"
    assert result.tries["contacts.fetch"] == 2
    (row,) = list_history(warehouse)
    assert row.status is SyncStatus.SUCCESS
    assert_adds_up(row)
    entity = hubspot.source.entities["contacts"]
    assert row.records_created == len(hubspot.expected(entity).rows)
    assert_table(warehouse, entity, hubspot.expected(entity))
    answered = [
        entry.query for entry in hubspot.fake.requests.entries("*/objects/contacts") if entry.status == 200
    ]
    assert len(answered) >= 5
    assert len(answered) - len(set(answered)) <= 1, "pages that were stored are not asked for again"
    assert row.performance_metrics["api_calls"] == hubspot.count_calls()


def test_long_pause_gives_the_worker_back_and_goes_on_after_it(hubspot, warehouse, monkeypatch):
    from crm_sync.rest import registry

    monkeypatch.setattr(registry, "build_client", partial(registry.build_client, longest_wait_s=0.5))
    hubspot.fake.faults.add("rate_limited", "*/objects/contacts", skip=3, retry_after_s=2)
    deferred = []
    from crm_sync.operators.fetch import CrmFetchOperator

    defer = CrmFetchOperator._defer_for
    monkeypatch.setattr(
        CrmFetchOperator, "_defer_for", lambda self, wait: (deferred.append(wait), defer(self, wait))
    )
    result = run_dag("crm_sync_hubspot", {"entities": ["contacts"], "batch_size": 50})
    assert result.state == "success"
    assert len(deferred) == 1
    assert result.tries["contacts.fetch"] == 1
    (row,) = list_history(warehouse)
    entity = hubspot.source.entities["contacts"]
    assert (row.status, row.records_created) == (SyncStatus.SUCCESS, len(hubspot.expected(entity).rows))
    assert_table(warehouse, entity, hubspot.expected(entity))
    answered = [
        entry.query for entry in hubspot.fake.requests.entries("*/objects/contacts") if entry.status == 200
    ]
    assert len(answered) - len(set(answered)) <= 1


def test_save_tried_again_after_its_last_commit_gives_the_stored_figures(hubspot, warehouse, monkeypatch):
    from crm_sync.operators.save import CrmSaveOperator

    work, results = CrmSaveOperator.work, []

    def lose_the_answer(self, run, context):
        results.append(work(self, run, context))
        if len(results) == 1:
            raise ConnectionError("the answer to the commit was lost")
        return results[-1]

    monkeypatch.setattr(CrmSaveOperator, "work", lose_the_answer)
    result = run_dag("crm_sync_hubspot", {"entities": ["companies"]})
    assert result.state == "success"
    assert result.tries["companies.save"] == 2
    assert len(results) == 1, "the second try found the row closed"
    (row,) = list_history(warehouse)
    entity = hubspot.source.entities["companies"]
    assert row.records_created == len(hubspot.expected(entity).rows)
    assert_adds_up(row)
    assert_table(warehouse, entity, hubspot.expected(entity))
    (handed_on,) = (text for key, text in result.xcom.items() if key == "companies.save/return_value")
    assert f'"created": {row.records_created}' in handed_on
    assert result.events["crm_sync_hubspot_companies"]["created"] == row.records_created


@pytest.mark.parametrize(
    "stage",
    ["transform", *(pytest.param(name, marks=pytest.mark.thorough) for name in ("validate", "save"))],
)
def test_stage_that_failed_once_is_tried_again_without_a_call(hubspot, warehouse, monkeypatch, stage):
    from crm_sync.operators import save, transform, validate

    operator = {
        "transform": transform.CrmTransformOperator,
        "validate": validate.CrmValidateOperator,
        "save": save.CrmSaveOperator,
    }[stage]
    work, calls = operator.work, []

    def fail_once(self, run, context):
        calls.append(hubspot.count_calls())
        if len(calls) == 1:
            raise OSError("disk full for a moment")
        return work(self, run, context)

    monkeypatch.setattr(operator, "work", fail_once)
    result = run_dag("crm_sync_hubspot", {"entities": ["products"]})
    assert result.state == "success"
    assert result.tries[f"products.{stage}"] == 2
    assert hubspot.count_calls() == calls[0]
    (row,) = list_history(warehouse)
    assert row.status is SyncStatus.SUCCESS
    entity = hubspot.source.entities["products"]
    assert_table(warehouse, entity, hubspot.expected(entity))


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
