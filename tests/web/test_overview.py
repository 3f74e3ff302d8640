from __future__ import annotations

from datetime import datetime

import pytest

from crm_sync.exceptions import ConfigError, DatabaseUnavailableError

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]


def read(client):
    answer = client.get("/api/overview")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_overview_has_the_worst_first_and_leaves_out_what_never_ran(viewer, add_run, add_reject):
    good = add_run("leads", ago=5)
    add_run("users", ago=5, status="failed", error="no key")
    for number in range(3):
        add_reject(f"{number}")
    answer = read(viewer)
    assert answer["problem"] is None
    assert answer["unused"] == ["csv"]
    found = {one["sync_type"]: one for one in answer["entities"]}
    assert [one["health"] for one in answer["entities"]] == ["failed", "never", "fresh"]
    assert found["users"]["reason"].endswith("no key")
    leads = found["leads"]
    assert (leads["sync_history_id"], leads["open_rejects"], leads["open_rejects_more"]) == (good, 3, False)
    assert (leads["runs_24h"], leads["good_24h"], leads["is_good"]) == (1, 1, True)
    assert (leads["dag_id"], leads["table"]) == ("crm_sync_salesrabbit", "salesrabbit.leads")
    assert leads["rows"] is None
    assert leads["proof"] is None
    now, next_run = (datetime.fromisoformat(text) for text in (answer["now"], leads["next_run"]))
    assert next_run > now
    assert answer["now"].endswith("Z")


def test_overview_names_rows_as_postgresql_estimates_them(viewer, add_run, warehouse):
    add_run()
    warehouse.execute("create schema salesrabbit")
    warehouse.execute("create table salesrabbit.leads as select from generate_series(1, 30)")
    warehouse.execute("analyze salesrabbit.leads")
    (leads,) = (one for one in read(viewer)["entities"] if one["sync_type"] == "leads")
    assert leads["rows"] == 30


def test_more_rejects_than_are_counted_are_said_so(viewer, add_run, warehouse):
    add_run()
    warehouse.execute(
        """
        insert into crm_sync.rejected_records (crm_source, sync_type, record_id, rule, error)
        select 'salesrabbit', 'leads', n::text, 'type', 'odd' from generate_series(1, 150) as n
        """
    )
    (leads,) = (one for one in read(viewer)["entities"] if one["sync_type"] == "leads")
    assert (leads["open_rejects"], leads["open_rejects_more"]) == (100, True)


def test_overview_has_the_latest_proof(viewer, add_run, add_proof):
    add_run()
    add_proof("different")
    add_proof("equal")
    (leads,) = (one for one in read(viewer)["entities"] if one["sync_type"] == "leads")
    assert leads["proof"] == {"verdict": "equal", "ended_at": "2026-11-30T11:00:00Z"}


def refuse():
    raise DatabaseUnavailableError("connection to server at 10.1.2.3 failed")


def lack():
    raise ConfigError("connection crm_warehouse", "", "to be defined")


@pytest.mark.parametrize(
    ("connect", "sentence"),
    [
        (
            refuse,
            "The warehouse of the connection crm_warehouse can't be reached; the API server's log says why.",
        ),
        (lack, "connection crm_warehouse: expected to be defined."),
    ],
    ids=["unreachable", "undefined"],
)
def test_without_a_warehouse_entities_come_as_configured_and_a_sentence_says_why(
    make_client, connect, sentence
):
    answer = read(make_client("viewer", connect))
    assert answer["problem"] == sentence
    assert {one["crm_source"] for one in answer["entities"]} == {"salesrabbit", "csv"}
    assert {one["reason"] for one in answer["entities"]} == {
        "Nobody knows, because the history can't be read."
    }


def test_without_a_warehouse_other_views_say_why_too(make_client):
    client = make_client("editor", refuse)
    for path in ("entities/salesrabbit/leads", "rejected", "budgets", "compare/salesrabbit/leads"):
        answer = client.get(f"/api/{path}")
        assert answer.status_code == 200, path
        assert "can't be reached" in answer.json()["problem"], path
    for path in ("runs/1", "rejected/1/record"):
        answer = client.get(f"/api/{path}")
        assert answer.status_code == 503
        assert "can't be reached" in answer.json()["detail"]


def test_empty_warehouse_is_said_so_and_nothing_is_made_in_it(make_client, empty_warehouse):
    answer = read(make_client("viewer", empty_warehouse.connect))
    assert answer["problem"] == "No run has written to the warehouse of the connection crm_warehouse yet."
    assert {one["health"] for one in answer["entities"]} == {"never"}
    assert empty_warehouse.fetch_all("select 1 from pg_namespace where nspname = 'crm_sync'") == []


def test_older_schema_is_said_so_and_left_as_it_is(viewer, warehouse):
    warehouse.execute(
        "update crm_sync.schema_migrations set checksum = 'older' where name = 'views/freshness'"
    )
    try:
        assert read(viewer)["problem"].endswith("is older than this page; the next run mends that.")
        assert warehouse.fetch_one(
            "select checksum from crm_sync.schema_migrations where name = 'views/freshness'"
        ) == ("older",)
    finally:
        from crm_sync.storage.migrations import migrate

        migrate(warehouse.connect)


def test_role_that_may_not_look_is_said_so(make_client, warehouse):
    def connect():
        connection = warehouse.connect()
        with connection.cursor() as cursor:
            cursor.execute("set role pg_monitor")
        connection.commit()
        return connection

    assert "may not read the schema crm_sync" in read(make_client("viewer", connect))["problem"]


def test_yaml_that_is_wrong_leaves_the_other_crms_and_is_read_again_once_it_is_right(
    viewer, add_run, configs
):
    add_run()
    file = configs / "csv" / "source.yaml"
    text = file.read_text()
    file.write_text(text + "\nodd: 1\n")
    answer = read(viewer)
    assert answer["problem"].startswith("csv/source.yaml: ")
    assert {one["crm_source"] for one in answer["entities"]} == {"salesrabbit"}
    file.write_text(text)
    assert read(viewer)["problem"] is None


def test_schedule_that_is_wrong_is_said_so(viewer, add_run, configs):
    add_run()
    file = configs / "salesrabbit" / "source.yaml"
    lines = [line for line in file.read_text().splitlines() if not line.startswith("  schedule:")]
    file.write_text("\n".join(lines).replace("dag:", "dag:\n  schedule: now and then"))
    assert "dag.schedule" in read(viewer)["problem"]
    assert viewer.get("/api/entities/salesrabbit/leads").status_code == 503


def test_no_crm_at_all_is_said_so(viewer, configs):
    for file in configs.glob("*/source.yaml"):
        file.unlink()
    assert read(viewer)["problem"] == "No CRM is configured: `crm-sync init` writes a first one."


def test_paused_dag_has_no_next_run(viewer, add_run, monkeypatch):
    add_run()
    monkeypatch.setattr(
        "crm_sync.web.routes.overview.read_paused", lambda dag_ids: dict.fromkeys(dag_ids, True)
    )
    assert {one["next_run"] for one in read(viewer)["entities"]} == {None}
