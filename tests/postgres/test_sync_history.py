from __future__ import annotations

import json
from datetime import timedelta

import psycopg2
import pytest

from crm_sync.constants import Stage, SyncStatus
from crm_sync.exceptions import StorageError, SupersededError
from crm_sync.storage.history.resume_points import read_resume_point
from crm_sync.storage.history.sync_history import (
    Counts,
    add_metrics,
    add_progress,
    close,
    fence,
    read_history,
)
from crm_sync.storage.history.watermark import name_table, read_watermark
from tests.postgres.history_support import NOW, close_run, insert_run
from tests.postgres.upsert_support import ensure, make_entity

pytestmark = pytest.mark.postgres


@pytest.fixture
def warehouse(clean_warehouse):
    return clean_warehouse


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("crm_source", "Hub Spot"),
        ("crm_source", "hub_spot"),
        ("sync_type", "contacts_sync"),
        ("sync_type", "Contacts"),
        ("status", "completed"),
        ("end_time", NOW + timedelta(days=1)),
        ("records_created", -1),
        ("records_processed", 1),
        ("performance_metrics", "[]"),
        ("performance_metrics", '{"records_unchanged": 3}'),
        ("configuration", "null"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_sync_history_constraint_refuses(warehouse, column, value):
    history_id = insert_run(warehouse)
    with pytest.raises(psycopg2.errors.CheckViolation):
        warehouse.execute(
            f"update crm_sync.sync_history set {column} = %s where id = %s", (value, history_id)
        )


def test_sync_history_ended_status_needs_an_end_time(warehouse):
    history_id = insert_run(warehouse)
    with pytest.raises(psycopg2.errors.CheckViolation):
        warehouse.execute("update crm_sync.sync_history set status = 'failed' where id = %s", (history_id,))


def test_sync_history_one_running_row_per_entity(warehouse):
    insert_run(warehouse)
    insert_run(warehouse, sync_type="deals")
    with pytest.raises(psycopg2.errors.UniqueViolation):
        insert_run(warehouse)


def test_add_progress_twice_adds_up_and_merges(warehouse):
    history_id = insert_run(warehouse)
    with warehouse.connect() as connection, connection.cursor() as cursor:
        for chunk in (1, 2):
            fence(cursor, history_id)
            counts = Counts(created=1, updated=2, unchanged=3, failed=4, deleted=5, duplicates=6)
            add_progress(
                cursor,
                history_id,
                counts=counts,
                stage=Stage.SAVE,
                chunk=chunk,
                metrics={"api_calls": 7, "peak_memory_mb": 10 - chunk, "clock_skew_seconds": chunk},
                configuration={"source": {str(chunk): True}},
            )
    row = read_history(warehouse.connect, history_id)
    assert row.records_processed == 20
    assert row.counts == Counts(2, 4, 6, 8, 10, 12)
    assert row.get_progress(Stage.SAVE) == 2
    assert row.get_progress(Stage.FETCH) is None
    assert row.performance_metrics["api_calls"] == 14
    assert row.performance_metrics["peak_memory_mb"] == 9
    assert row.performance_metrics["clock_skew_seconds"] == 2
    assert row.configuration["source"] == {"1": True, "2": True}
    assert row.configuration["window"]["complete"] is True


def test_add_progress_rolled_back_counts_nothing(warehouse):
    history_id = insert_run(warehouse)
    connection = warehouse.connect()
    add_progress(connection.cursor(), history_id, counts=Counts(created=9), stage="save", chunk=1)
    connection.rollback()
    row = read_history(warehouse.connect, history_id)
    assert (row.records_processed, row.get_progress(Stage.SAVE)) == (0, None)


def test_close_writes_status_duration_and_rates(warehouse):
    history_id = insert_run(warehouse)
    with warehouse.connect() as connection, connection.cursor() as cursor:
        add_progress(cursor, history_id, counts=Counts(created=4), metrics={"api_calls": 2})
        close(
            cursor,
            history_id,
            status=SyncStatus.PARTIAL,
            error_message="bad \x00 text \ud800",
            metrics={"stage_seconds": {"save": float("nan")}},
            configuration={"window": {"complete": False}},
        )
    row = read_history(warehouse.connect, history_id)
    assert row.status is SyncStatus.PARTIAL
    assert row.error_message == "bad \ufffd text \ufffd"
    assert row.end_time is not None
    assert row.performance_metrics["api_calls_per_record"] == 0.5
    assert row.performance_metrics["duration_seconds"] > 0
    assert row.performance_metrics["records_per_second"] >= 0
    assert row.performance_metrics["stage_seconds"] == {"save": None}
    assert row.configuration["window"]["complete"] is False
    assert "until" in row.configuration["window"]


def test_close_counts_that_do_not_add_up_are_refused(warehouse):
    history_id = insert_run(warehouse)
    connection = warehouse.connect()
    cursor = connection.cursor()
    add_progress(cursor, history_id, counts=Counts(unchanged=2))
    with pytest.raises(psycopg2.errors.CheckViolation):
        close(cursor, history_id, status=SyncStatus.SUCCESS, metrics={"records_unchanged": 1})


def test_close_with_a_start_in_the_future_still_ends(warehouse):
    history_id = insert_run(warehouse, days=36500)
    close_run(warehouse, history_id)


def test_close_running_is_no_end(warehouse):
    with pytest.raises(ValueError, match="running"):
        close(warehouse.connect().cursor(), 1, status=SyncStatus.RUNNING)


def test_writes_to_a_closed_row_are_superseded(warehouse):
    history_id = insert_run(warehouse, status="failed")
    cursor = warehouse.connect().cursor()
    with pytest.raises(SupersededError):
        fence(cursor, history_id)
    with pytest.raises(SupersededError):
        add_progress(cursor, history_id, counts=Counts(created=1))
    with pytest.raises(SupersededError):
        close(cursor, history_id, status=SyncStatus.SUCCESS)


def test_add_metrics_works_after_the_end(warehouse):
    history_id = insert_run(warehouse, status="success")
    with warehouse.connect() as connection, connection.cursor() as cursor:
        add_metrics(cursor, history_id, {"peak_memory_mb": 5})
    assert read_history(warehouse.connect, history_id).performance_metrics == {"peak_memory_mb": 5}


def test_fence_waits_for_a_takeover_and_then_finds_nothing(warehouse):
    history_id = insert_run(warehouse)
    taker = warehouse.connect()
    close(taker.cursor(), history_id, status=SyncStatus.FAILED)
    writer = warehouse.connect()
    cursor = writer.cursor()
    cursor.execute("set lock_timeout = '100ms'")
    with pytest.raises(psycopg2.errors.LockNotAvailable):
        fence(cursor, history_id)
    writer.rollback()
    taker.commit()
    with pytest.raises(SupersededError):
        fence(cursor, history_id)


def test_read_history_unknown_row_is_an_error(warehouse):
    with pytest.raises(StorageError, match="no row 7"):
        read_history(warehouse.connect, 7)


CONTACTS = make_entity(crm_source="hubspot", sync_type="contacts", table_schema="hubspot")


@pytest.fixture
def table(warehouse):
    """The table of contacts."""
    ensure(warehouse, CONTACTS)
    yield "hubspot.contacts"
    warehouse.execute("drop schema hubspot cascade")


def note(warehouse, history_id, **configuration):
    warehouse.execute(
        "update crm_sync.sync_history set configuration = configuration || %s::jsonb where id = %s",
        (json.dumps(configuration), history_id),
    )


def test_watermark_of_a_table_that_is_gone_is_none(warehouse, table):
    insert_run(warehouse, status="success", days=1)
    assert read_watermark(warehouse.connect, CONTACTS).until == NOW + timedelta(days=1)
    warehouse.execute("alter table hubspot.contacts rename to people")
    assert read_watermark(warehouse.connect, CONTACTS) is None
    renamed = CONTACTS.model_copy(update={"named": "people"})
    assert read_watermark(warehouse.connect, renamed) is None, "the run wrote under the other name"


def test_watermark_counts_only_runs_since_the_table_was_made_anew(warehouse, table):
    insert_run(warehouse, status="success", days=5)
    note(warehouse, insert_run(warehouse, status="failed", days=6), new_table=True)
    assert read_watermark(warehouse.connect, CONTACTS) is None, "that run failed, so the table has a part"
    insert_run(warehouse, status="success", days=2, window={"mode": "full"})
    found = read_watermark(warehouse.connect, CONTACTS)
    assert (found.until, found.last_full_at) == (NOW + timedelta(days=2), NOW + timedelta(days=2))


def test_watermark_counts_only_runs_that_wrote_to_the_table(warehouse, table):
    insert_run(warehouse, status="success", days=1, window={"mode": "full"})
    other = insert_run(warehouse, status="success", days=2, window={"mode": "full"})
    note(warehouse, other, table="hubspot.people", new_table=True, source={"etag": "of the other"})
    found = read_watermark(warehouse.connect, CONTACTS)
    assert (found.until, found.last_full_at) == (NOW + timedelta(days=1), NOW + timedelta(days=1))
    assert not found.source


def test_resume_point_counts_only_for_the_table_that_it_was_made_for(warehouse, table):
    first = insert_run(warehouse, status="partial", days=1, window={"complete": False, "mode": "delta"})
    note(warehouse, first, resume={"cursors": {"all": 5}})
    assert read_resume_point(warehouse.connect, CONTACTS) == {"cursors": {"all": 5}}
    people = CONTACTS.model_copy(update={"named": "people"})
    assert read_resume_point(warehouse.connect, people) is None
    note(warehouse, insert_run(warehouse, status="failed", days=2), new_table=True)
    assert read_resume_point(warehouse.connect, CONTACTS) is None, "its rows are gone with the table"


def test_read_watermark_without_complete_run_is_none(warehouse, table):
    insert_run(warehouse, status="failed", days=1)
    insert_run(warehouse, status="success", days=2, window={"complete": False})
    insert_run(warehouse, days=3)
    insert_run(warehouse, sync_type="deals", status="success", days=4)
    assert read_watermark(warehouse.connect, CONTACTS) is None


def test_read_watermark_takes_the_greatest_until_not_the_latest_run(warehouse, table):
    insert_run(warehouse, status="partial", days=5)
    insert_run(warehouse, status="success", days=6, window={"until": "2025-06-02T00:00:00+00:00"})
    found = read_watermark(warehouse.connect, CONTACTS)
    assert (found.until, found.last_full_at) == (NOW + timedelta(days=5), None)


@pytest.mark.parametrize("whole", [{"mode": "full"}, {"since": None}], ids=["mode full", "first run"])
def test_read_watermark_tells_the_last_whole_read(warehouse, table, whole):
    insert_run(warehouse, status="success", days=1, window=whole)
    insert_run(warehouse, status="success", days=2)
    insert_run(warehouse, status="success", days=3, window={**whole, "complete": False})
    found = read_watermark(warehouse.connect, CONTACTS)
    assert (found.until, found.last_full_at) == (NOW + timedelta(days=2), NOW + timedelta(days=1))


def test_read_watermark_leaves_out_whole_reads_that_compared_nothing(warehouse, table):
    insert_run(warehouse, status="success", days=1, window={"mode": "full"})
    assert not read_watermark(warehouse.connect, CONTACTS).was_tried
    insert_run(warehouse, status="success", days=2, window={"mode": "full", "compared": False})
    found = read_watermark(warehouse.connect, CONTACTS)
    assert (found.until, found.last_full_at) == (NOW + timedelta(days=2), NOW + timedelta(days=1))
    assert found.was_tried


def test_read_watermark_tells_what_the_run_noted_about_its_source(warehouse, table):
    insert_run(warehouse, status="success", days=1)
    noted = {"walks": ["a", "b"], "bookmarks": {"a": "17"}, "source": {"etag": "x"}, "keys": {"id": 3}}
    warehouse.execute(
        "update crm_sync.sync_history set configuration = configuration || %s::jsonb", (json.dumps(noted),)
    )
    found = read_watermark(warehouse.connect, CONTACTS)
    assert (found.walks, found.bookmarks) == (("a", "b"), {"a": "17"})
    assert found.source == {"etag": "x", "keys": {"id": 3}}


def test_read_watermark_uses_its_index(warehouse, table):
    warehouse.execute(
        """
        insert into crm_sync.sync_history (crm_source, sync_type, status, start_time, end_time, configuration)
        select 'hubspot', 'contacts', 'success', now(), now(),
               jsonb_build_object('window', jsonb_build_object(
                   'complete', true, 'since', 'x', 'until', now() - n * interval '1 hour'))
        from generate_series(1, 5000) as n;
        analyze crm_sync.sync_history
        """
    )
    from crm_sync.storage.sql_files import load_sql

    values = name_table(CONTACTS)
    plan = warehouse.fetch_all("explain " + load_sql("queries/select_watermark"), values)
    text = "\n".join(line for (line,) in plan)
    assert "sync_history_watermark" in text
    assert "Seq Scan" not in text


def test_latest_runs_shows_last_run_and_watermark(warehouse):
    insert_run(warehouse, status="success", days=1)
    insert_run(warehouse, status="failed", days=2)
    row = warehouse.fetch_one("select status, watermark, last_good_end_time from crm_sync.latest_runs")
    assert row == ("failed", NOW + timedelta(days=1), NOW + timedelta(days=1))


def test_latest_runs_shows_the_watermark_of_the_table_that_the_entity_has_now(warehouse):
    note(warehouse, insert_run(warehouse, status="success", days=5), table="hubspot.contacts")
    note(warehouse, insert_run(warehouse, status="failed", days=6), table="hubspot.people", new_table=True)
    asked = "select watermark from crm_sync.latest_runs"
    assert warehouse.fetch_one(asked) == (None,)
    note(warehouse, insert_run(warehouse, status="success", days=2), table="hubspot.people")
    assert warehouse.fetch_one(asked) == (NOW + timedelta(days=2),)
    note(warehouse, insert_run(warehouse, status="failed", days=7), table="hubspot.people", new_table=True)
    assert warehouse.fetch_one(asked) == (None,)
