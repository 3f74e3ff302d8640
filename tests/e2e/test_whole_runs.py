"""Runs without trouble: everything, the changes, nothing new."""

from __future__ import annotations

from datetime import datetime

import pytest

from crm_sync.constants import SyncStatus
from tests.conformance.tables import assert_table, count_tuples
from tests.e2e.dag_runs import assert_adds_up, latest_rows, list_history, run_dag

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres, pytest.mark.timeout(900)]

SUCCESS = ("success",) * 4
SKIPPED = ("skipped",) * 4
ENDED_BY_FETCH = ("success", "skipped", "skipped", "skipped")


def _assert_tables(account, warehouse, left=(), **how):
    for entity in account.source.entities.values():
        gone = left if entity.sync_type == "associations" else ()
        assert_table(warehouse, entity, account.expected(entity), left=gone, **how)


def test_full_then_nothing_new_then_changes(hubspot, warehouse, airflow_environment):
    _check_first_run(hubspot, warehouse)
    assert not list(airflow_environment.rglob("*.parquet")), "staged files are removed after the save"
    _check_run_without_changes(hubspot, warehouse)
    _check_run_after_changes(hubspot, warehouse)


def _check_first_run(hubspot, warehouse):
    """Everything is read, since there is no watermark."""
    result = run_dag("crm_sync_hubspot")
    assert result.state == "success"
    assert set(result.tasks.values()) == {"success"}
    _assert_tables(hubspot, warehouse)
    rows = latest_rows(warehouse)
    assert set(rows) == set(hubspot.source.entities)
    for name, row in rows.items():
        assert_adds_up(row)
        expected = hubspot.expected(hubspot.source.entities[name])
        assert row.status is (SyncStatus.PARTIAL if expected.rejected else SyncStatus.SUCCESS)
        assert (row.records_created, row.records_failed) == (len(expected.rows), len(expected.rejected))
        assert row.configuration["window"]["complete"] is True
        assert row.configuration["window"]["mode"] == "full"
        assert row.performance_metrics["api_calls"] > 0
    _assert_small_xcom(result)
    _assert_events(result, rows)


def _check_run_without_changes(hubspot, warehouse):
    before = count_tuples(warehouse, "hubspot")
    calls = hubspot.count_calls()
    # one without a logical date, as the form starts them, is like any other
    result = run_dag("crm_sync_hubspot", logical_date=None)
    assert result.state == "success"
    # a list without a modified filter is read whole and compared
    saved = {name for name in hubspot.source.entities if result.states_of(name) == SUCCESS}
    assert {"contacts", "companies", "deals"} & saved == set()
    for name in hubspot.source.entities.keys() - saved:
        assert result.states_of(name) == ENDED_BY_FETCH
    assert set(result.events) == {f"crm_sync_hubspot_{name}" for name in saved}
    assert count_tuples(warehouse, "hubspot") == before
    assert hubspot.count_calls() - calls < calls
    rows = latest_rows(warehouse)
    for row in rows.values():
        assert_adds_up(row)
        assert (row.records_created, row.records_updated) == (0, 0)
        assert row.configuration["window"]["complete"] is True
    assert rows["contacts"].status is SyncStatus.SUCCESS
    assert rows["contacts"].records_processed == 0


def _check_run_after_changes(hubspot, warehouse):
    entities, changes = hubspot.source.entities, hubspot.fake.changes
    changed, added = hubspot.change(entities["contacts"], 7), hubspot.add(entities["contacts"])
    hubspot.change(entities["owners"], 2)
    links = hubspot.expected(entities["associations"]).rows.keys()
    changes.archive("deals", hubspot.fake.store.ids("deals")[0])
    left = links - hubspot.expected(entities["associations"]).rows.keys()
    assert left
    result = run_dag("crm_sync_hubspot")
    assert result.state == "success"
    assert result.states_of("contacts") == SUCCESS
    assert result.states_of("products") == ENDED_BY_FETCH
    _assert_tables(hubspot, warehouse, left=left, by_delta={added})
    rows = latest_rows(warehouse)
    assert (rows["contacts"].records_updated, rows["contacts"].records_created) == (len(changed), 1)
    assert rows["contacts"].configuration["window"]["mode"] == "delta"
    assert len(list_history(warehouse)) == 3 * len(entities)


