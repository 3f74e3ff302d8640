"""Rows that differ and are kept, since the source's modified time is the older one: counted and said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from crm_sync.storage.history.history_rows import Counts
from crm_sync.sync.save import save_entity
from tests.postgres.save_support import (
    LATER,
    add_column,
    make_record,
    read_rejects,
    read_row,
    save_staged,
)
from tests.postgres.upsert_support import FIELDS, NOW, count_written, make_entity, read_table

pytestmark = pytest.mark.postgres
EARLIER = (NOW - timedelta(days=1)).isoformat()


def _records(name, modified_at, count=3):
    return [make_record(number, name=name, modified_at=modified_at) for number in range(count)]


def test_rows_refused_as_older_are_counted_and_said_once(runs, caplog):
    runs.save(_records("stored", LATER))
    before = count_written(runs.warehouse)
    result = runs.save([*_records("restored", EARLIER), make_record(9)])
    assert result.counts == Counts(created=1, unchanged=3, older=3)
    assert count_written(runs.warehouse) == before + 1
    assert read_row(runs).performance_metrics["records_older"] == 3
    (note,) = read_row(runs).configuration["notes"]
    assert note.startswith("Rows that differ from the source")
    assert (
        ": 3, for example 00000 (modified 2025-05-31T00:00:00+00:00, in the table 2025-06-02T00:00:00+00:00)"
        in note
    )
    assert sum(note in record.message for record in caplog.records) == 1


def test_times_that_must_not_be_shown_are_hidden(runs):
    runs.entity = make_entity(fields={**FIELDS, "modified_at": {"type": "datetime", "sensitive": True}})
    runs.save(_records("stored", LATER))
    runs.save(_records("restored", EARLIER))
    assert "00000 (modified ***, in the table ***)" in read_row(runs).configuration["notes"][0]


def test_word_take_has_the_source_win(runs):
    runs.entity = make_entity(older="take")
    runs.save(_records("stored", LATER))
    assert runs.save(_records("restored", EARLIER)).counts == Counts(updated=3)
    assert runs.save(_records("restored", EARLIER)).counts == Counts(unchanged=3)


def test_dry_run_shows_what_would_be_kept(runs):
    runs.save(_records("stored", LATER))
    staging = runs.stage(_records("restored", EARLIER))
    report = "\n".join(save_entity(runs.entity, staging, runs.warehouse.connect, history_id=None).report)
    assert "3 would be kept although the source differs; for example 00000 (modified 2025-05-31" in report
    assert "Rows that differ from the source" in report


@pytest.mark.parametrize(
    ("minutes", "is_ambiguous", "name"),
    [(-40, True, "won"), (-59, True, "won"), (-60, True, "open"), (-40, False, "open"), (5, True, "won")],
)
def test_clock_put_back_loses_no_change(runs, minutes, is_ambiguous, name):
    moment = datetime(2025, 11, 2, 8, 59, tzinfo=UTC)

    def save(name, at, mark):
        staging = runs.stage([make_record(1, name=name, modified_at=at.isoformat())])
        return save_staged(runs, add_column(staging, "_ambiguous", [mark], pl.Boolean))

    save("open", moment, mark=True)
    for _ in range(2):
        counts = save("won", moment + timedelta(minutes=minutes), mark=is_ambiguous).counts
    assert read_table(runs.warehouse, "name") == [(name,)]
    assert counts == (Counts(unchanged=1) if name == "won" else Counts(unchanged=1, older=1))


def test_time_far_in_the_future_is_a_finding_and_no_lock(runs):
    far = (datetime.now(UTC) + timedelta(days=400)).replace(microsecond=0)
    for seen in (1, 2):
        result = runs.save(_records("wrong", far.isoformat(), 1))
        assert (result.status, result.counts.future) == ("success", 1)
        assert read_rejects(runs) == [("00000", "future_time", f"{far:%Y-%m-%d %H:%M:%S.%f}+00:00", seen)]
        assert read_row(runs).performance_metrics["future_times"] == 1
    (note,) = read_row(runs).configuration["notes"]
    assert f"00000 ({far.isoformat()})" in note
    assert runs.save(_records("mended", LATER, 1)).counts == Counts(updated=1)
    assert (read_table(runs.warehouse, "name"), read_rejects(runs)) == ([("mended",)], [])


def test_time_within_a_day_ahead_is_believed(runs):
    ahead = (datetime.now(UTC) + timedelta(hours=20)).isoformat()
    assert runs.save(_records("ahead", ahead, 1)).counts == Counts(created=1)
    assert runs.save(_records("older", LATER, 1)).counts == Counts(unchanged=1, older=1)


def test_window_ahead_of_this_clock_moves_what_is_believed(runs):
    ahead = datetime.now(UTC) + timedelta(days=9)
    result = runs.save(_records("ahead", ahead.isoformat(), 1), until=ahead.isoformat())
    assert result.counts == Counts(created=1)
