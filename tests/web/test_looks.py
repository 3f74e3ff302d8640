"""What only the DAG crm_sync_health finds: the page says how old it is, and whether anybody looks at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.insight.findings import Finding, Health
from crm_sync.insight.kept_looks import keep_look
from crm_sync.web.airflow_rows import read_paused
from crm_sync.web.last_look import HEALTH_DAG

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]

NOW = datetime.now(UTC)
QUIET = Finding("salesrabbit", "leads", Health.SILENT, "2 records came.", NOW - timedelta(hours=3))


@pytest.fixture
def look(warehouse, add_run, monkeypatch):
    """Lets the DAG look at the CRM some time ago; Airflow does not know of it, whatever other tests left."""
    set_paused(monkeypatch, lambda dag_ids: {one: False for one in read_paused(dag_ids) if one != HEALTH_DAG})
    add_run()
    add_run("users")

    def run(*findings, ago, crm_sources=("salesrabbit",)):
        keep_look(warehouse.connect, crm_sources, findings, NOW - ago)

    return run


def set_paused(monkeypatch, ask):
    for route in ("overview", "entities"):
        monkeypatch.setattr(f"crm_sync.web.routes.{route}.read_paused", ask)


def read(client):
    answer = client.get("/api/overview")
    assert answer.status_code == 200, answer.text
    overview = answer.json()
    detail = client.get("/api/entities/salesrabbit/leads").json()
    assert detail["look"] == overview["look"]
    found = {one["sync_type"]: one for one in overview["entities"]}
    assert detail["entity"] == found["leads"]
    return overview, found


def test_what_the_last_look_found_is_shown_with_its_age(viewer, look):
    look(QUIET, ago=timedelta(minutes=12))
    overview, found = read(viewer)
    leads = found["leads"]
    assert (leads["health"], leads["reason"], leads["is_good"]) == ("silent", "2 records came.", False)
    assert datetime.fromisoformat(leads["found_at"]) == NOW - timedelta(minutes=12)
    assert (found["users"]["health"], found["users"]["found_at"]) == ("fresh", None)
    assert overview["look"] == {"looked_at": leads["found_at"], "is_recent": True, "is_paused": None}


def test_next_look_takes_the_place_of_the_last_and_a_late_one_does_not(viewer, look):
    look(QUIET, ago=timedelta(minutes=40))
    look(ago=timedelta(minutes=10))
    look(QUIET, ago=timedelta(minutes=30))
    _, found = read(viewer)
    assert found["leads"]["health"] == "fresh"


@pytest.mark.parametrize(
    ("hours", "is_recent", "health"), [(1, True, "silent"), (3, False, "silent"), (25, False, "fresh")]
)
def test_look_of_long_ago_is_said_to_be_old_and_after_a_day_counts_no_more(
    viewer, look, hours, is_recent, health
):
    look(QUIET, ago=timedelta(hours=hours))
    overview, found = read(viewer)
    assert (overview["look"]["is_recent"], found["leads"]["health"]) == (is_recent, health)
    assert datetime.fromisoformat(overview["look"]["looked_at"]) == NOW - timedelta(hours=hours)


def test_crm_that_was_not_looked_at_yet_is_said_so(viewer, look, add_run):
    overview, _ = read(viewer)
    assert overview["look"] == {"looked_at": None, "is_recent": False, "is_paused": None}
    look(ago=timedelta(minutes=5))
    add_run("zip_codes", crm_source="csv")
    assert viewer.get("/api/overview").json()["look"]["looked_at"] is None


def test_paused_health_dag_is_said_so(viewer, look, monkeypatch):
    set_paused(monkeypatch, lambda dag_ids: dict.fromkeys(dag_ids, True))
    overview, _ = read(viewer)
    assert overview["look"]["is_paused"] is True


def test_without_a_history_there_is_nothing_to_look_at(viewer):
    overview = viewer.get("/api/overview").json()
    assert overview["look"] is None
    assert viewer.get("/api/entities/salesrabbit/leads").json()["look"] is None


def test_other_findings_are_looked_for_at_once(viewer, look, warehouse, add_proof):
    add_proof("different")
    look(Finding("salesrabbit", "leads", Health.DIFFERENT, "kept"), ago=timedelta(minutes=1))
    _, found = read(viewer)
    assert (found["leads"]["health"], found["leads"]["found_at"]) == ("different", None)
    assert found["leads"]["reason"].startswith("A comparison with the source (full) found")


def test_finding_about_a_whole_crm_is_for_those_who_may_see_it(viewer, make_client, look, warehouse):
    warehouse.execute(
        """
        insert into crm_sync.rate_budget (
            crm_source, account, endpoint_class, quota_day, day_count, per_day, day_zone, unit
        )
        values ('salesrabbit', 'acct', 'default', (now() at time zone 'UTC')::date, 95, 100, 'UTC', 'calls')
        """
    )
    (found,) = viewer.get("/api/overview").json()["findings"]
    assert (found["crm_source"], found["title"], found["health"]) == ("salesrabbit", "SalesRabbit", "budget")
    assert found["sentence"].startswith("95 of 100 calls of the day are used")
    assert make_client("other", warehouse.connect).get("/api/overview").json()["findings"] == []
