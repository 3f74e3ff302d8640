"""Save of a chunk whose source lacks columns: known rows keep what they have, new ones get null."""

from __future__ import annotations

import pytest

from crm_sync.constants import SyncMode
from crm_sync.storage.history.history_rows import Counts
from crm_sync.sync.empty_delta import close_empty_delta
from crm_sync.sync.save import save_entity
from tests.postgres.save_support import LATER, make_record, make_records, read_row
from tests.postgres.upsert_support import count_written, make_entity, open_run, read_table

pytestmark = pytest.mark.postgres
NOTE = "Column 'name' is gone."


def _save(runs, *chunks, missing, **plan):
    """Save chunks, each with the columns that its source lacks."""
    staging = runs.stage(*chunks, **plan)
    for chunk, names in zip(staging.manifest.chunks, missing, strict=True):
        chunk.missing = names
    runs.history_id = open_run(runs.warehouse, runs.entity)
    return save_entity(runs.entity, staging, runs.warehouse.connect, history_id=runs.history_id)


def _without_name(*numbers, **values):
    return [
        {key: value for key, value in make_record(number, **values).items() if key != "name"}
        for number in numbers
    ]


def test_missing_column_keeps_its_values_and_new_rows_get_null(runs):
    runs.save(make_records(1, 2))
    result = _save(
        runs, _without_name(1, 3, modified_at=LATER, amount="5"), make_records(2), missing=[["name"], []]
    )
    assert result.counts == Counts(created=1, updated=1, unchanged=1)
    assert [row[:2] for row in read_table(runs.warehouse)] == [
        ("00001", "n1"),
        ("00002", "n2"),
        ("00003", None),
    ]
    assert str(read_table(runs.warehouse)[0][2]) == "5"


def test_rows_that_differ_in_nothing_else_are_not_written(runs):
    runs.save(make_records(*range(20)))
    before = count_written(runs.warehouse)
    assert _save(runs, _without_name(*range(20)), missing=[["name"]]).counts == Counts(unchanged=20)
    assert count_written(runs.warehouse) == before


def test_values_that_stand_in_a_missing_column_all_the_same_change_nothing(runs):
    runs.save(make_records(1))
    _save(runs, [make_record(1, name="other", amount="5")], missing=[["name"]])
    assert read_table(runs.warehouse, "id, name, amount::text") == [("00001", "n1", "5")]


@pytest.mark.parametrize(
    ("deleted", "values"),
    [
        ({"column": "archived", "at": "archived_at"}, {"archived": True}),
        ({"column": "archived_at"}, {"archived_at": LATER}),
    ],
    ids=["flag", "moment"],
)
def test_row_stays_deleted_when_the_source_stops_saying_so(runs, deleted, values):
    runs.entity = make_entity(deleted=deleted)
    runs.save([make_record(1, **values), make_record(2)])
    before = read_table(runs.warehouse)
    _save(runs, make_records(1, 2), missing=[["archived", "archived_at"]])
    assert read_table(runs.warehouse) == before
    assert [row[3] is not None for row in before] == [True, False]


def test_row_that_a_sweep_had_marked_comes_back_without_its_deleted_column(runs):
    runs.save(make_records(*range(10)))
    runs.save(make_records(*range(9)))
    _save(runs, make_records(*range(10)), missing=[["archived"]])
    assert runs.warehouse.fetch_one("select count(*) from crm.deals where sync_deleted_at is not null") == (
        0,
    )


def test_dry_run_shows_notes_and_does_not_count_a_missing_column_as_a_change(runs):
    runs.save(make_records(1, 2))
    staging = runs.stage(_without_name(1), make_records(2))
    staging.manifest.chunks[0].missing, staging.manifest.notes = ["name"], [NOTE]
    result = save_entity(runs.entity, staging, runs.warehouse.connect, history_id=None)
    assert result.counts == Counts(unchanged=2)
    assert NOTE in result.report


def test_notes_of_a_delta_without_records_are_in_its_row(runs, caplog):
    caplog.set_level("INFO")
    staging = runs.stage(mode=SyncMode.DELTA.value, sweep="none")
    staging.manifest.notes = [NOTE]
    found = close_empty_delta(runs.entity, staging, runs.warehouse.connect, history_id=None, metrics={})
    assert found.to_note()["report"] == staging.manifest.notes
    assert f"Dry run crm deals: {NOTE}" in caplog.text
    runs.history_id = open_run(runs.warehouse, runs.entity)
    close_empty_delta(runs.entity, staging, runs.warehouse.connect, history_id=runs.history_id, metrics={})
    assert read_row(runs).configuration["notes"] == [NOTE]
