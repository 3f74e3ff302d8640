"""Cursors by time: spans of days, a lower bound, or nothing."""

from __future__ import annotations

from datetime import date

from tests.sources.manifests.patterns import option
from tests.unit.import_manifest.convert_support import convert_one

CURSOR = {
    "type": "DatetimeBasedCursor",
    "cursor_field": "updated",
    "datetime_format": "%Y-%m-%dT%H:%M:%SZ",
    "start_datetime": "{{ config['start_date'] }}",
}
START = {"start_time_option": option("since")}
END = {"end_time_option": option("until")}


def test_both_bounds_are_spans_of_days():
    cursor = {**CURSOR, **START, **END, "step": "P30D", "lookback_window": "P2D"}
    result = convert_one(more={"incremental_sync": cursor})
    assert result.read["windows"] == {
        "first": date(2020, 1, 1),
        "longest": "2592000s",
        "column": "updated",
        "back_s": "172800s",
    }
    assert result.one["params"] == {"since": "{since:iso_z}", "until": "{until:iso_z}"}
    assert result.entity["fields"]["updated"]["type"] == "datetime"


def test_days_are_asked_for_as_days_of_which_both_count():
    cursor = {**CURSOR, **START, **END, "datetime_format": "%Y-%m-%d", "start_datetime": "2021-05-06"}
    result = convert_one(more={"incremental_sync": cursor})
    windows = result.read["windows"]
    assert (windows["from_param"], windows["to_param"]) == ("since", "until")
    assert (windows["first"], windows["longest"]) == (date(2021, 5, 6), 0)


def test_a_lower_bound_alone_is_sent_by_deltas_and_no_option_reads_everything():
    result = convert_one(more={"incremental_sync": {**CURSOR, **START, "datetime_format": "%s"}})
    assert result.one["params"] == {"since": "{since:epoch_s}"}
    assert result.doubts == ["a full read asks for everything, and in the manifest from its start date on"]
    result = convert_one(more={"incremental_sync": CURSOR})
    assert "params" not in result.one
    assert result.doubts == []


def test_slices_that_a_text_names_are_the_same_bounds():
    asks = {"request_parameters": {"q": "at>{{ stream_interval.start_time }}"}}
    result = convert_one(asks=asks, more={"incremental_sync": CURSOR})
    assert result.one["params"] == {"q": "at>{since:iso_z}"}


def test_time_that_is_worked_out_has_no_spans_and_no_row_is_taken_as_deleted():
    added = {"path": ["updated"], "value": "{{ record.a + record.b }}"}
    changes = [{"type": "AddFields", "fields": [added]}]
    cursor = {**CURSOR, **START, **END}
    result = convert_one(more={"incremental_sync": cursor, "transformations": changes})
    assert "windows" not in result.read
    assert result.read["missing_rows"] == "keep"
    assert [doubt.partition(",")[0] for doubt in result.doubts] == [
        "the value updated is worked out in the manifest",
        "a full read asks for everything",
    ]
