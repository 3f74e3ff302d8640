"""What upkeep removes, and above all what it leaves."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.storage.connections import open_transaction
from crm_sync.storage.history.known_labels import read_labels
from crm_sync.storage.history.resume_points import read_resume_point
from crm_sync.storage.history.run_marks import read_mark
from crm_sync.storage.history.watermark import read_watermark
from crm_sync.storage.staging import open_staging
from crm_sync.storage.tables.target_table import ensure_table
from crm_sync.upkeep.staging import remove_old_files
from crm_sync.upkeep.warehouse import remove_old_proofs, remove_old_runs, remove_resolved_rejects
from tests.shipped import read_shipped

pytestmark = pytest.mark.postgres

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=100)
ENTITY = read_shipped("salesrabbit").entities["leads"]


def add_run(warehouse, days, *, status="success", window=(), sync_type="leads", created=2, **configuration):
    """Write a run that ended so many days ago; gives its id."""
    end = NOW - timedelta(days=days)
    facts = {
        "window": {"until": end.isoformat(), "since": "x", "complete": status != "failed", "mode": "delta",
                   **dict(window)},
        "table": f"salesrabbit.{sync_type}",
        "source": {},
        **configuration,
    }  # fmt: skip
    (number,) = warehouse.fetch_one(
        """
        insert into crm_sync.sync_history (
            crm_source, sync_type, status, start_time, end_time, records_processed, records_created,
            performance_metrics, configuration
        )
        values ('salesrabbit', %s, %s, %s, %s, %s, %s, '{"api_calls": 3}', %s)
        returning id
        """,
        (
            *(sync_type, status, end - timedelta(seconds=30), None if status == "running" else end),
            *(created, created, json.dumps(facts)),
        ),
    )
    return number


def list_ids(warehouse):
    return [number for (number,) in warehouse.fetch_all("select id from crm_sync.sync_history order by id")]


def remove(warehouse, **how):
    return remove_old_runs(warehouse.connect, LONG_AGO, **{"dry_run": False, **how})


def test_old_runs_are_removed_and_summed_by_day(warehouse):
    noon = (NOW - timedelta(days=200)).replace(hour=12, minute=0)
    ago = (NOW - noon).total_seconds() / 86_400
    old = [
        add_run(warehouse, ago),
        add_run(warehouse, ago - 0.01),
        add_run(warehouse, ago - 0.02, status="failed"),
    ]
    kept = [
        add_run(warehouse, 3, status="failed"),
        add_run(warehouse, 2, status="partial"),
        add_run(warehouse, 1),
    ]
    assert remove(warehouse, dry_run=True) == 3
    assert list_ids(warehouse) == [*old, *kept]
    assert remove(warehouse) == 3
    assert list_ids(warehouse) == kept
    sums = "select day, runs, failed_runs, records_created, seconds, api_calls from crm_sync.daily_statistics"
    assert warehouse.fetch_all(sums) == [(noon.date(), 3, 1, 6, 90, 9)]
    # more of the same day are added
    add_run(warehouse, ago + 0.01)
    add_run(warehouse, 0.5)
    assert (remove(warehouse), remove(warehouse)) == (1, 0)
    assert warehouse.fetch_all(sums) == [(noon.date(), 4, 1, 8, 120, 12)]


def test_the_last_runs_of_an_entity_stay_however_old(warehouse):
    """An entity that nobody has run for a year goes on where it was."""
    add_run(warehouse, 500)
    kept = [
        add_run(warehouse, 430, status="failed"),
        add_run(warehouse, 420, status="partial"),
        add_run(warehouse, 410),
    ]
    remove(warehouse)
    assert list_ids(warehouse) == kept


def test_running_ones_stay(warehouse):
    number = add_run(warehouse, 300, status="running")
    for days in (2, 1):
        add_run(warehouse, days)
    remove(warehouse)
    assert number in list_ids(warehouse)


def read_state(warehouse):
    """Give all that a next run reads of the earlier ones."""
    connect = warehouse.connect
    labels = read_labels(connect, ENTITY)
    return read_watermark(connect, ENTITY), read_resume_point(connect, ENTITY), labels


@pytest.mark.parametrize("seed", range(12))
def test_the_next_run_reads_the_same_state_as_before(warehouse, seed):
    """Histories drawn at random: what later runs read of them stays, whichever runs had it."""
    import random

    draw = random.Random(seed)
    with open_transaction(warehouse.connect) as cursor:
        cursor.execute("create schema salesrabbit")
        ensure_table(cursor, ENTITY)
    for days in sorted(draw.sample(range(1, 900), 40), reverse=True):
        facts = {
            "labels": {"city": {"City": f"path{days}"}}, "source": {"version": days}, "keys": {"k": days},
            "walks": [f"w{days}"], "bookmarks": {"w": str(days)}, "new_table": True, "resume": {"plan": days},
            "tick": (NOW - timedelta(days=days)).isoformat(),
        }  # fmt: skip
        chosen = {name: value for name, value in facts.items() if draw.random() < 0.2}
        window = {
            "complete": draw.random() < 0.7,
            "mode": draw.choice(["full", "delta", "delta"]),
            "compared": draw.random() < 0.8,
            # a read of a chosen span can reach less far than one before it
            "until": (NOW - timedelta(days=days + draw.choice([0, 0, 400]))).isoformat(),
        }
        status = draw.choice(["success", "partial", "failed"])
        add_run(warehouse, days, status=status, window=window, **chosen)
    before, count = read_state(warehouse), len(list_ids(warehouse))
    removed = remove(warehouse)
    assert removed > 10
    assert len(list_ids(warehouse)) == count - removed
    assert read_state(warehouse) == before


FULL = {"mode": "full", "since": None}


@pytest.mark.parametrize(
    ("kept", "later"),
    [
        ({"window": {"until": NOW.isoformat()}}, {}),
        ({"window": FULL}, {}),
        ({"window": {**FULL, "compared": True}}, {"window": {**FULL, "compared": False}}),
        ({"source": {"version": 1}}, {}),
        ({"labels": {"city": {}}}, {"status": "failed", "labels": {"city": {}}}),
        ({"new_table": True}, {}),
    ],
    ids=["reaches furthest", "whole", "compared", "source", "labels", "table"],
)
def test_old_run_that_alone_knows_something_stays(warehouse, kept, later):
    add_run(warehouse, 600)
    number = add_run(warehouse, 500, **kept)
    for days in (300, 250, 200, 3, 2, 1):
        add_run(warehouse, days, **later)
    assert remove(warehouse) == 4
    assert number in list_ids(warehouse)


def test_resolved_rejects_go_and_open_ones_stay(warehouse):
    for record_id, days in (("open", None), ("old", 200), ("new", 2)):
        warehouse.execute(
            """
            insert into crm_sync.rejected_records (
                crm_source, sync_type, record_id, rule, error, first_seen_at, last_seen_at, resolved_at
            )
            values ('c', 'e', %s, 'r', 'x', now() - interval '300 days', now() - interval '300 days',
                    now() - make_interval(days => %s))
            """,
            (record_id, days),
        )
    assert remove_resolved_rejects(warehouse.connect, LONG_AGO, dry_run=True) == 1
    assert remove_resolved_rejects(warehouse.connect, LONG_AGO, dry_run=False) == 1
    assert warehouse.fetch_all("select record_id from crm_sync.rejected_records order by 1") == [
        ("new",), ("open",)
    ]  # fmt: skip


def test_warehouse_without_our_schema_is_left_alone(empty_warehouse, tmp_path):
    connect = empty_warehouse.connect
    assert remove_old_runs(connect, NOW, dry_run=False) == 0
    assert remove_resolved_rejects(connect, NOW, dry_run=False) == 0
    assert remove_old_proofs(connect, NOW, dry_run=False) == {}
    assert remove_old_files(connect, tmp_path, NOW, dry_run=False).folders == []


@pytest.fixture
def make_folder(warehouse, tmp_path):
    """Make the folder of a run that saved its state so many days ago."""

    def make(run_key, *, days, mark=None, entity="leads"):
        with open_transaction(warehouse.connect) as cursor:
            own = read_mark(cursor)
        folder = tmp_path / "salesrabbit" / entity / run_key
        open_staging(folder, crm_source="salesrabbit", sync_type=entity, mark=own if mark is None else mark)
        (folder / "raw" / "00000.ndjson").write_text("{}")
        moment = (NOW - timedelta(days=days)).timestamp()
        os.utime(folder / "manifest.json", (moment, moment))
        return folder

    return make


def test_old_folders_of_this_warehouse_are_removed_and_no_others(warehouse, tmp_path, make_folder):
    gone = [make_folder("7", days=101), make_folder("dry-0123abcd", days=101)]
    running = add_run(warehouse, 101, status="running")
    kept = [
        make_folder("8", days=99),
        make_folder(str(running), days=101),
        make_folder("9", days=101, mark={"warehouse": "crm (database 1 of cluster 2)"}),
        make_folder("10", days=101, mark={}),
    ]
    strange = [tmp_path / "salesrabbit" / "leads" / "mine", tmp_path / "Other" / "leads" / "7"]
    broken = make_folder("11", days=101)
    (broken / "manifest.json").write_text("{")
    os.utime(broken / "manifest.json", (0.1, 0.1))
    for folder in strange:
        folder.mkdir(parents=True)
    found = remove_old_files(warehouse.connect, tmp_path, LONG_AGO, dry_run=True)
    assert sorted(found.folders) == sorted(map(str, gone))
    assert all(folder.exists() for folder in gone)
    found = remove_old_files(warehouse.connect, tmp_path, LONG_AGO, dry_run=False)
    assert sorted(found.folders) == sorted(map(str, gone))
    assert not any(folder.exists() for folder in gone)
    assert all(folder.exists() for folder in (*kept, *strange, broken))
    told = " ".join(found.left)
    assert "9 is left: it is marked as belonging to crm (database 1 of cluster 2)." in told
    assert "10 is left: it is marked as belonging to nobody." in told
    assert "11 is left: Manifest" in told
    assert len(found.left) == 3


def test_store_that_tells_no_time_loses_nothing(warehouse, make_folder, tmp_path, monkeypatch):
    folder = make_folder("7", days=101)
    # an object store that knows no time says 0
    os.utime(folder / "manifest.json", (0, 0))
    assert remove_old_files(warehouse.connect, tmp_path, LONG_AGO, dry_run=False).folders == []
    assert folder.exists()
