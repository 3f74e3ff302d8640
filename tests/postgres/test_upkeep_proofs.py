"""Which comparisons upkeep removes: none that says what is known of an entity, or where a slice begins."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.upkeep.warehouse import remove_old_proofs

pytestmark = pytest.mark.postgres

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=100)
LATEST = "select proof_id, verdict from crm_sync.latest_proofs"


@pytest.fixture
def warehouse(clean_warehouse):
    return clean_warehouse


def add(warehouse, days, *, method="full", verdict="equal", sync_type="leads", column=None):
    """Write a comparison that ended so many days ago; gives its id."""
    end = NOW - timedelta(days=days)
    (number,) = warehouse.fetch_one(
        """
        insert into crm_sync.proofs (
            crm_source, sync_type, method, started_at, ended_at, compared, differences, verdict, reason, slice
        )
        values ('salesrabbit', %s, %s, %s, %s, 9, %s, %s, 'why', %s)
        returning id
        """,
        (
            *(sync_type, method, end, end, int(verdict == "different"), verdict),
            None if column is None else json.dumps({"column": column, "from": "1", "to": "2"}),
        ),
    )
    return number


def list_ids(warehouse):
    return [number for (number,) in warehouse.fetch_all("select id from crm_sync.proofs order by id")]


def remove(warehouse, **how):
    return remove_old_proofs(warehouse.connect, LONG_AGO, **{"dry_run": False, **how})


def test_old_proofs_go_and_the_latest_of_each_method_and_verdict_stay(warehouse):
    for days in (400, 390):
        add(warehouse, days)
    for method in ("ids", "count"):
        add(warehouse, 380, method=method)
    kept = [
        # the latest of the whole is no answer, so the one before it counts
        add(warehouse, 370),
        add(warehouse, 360, verdict="not provable"),
        add(warehouse, 350, method="ids"),
        add(warehouse, 350, method="count"),
        add(warehouse, 900, sync_type="users"),
        # young enough
        add(warehouse, 90, method="count", sync_type="users"),
        add(warehouse, 80, method="count", sync_type="users"),
    ]
    before = list_ids(warehouse)
    assert remove(warehouse, dry_run=True) == {"salesrabbit.leads": 4}
    assert list_ids(warehouse) == before
    assert remove(warehouse) == {"salesrabbit.leads": 4}
    assert list_ids(warehouse) == kept
    assert remove(warehouse) == {}


def test_difference_that_nothing_has_refuted_and_the_place_of_the_next_slice_stay(warehouse):
    add(warehouse, 600)
    kept = [
        add(warehouse, 590),
        add(warehouse, 580, method="slice", verdict="different", column="updated_at"),
        add(warehouse, 570, method="slice", column="updated_at"),
        add(warehouse, 560, method="slice", column="modified"),
        add(warehouse, 550, method="slice", verdict="not provable"),
    ]
    found = warehouse.fetch_all(LATEST)
    assert found == [(kept[1], "different")]
    assert remove(warehouse) == {"salesrabbit.leads": 1}
    assert list_ids(warehouse) == kept
    assert warehouse.fetch_all(LATEST) == found


def test_latest_proofs_are_found_for_every_entity_of_every_crm(warehouse):
    for sync_type in ("users", "leads", "visits"):
        add(warehouse, 3, sync_type=sync_type, verdict="different")
        add(warehouse, 2, sync_type=sync_type)
    warehouse.execute("update crm_sync.proofs set crm_source = 'csv' where sync_type = 'users'")
    found = warehouse.fetch_all(
        "select crm_source, sync_type, verdict from crm_sync.latest_proofs order by 1, 2"
    )
    assert found == [
        ("csv", "users", "equal"),
        ("salesrabbit", "leads", "equal"),
        ("salesrabbit", "visits", "equal"),
    ]
