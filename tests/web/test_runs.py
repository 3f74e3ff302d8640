from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]

RUN_ID = "manual__2026-11-30T10:00:00+00:00"
SECONDS = {"fetch_seconds": 1, "transform_seconds": 1, "validate_seconds": 1, "save_seconds": 1}


def read(client, number, question=""):
    answer = client.get(f"/api/runs/{number}{question}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_run_has_all_figures_flags_notes_and_the_log_of_its_last_task(viewer, add_run, add_reject):
    number = add_run(metrics=SECONDS, notes=["odd"], options={"full": True})
    add_reject("7", run=number)
    run = read(viewer, number)
    assert (run["notes"], run["options"]) == (["odd"], {"full": True})
    assert run["metrics"]["api_calls"] == 3
    assert run["task_ids"] == ["leads.fetch", "leads.transform", "leads.validate", "leads.save"]
    assert run["log_url"] == (
        "dags/crm_sync_salesrabbit/runs/manual__2026-11-30T10%3A00%3A00%2B00%3A00/tasks/leads.save"
    )
    assert (run["open_rejects_of_run"], run["open_rejects_more"], run["progress"]) == (1, False, None)


@pytest.mark.parametrize(
    ("metrics", "arguments", "stage"),
    [
        ({"fetch_seconds": 1}, {}, "fetch"),
        ({"fetch_seconds": 1}, {"status": "failed", "error": "no table"}, "transform"),
        ({}, {"status": "failed", "error": "no key"}, "fetch"),
        (SECONDS, {"status": "partial", "error": "some were rejected"}, "save"),
    ],
    ids=["empty delta", "failed in transform", "failed in fetch", "partial"],
)
def test_log_is_that_of_the_task_that_ended_the_run(viewer, add_run, metrics, arguments, stage):
    run = read(viewer, add_run(metrics=metrics, **arguments))
    assert run["log_url"].endswith(f"/tasks/leads.{stage}")


def test_run_that_airflow_did_not_start_has_no_log(viewer, add_run, warehouse):
    number = add_run()
    warehouse.execute("delete from crm_sync.sync_owners")
    assert read(viewer, number)["log_url"] is None


def test_run_of_a_dag_is_the_newest_of_that_entity(viewer, add_run):
    add_run(ago=50)
    number = add_run(ago=40)
    answer = viewer.get(f"/api/airflow-runs/crm_sync_salesrabbit/{RUN_ID}/leads")
    assert answer.json() == {**read(viewer, number), "duration_s": answer.json()["duration_s"]}
    refusal = viewer.get(f"/api/airflow-runs/crm_sync_salesrabbit/{RUN_ID}/users")
    assert refusal.status_code == 404
    assert refusal.json()["detail"].startswith(
        f"{RUN_ID} of crm_sync_salesrabbit has left nothing in the history"
    )


def tell(warehouse, number, *, token=None, **progress):
    warehouse.execute(
        "update crm_sync.sync_owners set heartbeat_at = %s, "
        "progress = %s::jsonb || jsonb_build_object('token', coalesce(%s, token::text)) "
        "where sync_history_id = %s",
        (NOW, json.dumps(progress), token, number),
    )


NOW = datetime.now(UTC)
SINCE = (NOW - timedelta(seconds=100)).isoformat()


def test_fetch_at_work_has_rate_share_and_time_left(viewer, add_run, warehouse):
    number = add_run(ago=1, status="running")
    tell(
        warehouse, number, stage="fetch", mode="full", done=600, total=2000, before=100, fetched=600,
        since=SINCE,
    )  # fmt: skip
    progress = read(viewer, number)["progress"]
    assert (progress["stage"], progress["fetched"], progress["expected"]) == ("fetch", 600, 2000)
    assert (progress["rate_per_s"], progress["share"], progress["seconds_left"]) == (5, 0.3, 280)
    assert datetime.fromisoformat(progress["heartbeat_at"]) == NOW


def test_without_a_count_the_usual_read_of_that_kind_is_expected(viewer, add_run, warehouse):
    for ago in (50, 40, 30):
        add_run(ago=ago, metrics={"duplicates": 2})
    number = add_run(ago=1, status="running")
    tell(warehouse, number, stage="fetch", mode="delta", done=6, total=None, fetched=6, since=SINCE)
    assert read(viewer, number)["progress"]["expected"] == 12
    tell(warehouse, number, stage="fetch", mode="full", done=6, total=None, fetched=6, since=SINCE)
    progress = read(viewer, number)["progress"]
    assert (progress["expected"], progress["share"], progress["seconds_left"]) == (None, None, None)


def test_save_at_work_counts_what_its_chunks_have_committed(viewer, add_run, warehouse):
    number = add_run(ago=1, status="running", metrics=SECONDS | {"save_seconds": 0})
    tell(warehouse, number, stage="save", mode="full", done=0, total=40, before=0, fetched=40, since=SINCE)
    progress = read(viewer, number)["progress"]
    assert (progress["stage"], progress["written"], progress["share"]) == ("save", 10, 0.25)


def test_what_an_earlier_stage_has_told_is_not_taken_for_this_one(viewer, add_run, warehouse):
    number = add_run(ago=1, status="running", metrics={"fetch_seconds": 1})
    tell(warehouse, number, token="another", stage="fetch", done=5, total=5, fetched=5, since=SINCE)
    progress = read(viewer, number)["progress"]
    assert (progress["stage"], progress["fetched"], progress["rate_per_s"]) == ("transform", None, None)


def test_unknown_run_is_not_found_and_a_named_crm_is_enough_to_look(viewer, add_run):
    number = add_run()
    assert viewer.get("/api/runs/99999").status_code == 404
    assert read(viewer, number, "?crm_source=salesrabbit")["id"] == number
    assert viewer.get(f"/api/runs/{number}?crm_source=none").status_code == 404
