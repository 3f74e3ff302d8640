"""A database that somebody else filled, in step by YAML alone: every cell of every table, on both servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_sync.constants import SyncMode
from tests.conformance.expected import build_expected
from tests.conformance.tables import assert_table, count_tuples
from tests.sources.sql.chinook_data import Chinook
from tests.sources.sql.servers import on
from tests.sources.sql.sql_kit import SqlKit
from tests.sources.sql.synced_database import SyncedDatabase, open_database
from tests.warehouse import Warehouse

pytestmark = pytest.mark.postgres
ROWS = {
    "albums": 347, "artists": 275, "customers": 59, "employees": 8, "genres": 25, "invoice_lines": 2240,
    "invoices": 412, "media_types": 5, "playlist_tracks": 8715, "playlists": 18, "tracks": 3503,
}  # fmt: skip
BY_TIME = {"albums", "customers", "invoice_lines", "invoices", "tracks"}


@pytest.fixture
def chinook(kit: SqlKit) -> Chinook:
    made = Chinook(kit)
    made.fill()
    return made


@pytest.fixture
def synced(chinook: Chinook, warehouse: Warehouse, tmp_path: Path) -> SyncedDatabase:
    """The first sync is done."""
    database = open_database(chinook.kit, warehouse, tmp_path, "chinook")
    runs = database.sync()
    assert {name: run.row.records_created for name, run in runs.items()} == ROWS
    assert {str(run.row.status) for run in runs.values()} == {"success"}
    return database


def assert_in_step(synced: SyncedDatabase, chinook: Chinook, **left: list[tuple]) -> None:
    """Compare every cell of every table with what the package and the changes since say."""
    for name, entity in synced.source.entities.items():
        expected = build_expected(entity, chinook.list_records(entity.read.table))
        assert not expected.rejected
        assert_table(synced.warehouse, entity, expected, left=left.get(name, []))


@on("mariadb")
def test_first_sync_brings_every_cell_and_the_second_writes_none(
    chinook: Chinook, synced: SyncedDatabase
) -> None:
    assert_in_step(synced, chinook)
    schema = synced.source.crm_source
    written = count_tuples(synced.warehouse, schema)
    runs = synced.sync()
    assert {name for name, run in runs.items() if run.plan.mode is SyncMode.DELTA} == BY_TIME
    # no row of the tables with a modified time was asked for again
    assert {name: run.outcome.records for name, run in runs.items()} == {
        name: 0 if name in BY_TIME else rows for name, rows in ROWS.items()
    }
    synced.sync(full=True)
    assert count_tuples(synced.warehouse, schema) == written


@on("postgres")
def test_deltas_and_whole_reads_follow_what_the_shop_does(chinook: Chinook, synced: SyncedDatabase) -> None:
    chinook.change("Customer", 1, 59, city="São Paulo ", phone=None)
    chinook.change("Track", *range(1, 1201), unit_price="1.29")
    chinook.change("Artist", 88, name="Guns N' Roses \\ \N{FIRE}")
    chinook.add("Invoice", id=413, customer=59, invoicedate="2013-12-22 00:00:00", total="-0.01")
    chinook.add("InvoiceLine", id=2241, invoice=413, track=3503, unit_price="0.99", quantity=-1)
    chinook.add("PlaylistTrack", playlist=18, track=1)
    chinook.delete("PlaylistTrack", playlist=18, track=597)
    runs = synced.sync()
    wrote = {name: (run.row.records_created, run.row.records_updated) for name, run in runs.items()}
    assert {name: counts for name, counts in wrote.items() if any(counts)} == {
        "customers": (0, 2), "tracks": (0, 1200), "artists": (0, 1), "invoices": (1, 0),
        "invoice_lines": (1, 0), "playlist_tracks": (1, 0),
    }  # fmt: skip
    assert {name: runs[name].outcome.records for name in BY_TIME} == {
        "customers": 2, "tracks": 1200, "invoices": 1, "invoice_lines": 1, "albums": 0,
    }  # fmt: skip
    # read whole, so its lost row is marked at once
    assert_in_step(synced, chinook, playlist_tracks=[(18, 597)])

    chinook.delete("Invoice", id=7)
    chinook.delete("Track", id=2)
    runs = synced.sync(full=True)
    assert {name: run.row.counts.deleted for name, run in runs.items() if run.row.counts.deleted} == {
        "invoices": 1, "tracks": 1,
    }  # fmt: skip
    assert_in_step(synced, chinook, playlist_tracks=[(18, 597)], invoices=[(7,)], tracks=[(2,)])
