"""Cursors by time that manifests say in unusual ways: kinds, first days, steps and ends."""

from __future__ import annotations

from datetime import date

import pytest

from tests.sources.manifests.patterns import option
from tests.unit.import_manifest.convert_support import convert_one, refuse

BOUNDS = {"start_time_option": option("since"), "end_time_option": option("until")}
NOW = "{{ now_utc() }}"


def cursor(**words):
    one = {"type": "DatetimeBasedCursor", "cursor_field": "updated", "datetime_format": "%Y-%m-%d"}
    return {"incremental_sync": {**one, "start_datetime": "2021-05-06", **BOUNDS, **words}}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"type": "CustomIncrementalSync", "class_name": "own.C"}, "a cursor of another kind: own.C"),
        ({"type": "IncrementingCountCursor"}, "a cursor of another kind: IncrementingCountCursor"),
        (
            {"cursor_field": "{{ config.field }}"},
            "the name of a cursor that has to be worked out: {{ config.field }}",
        ),
        ({"start_time_option": {"type": "RequestPath"}}, "a moment in a path"),
        (
            {"datetime_format": "%epoch_microseconds"},
            "a format of moments: %epoch_microseconds",
        ),
    ],
)
def test_cursor_that_cant_be_said_is_the_reason(words, reason):
    assert refuse(more=cursor(**words)) == reason


@pytest.mark.parametrize(
    ("start", "first"),
    [
        ("2021-05-06", "2021-05-06"),
        ("2021-05-06T10:00:00Z", "2021-05-06"),
        ("0001-01-01", "1970-01-01"),
        ("{{ config.get('start', '2019-02-03') }}", "2019-02-03"),
        ("{{ config.get('start', '0001-01-01') }}", "1970-01-01"),
        ("{{ config.start }}", "2020-01-01"),
        ("{{ config.start + 'x' }}", "2020-01-01"),
        (NOW, "2020-01-01"),
        ("2021-02-31", "2020-01-01"),
        (
            {"type": "MinMaxDatetime", "datetime": "2018-01-02", "datetime_format": "%Y-%m-%d"},
            "2018-01-02",
        ),
        (None, "2020-01-01"),
    ],
)
def test_first_day_is_the_manifests_or_a_usual_one_and_told(start, first):
    result = convert_one(more=cursor(start_datetime=start))
    assert result.read["windows"]["first"] == date.fromisoformat(first)
    assert result.doubts[0].startswith(f"a full read begins on {first} ")


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (None, []),
        (NOW, []),
        ({"type": "MinMaxDatetime", "datetime": "{{ today_utc() }}"}, []),
        ("{{ now_utc() - duration('P1D') }}", []),
        ("{{ config.end }}", ["{{ config.end }}"]),
        ("{{ config.end + 'x' }}", ["{{ config.end + 'x' }}"]),
        ("2022-01-01", ["2022-01-01"]),
    ],
)
def test_end_that_is_not_the_run_is_a_doubt(end, told):
    what = "a read ends with the run, and in the manifest where the config says: "
    doubts = convert_one(more=cursor(end_datetime=end)).doubts
    assert [doubt.removeprefix(what) for doubt in doubts if doubt.startswith(what)] == told


@pytest.mark.parametrize(
    ("step", "longest", "doubts"),
    [
        (None, 0, []),
        ("P30D", "2592000s", []),
        ("PT1H", "86400s", ["spans are whole days, and in the manifest shorter or not whole"]),
        ("P1DT12H", "129600s", ["spans are whole days, and in the manifest shorter or not whole"]),
        (
            "{{ config.step }}",
            "2592000s",
            ["step is 30 days here, and in the manifest the config says it: {{ config.step }}"],
        ),
    ],
)
def test_step_is_the_longest_span(step, longest, doubts):
    result = convert_one(more=cursor(step=step))
    assert result.read["windows"]["longest"] == longest
    assert [doubt for doubt in result.doubts if not doubt.startswith("a full read")] == doubts


def test_lookback_without_spans_is_one_of_the_entity():
    words = {"end_time_option": None, "lookback_window": "PT10M"}
    result = convert_one(more=cursor(**words))
    assert (result.entity["lookback_s"], "windows" in result.read) == ("600s", False)
    result = convert_one(more=cursor(**{**words, "lookback_window": "{{ config.back }}"}))
    assert result.entity["lookback_s"] == "604800s"
    assert result.doubts[0].startswith("lookback_window is 7 days here")


def test_moment_of_the_run_beside_spans_is_the_reason():
    asks = {"request_parameters": {"x": NOW}}
    reason = refuse(asks=asks, more=cursor())
    assert reason == "the moment of the run in a request by spans of days"


def test_slices_have_the_names_that_the_cursor_gives_them():
    names = {"partition_field_start": "from", "partition_field_end": "to"}
    asks = {"request_parameters": {"a": "{{ stream_slice['from'] }}", "b": "{{ stream_slice.to }}"}}
    more = cursor(**names, start_time_option=None, end_time_option=None)
    assert convert_one(asks=asks, more=more).one["params"] == {"a": "{since:date}", "b": "{until:date}"}


def test_date_of_the_config_in_another_format_is_the_reason():
    text = "{{ format_datetime(config['start'], '%Y') }}"
    assert refuse(asks={"request_parameters": {"x": f"{text}{{{{ stream_slice.start_time }}}}"}}) == (
        "a date of the config in another format: config.start"
    )
