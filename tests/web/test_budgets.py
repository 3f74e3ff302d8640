from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]


def read(client):
    answer = client.get("/api/budgets")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def with_quota(configs):
    """A quota of 1,000 calls a day, of which half is left to others."""
    file = configs / "salesrabbit" / "source.yaml"
    text = file.read_text()
    for old, new in (("reserve: 0.0", "reserve: 0.5"), ("per_s: 60}", "per_s: 60, per_day: 1000}")):
        assert text.count(old) == 1
        text = text.replace(old, new)
    file.write_text(text)


def test_limits_come_from_the_yaml_and_nothing_is_used_yet(viewer):
    (budget,) = read(viewer)["budgets"]
    assert (budget["crm_source"], budget["account"]) == ("salesrabbit", "salesrabbit_default")
    assert budget["limits"] == [{"calls": 50, "seconds": 60, "used_now": 0}]
    assert (budget["quota"], budget["users"], budget["total_count"]) == (None, [], 0)
    assert (len(budget["hours"]), {hour["calls"] for hour in budget["hours"]}) == (24, {0})
    assert budget["is_paced"] is True


def test_connection_changes_the_limits_and_may_switch_them_off(viewer, monkeypatch):
    connection = '{{"conn_type": "http", "host": "https://x", "extra": {}}}'
    name = "AIRFLOW_CONN_SALESRABBIT_DEFAULT"
    monkeypatch.setenv(name, connection.format('{"requests_per_minute": 30, "rate_limits": false}'))
    (budget,) = read(viewer)["budgets"]
    assert (budget["limits"][0]["calls"], budget["is_paced"]) == (30, False)
    monkeypatch.setenv(name, connection.format('{"requests_per_minute": "many"}'))
    assert read(viewer)["budgets"][0]["limits"][0]["calls"] == 50


def test_calls_are_shown_by_entity_and_hour(viewer, add_run):
    for sync_type, ago in (("leads", 1), ("leads", 1), ("users", 1), ("leads", 60 * 40)):
        add_run(sync_type, ago=ago)
    add_run("lead_statuses", ago=1, status="running")
    (budget,) = read(viewer)["budgets"]
    now = datetime.now(UTC)
    if now.hour or now.minute > 5:
        assert [(user["sync_type"], user["calls_today"]) for user in budget["users"]] == [
            ("leads", 6), ("lead_statuses", 3), ("users", 3)
        ]  # fmt: skip
    assert sum(hour["calls"] for hour in budget["hours"]) == 12


def test_window_quota_and_pause_are_what_is_promised(viewer, warehouse, with_quota):
    now = datetime.now(UTC)
    slots = [now - timedelta(seconds=90), now - timedelta(seconds=20), now - timedelta(seconds=10)]
    warehouse.execute(
        """
        insert into crm_sync.rate_budget (
            crm_source, account, endpoint_class, slots, last_slot_at, quota_day, day_count, total_count,
            blocked_until
        )
        values ('salesrabbit', 'salesrabbit_default', 'default', %s, %s, %s, 100, 7777, %s)
        """,
        (slots, slots[-1], now.date(), now + timedelta(minutes=5)),
    )
    (budget,) = read(viewer)["budgets"]
    assert budget["limits"] == [{"calls": 25, "seconds": 60, "used_now": 2}]
    quota = budget["quota"]
    assert (quota["calls"], quota["used"], quota["share"]) == (500, 100, 0.2)
    assert budget["total_count"] == 7777
    assert datetime.fromisoformat(budget["blocked_until"]) > now