def _assert_small_xcom(result):
    assert result.xcom
    assert sum(map(len, result.xcom.values())) < 10_000


def _assert_events(result, rows):
    assert set(result.events) == {f"crm_sync_hubspot_{name}" for name in rows}
    for name, row in rows.items():
        event = result.events[f"crm_sync_hubspot_{name}"]
        counts = row.counts
        assert (event["created"], event["updated"], event["unchanged"], event["failed"]) == (
            *(counts.created, counts.updated),
            *(counts.unchanged, counts.failed),
        )
        assert (event["status"], event["sync_history_id"]) == (row.status, row.id)
        assert event["window"] == row.configuration["window"]
        datetime.fromisoformat(event["window"]["until"])


@pytest.mark.thorough  # runs of test_failures.py and tests/cluster have chosen entities, too
def test_chosen_entities_alone_are_synced(hubspot, warehouse):
    result = run_dag("crm_sync_hubspot", {"entities": ["owners", "products"]})
    assert result.state == "success"
    entities = hubspot.source.entities
    chosen = {name for name in entities if result.states_of(name) == SUCCESS}
    assert chosen == {"owners", "products"}
    assert {result.states_of(name) for name in entities if name not in chosen} == {SKIPPED}
    assert {row.sync_type for row in list_history(warehouse)} == chosen
    asked = {part for entry in hubspot.fake.requests.entries() for part in entry.path.split("/")}
    assert asked & entities.keys() == chosen
    tables = warehouse.fetch_all("select tablename from pg_tables where schemaname = 'hubspot' order by 1")
    assert tables == [("owners",), ("products",)]
    assert set(result.events) == {"crm_sync_hubspot_owners", "crm_sync_hubspot_products"}


@pytest.mark.thorough
def test_links_are_read_after_their_parents_are_saved(hubspot, warehouse):
    parents = hubspot.source.entities["associations"].after
    result = run_dag("crm_sync_hubspot", {"entities": ["associations", *parents]})
    assert result.state == "success"
    rows = latest_rows(warehouse)
    assert all(rows[name].end_time <= rows["associations"].start_time for name in parents)
    entity = hubspot.source.entities["associations"]
    assert_table(warehouse, entity, hubspot.expected(entity))


@pytest.mark.thorough
def test_second_account_side_by_side_mixes_nothing(open_hubspot, warehouse, airflow_environment):
    accounts = {
        "hubspot": open_hubspot(),
        "hubspoteu": open_hubspot("hubspoteu", seed=8, access_token="pat-eu1-the-other-account"),
    }
    conf = {"entities": ["contacts", "companies"], "debug": True}
    for name in accounts:
        assert run_dag(f"crm_sync_{name}", conf).state == "success"
    for name, account in accounts.items():
        for entity in (account.source.entities[one] for one in conf["entities"]):
            assert entity.table_schema == name
            assert_table(warehouse, entity, account.expected(entity))
    first, second = (account.expected(entity).rows for account in accounts.values())
    assert first.keys() & second.keys(), "the accounts share ids"
    assert first != second
    rows = list_history(warehouse)
    assert sorted((row.crm_source, row.sync_type) for row in rows) == [
        (name, entity) for name in accounts for entity in ("companies", "contacts")
    ]
    assert {path.name for path in airflow_environment.iterdir()} == set(accounts)

    # a delta of one reads its own watermark and leaves the other alone
    changed = accounts["hubspoteu"].change(account.source.entities["contacts"], 3)
    before = count_tuples(warehouse, "hubspot")
    calls = accounts["hubspot"].count_calls()
    assert run_dag("crm_sync_hubspoteu", conf).state == "success"
    assert latest_rows(warehouse)["contacts"].records_updated == len(changed)
    assert count_tuples(warehouse, "hubspot") == before
    assert accounts["hubspot"].count_calls() == calls
    entity = accounts["hubspoteu"].source.entities["contacts"]
    assert_table(warehouse, entity, accounts["hubspoteu"].expected(entity))
