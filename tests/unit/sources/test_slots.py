"""What fills a slot, in each format and zone: bounds never grow narrower, texts never leave their quotes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm_sync.config.slots import MOMENT_FORMATS, Slot, find_wrong_format, parse_template
from crm_sync.exceptions import ConfigError
from crm_sync.sources.rest.slots import SlotValues, write_moment

AT = datetime(2026, 3, 1, 8, 30, 15, 250_999, tzinfo=UTC)
WALL = "%Y-%m-%dT%H:%M:%S"


@pytest.mark.parametrize(
    ("style", "lower", "upper"),
    [
        ("iso", "2026-03-01T08:30:15+00:00", "2026-03-01T08:30:16+00:00"),
        ("iso_z", "2026-03-01T08:30:15Z", "2026-03-01T08:30:16Z"),
        ("iso_ms", "2026-03-01T08:30:15.250Z", "2026-03-01T08:30:15.251Z"),
        ("date", "2026-03-01", "2026-03-02"),
        ("epoch_s", "1772353815", "1772353816"),
        ("epoch_ms", "1772353815250", "1772353815251"),
        ("%d.%m.%Y %H:%M", "01.03.2026 08:30", "01.03.2026 08:31"),
        ("%Y%m%d", "20260301", "20260302"),
    ],
)
def test_bound_is_cut_to_what_its_format_can_say_and_never_inwards(style, lower, upper):
    assert write_moment(AT, style, ZoneInfo("UTC")) == lower
    assert write_moment(AT, style, ZoneInfo("UTC"), is_upper=True) == upper


def test_bound_that_its_format_says_whole_is_left_alone():
    day = datetime(2026, 3, 1, tzinfo=UTC)
    assert all(
        write_moment(day, style, ZoneInfo("UTC"), is_upper=True) == write_moment(day, style, ZoneInfo("UTC"))
        for style in MOMENT_FORMATS
    )


@pytest.mark.parametrize("minutes", range(0, 181, 10))
def test_wall_clock_bounds_hold_every_moment_between_them_when_clocks_are_set_back(minutes):
    zone, night = ZoneInfo("America/New_York"), datetime(2026, 11, 1, 4, 30, tzinfo=UTC)
    since, until = night + timedelta(minutes=minutes), night + timedelta(hours=4)
    lower, upper = write_moment(since, WALL, zone), write_moment(since, WALL, zone, is_upper=True)
    moments = [night + timedelta(minutes=step) for step in range(0, 241, 5)]
    walls = {at: at.astimezone(zone).strftime(WALL) for at in moments}
    assert all(lower <= walls[at] for at in moments if since <= at < until)
    assert all(walls[at] < upper for at in moments if at < since)


@pytest.mark.parametrize("month", [3, 7, 11])
def test_wall_clock_bound_is_exact_on_ordinary_days(month):
    at = datetime(2026, month, 20, 6, 30, tzinfo=UTC)
    zone = ZoneInfo("America/New_York")
    assert write_moment(at, WALL, zone) == write_moment(at, WALL, zone, is_upper=True)
    assert write_moment(at, WALL, zone) == at.astimezone(zone).strftime(WALL)


def fill(template, **values):
    slots = SlotValues(
        values, "Europe/Berlin", {"their_zone": "America/New_York", "bad": "Mars"}, "crm_default"
    )
    return slots.fill_text(template)


def test_zone_is_named_or_the_sources_or_an_extras():
    assert fill(f"{{since:{WALL}@Asia/Tokyo}}", since=AT) == "2026-03-01T17:30:15"
    assert fill(f"{{since:{WALL}@source}}", since=AT) == "2026-03-01T09:30:15"
    assert fill(f"{{since:{WALL}@their_zone}}", since=AT) == "2026-03-01T03:30:15"
    for name in ("bad", "missing"):
        with pytest.raises(ConfigError, match=f"connection crm_default, key 'extra.{name}'.*time zone"):
            fill(f"{{since:{WALL}@{name}}}", since=AT)


def test_optional_piece_is_left_out_without_its_values_and_braces_are_doubled():
    query = "SELECT {{a}} FROM t[? WHERE at >= {since:date}[ AND id > {after:quoted}?] ORDER BY id"
    assert fill(query) == "SELECT {a} FROM t ORDER BY id"
    filled = fill(query, since=AT, after="it's")
    assert filled == "SELECT {a} FROM t WHERE at >= 2026-03-01[ AND id > 'it''s' ORDER BY id"
    assert fill("{since} and more") is None


def test_text_in_quotes_stays_in_them():
    assert fill("{after:quoted}", after="a' or 'b") == "'a'' or ''b'"
    assert fill("{after:escaped}", after="a\\' or 'b") == r"'a\\\' or \'b'"


def test_json_keeps_numbers_and_lists_and_leaves_out_what_has_no_value():
    slots = SlotValues({"limit": 100, "fields": ["id", "name"], "since": AT})
    body = {
        "limit": "{limit}",
        "names": "{fields}",
        "text": "{limit:text}",
        "filter": [{"ge": "{since:epoch_ms}"}, "{after}"],
        "after": "{after}",
        "none": None,
        "is": True,
    }
    assert slots.fill_json(body) == {
        "limit": 100,
        "names": ["id", "name"],
        "text": "100",
        "filter": [{"ge": "1772353815250"}],
        "none": None,
        "is": True,
    }


@pytest.mark.parametrize(
    "slot",
    [
        Slot("since", "isoo"),
        Slot("since", "iso", "Mars/Base"),
        Slot("after", "iso"),
        Slot("limit", "quoted"),
        Slot("fields", "list"),
        Slot("team", "", "UTC"),
    ],
    ids=str,
)
def test_format_or_zone_that_means_nothing_is_found(slot):
    assert find_wrong_format(slot, "text", frozenset()) is not None


def test_slot_of_a_pattern_with_colons_is_read_whole():
    assert parse_template("{since:%H:%M@source}").slots == (Slot("since", "%H:%M", "source"),)
    with pytest.raises(ValueError, match="!r"):
        parse_template("{since!r}")


FILTER = {"[?]": {"name": "changed", "value": "{since:epoch_ms}"}}
GROUPS = {"groups": [{"[?]": {"filters": {"[?]": [FILTER, {"[?]": {"name": "id", "value": "{after}"}}]}}}]}


@pytest.mark.parametrize(
    ("values", "filters"),
    [
        ({"since": AT}, [{"name": "changed", "value": "1772353815250"}]),
        ({"after": "7"}, [{"name": "id", "value": "7"}]),
        ({}, None),
    ],
    ids=["one", "other", "none"],
)
def test_object_that_lacks_a_value_is_left_out_whole_and_so_is_a_list_with_nothing_left(values, filters):
    filled = SlotValues(values).fill_json(GROUPS)
    assert filled == {"groups": [] if filters is None else [{"filters": filters}]}


def test_object_that_may_be_left_out_keeps_its_nulls():
    assert SlotValues().fill_json({"a": {"[?]": {"b": None}}}) == {"a": {"b": None}}
