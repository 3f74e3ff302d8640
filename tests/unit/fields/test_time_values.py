"""date and datetime: spellings, epoch numbers, zones and clock changes, the ends of the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_sync.fields.base import FieldContext
from crm_sync.fields.iso_times import LAST
from crm_sync.fields.time_values import DateTimeValidator, DateValidator
from tests.unit.fields.fields_support import read_value

NEW_YORK = FieldContext(source_time_zone="America/New_York")
TEN = datetime(2026, 1, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-05T10:00:00Z", TEN),
        ("2026-01-05T10:00:00.000Z", TEN),
        ("2026-01-05 10:00", TEN),
        ("2026-01-05 10:00:00", TEN),
        ("2026-01-05T10:00:00", TEN),
        ("2026-01-05t10:00:00z", TEN),
        ("2026-01-05 10:00:00 UTC", TEN),
        ("2026-01-05T12:00:00+02:00", TEN),
        ("2026-01-05T12:00:00.000+0200", TEN),
        ("2026-01-05T05:00:00-05", TEN),
        ("2026-01-05T10:00:00.123456789Z", TEN.replace(microsecond=123456)),
        ("2026-01-05T10:00:00.5Z", TEN.replace(microsecond=500000)),
        ("2026-01-05T10:00:00.123456", TEN.replace(microsecond=123456)),
        ("2026-01-05", TEN.replace(hour=0)),
        ("1767607200", TEN),
        ("1767607200000", TEN),
        ("1767607200.25", TEN.replace(microsecond=250000)),
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
        ("-157766400000", datetime(1965, 1, 1, tzinfo=UTC)),
        ("-157766400", datetime(1965, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00.000Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999999Z", datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
    ],
)
def test_datetime_moment_is_kept_in_utc(text: str, expected: datetime) -> None:
    assert read_value(DateTimeValidator(), text).value == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30T00:00:00Z",
        "2026-02-30T00:00:00.000Z",
        "2026-01-05T25:00:00Z",
        "2026-01-05T10:00:61Z",
        "2026-01-05T10:00:60.000Z",
        "0000-01-01T00:00:00.000Z",
        "2026-01-05T10:00:00+05:75",
        "2026-01-05T24:00:00",
        "2026-W02-1",
        "10000-01-01T00:00:00Z",
        "20260105",
        "99999999999999999",
        "05/01/2026",
        "yesterday",
        "2026-01-05T10:00:00+25:00",
        "2026-1-5T1:0:0Z",
    ],
)
def test_datetime_no_moment_is_refused(text: str) -> None:
    verdict = read_value(DateTimeValidator(), text)
    assert verdict.value is None
    assert verdict.error is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-01 12:00:00", datetime(2026, 7, 1, 16, tzinfo=UTC)),
        ("2026-07-01T12:00:00Z", datetime(2026, 7, 1, 12, tzinfo=UTC)),
        ("2026-03-08 02:30:00", datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        ("2026-11-01 01:30:00", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("2026-11-01 01:30", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 7, 1, 4, tzinfo=UTC)),
    ],
    ids=["local", "own zone wins", "skipped hour", "ambiguous hour", "ambiguous, other tier", "day"],
)
def test_datetime_without_zone_is_in_the_sources_zone(text: str, expected: datetime) -> None:
    assert read_value(DateTimeValidator(NEW_YORK), text).value == expected


@settings(max_examples=30)
@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - a wall clock
def test_datetime_local_wall_clock_agrees_with_zoneinfo(wall: datetime) -> None:
    wall = wall.replace(microsecond=0, fold=0)  # a text has no fold
    expected = wall.replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
    assert read_value(DateTimeValidator(NEW_YORK), wall.isoformat(" ")).value == expected


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("%d/%m/%Y %H:%M", "05/01/2026 10:00", TEN),
        ("%d/%m/%Y", "5/1/2026", TEN.replace(hour=0)),
        ("%m/%d/%Y %I:%M %p", "01/05/2026 10:00 AM", TEN),
        ("%Y%m%d%H%M%S%z", "20260105120000+0200", TEN),
        ("%Y%m%d", "20260105", TEN.replace(hour=0)),
        ("%d.%m.%Y %H:%M:%S.%f", "05.01.2026 10:00:00.25", TEN.replace(microsecond=250000)),
        ("%Y-%m-%dT%H:%M:%S%z", "2026-01-05T10:00:00Z", TEN),
    ],
    ids=["day first", "short", "am", "zone", "digits", "fraction", "ISO as the format"],
)
def test_datetime_own_format_is_read(form: str, text: str, expected: datetime) -> None:
    assert read_value(DateTimeValidator(FieldContext(format=form)), text).value == expected


@pytest.mark.parametrize("text", ["1767607200000", "01-05-2026", "2026-01-05", "2026-01-05T10:00:00Z"])
def test_datetime_against_its_own_format_is_refused(text: str) -> None:
    verdict = read_value(DateTimeValidator(FieldContext(format="%d/%m/%Y")), text)
    assert verdict.error == "expected the format %d/%m/%Y"


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("%d/%m/%Y %H:%M", "08/03/2026 02:30", datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        ("%d/%m/%Y %H:%M", "01/11/2026 01:30", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("%d/%m/%Y", "01/07/1955", datetime(1955, 7, 1, 4, tzinfo=UTC)),
        ("%d/%m/%Y %H:%M", "31/12/9999 23:59", LAST),
    ],
    ids=["skipped hour", "ambiguous hour", "before 1970", "never"],
)
def test_datetime_of_an_own_format_is_in_the_sources_zone(form: str, text: str, expected: datetime) -> None:
    context = FieldContext(format=form, source_time_zone="America/New_York")
    assert read_value(DateTimeValidator(context), text).value == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        ("1572480000000", date(2019, 10, 31)),
        ("-86400000000", date(1967, 4, 7)),
        ("infinity", date(9999, 12, 31)),
        ("-infinity", date(1, 1, 1)),
        ("0", date(1970, 1, 1)),
        ("2026-01-31T00:00:00Z", date(2026, 1, 31)),
        ("2026-01-31 00:00:00", date(2026, 1, 31)),
        ("2026-01-31T00:00:00.000+02:00", date(2026, 1, 31)),
        ("0001-01-01", date(1, 1, 1)),
        ("9999-12-31", date(9999, 12, 31)),
    ],
)
def test_date_day_is_read(text: str, expected: date) -> None:
    assert read_value(DateValidator(), text).value == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29",
        "0000-01-01",
        "2026-01-31T10:00:00Z",
        "1572480000001",
        "1728000000",
        "-86400000",
        "20260131",
        "31.01.2026",
        "9" * 30,
        "-",
        "٢",
    ],
)
def test_date_no_day_is_refused(text: str) -> None:
    verdict = read_value(DateValidator(), text)
    assert verdict.value is None
    assert verdict.error is not None


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("%m/%d/%Y", "1/31/2026", date(2026, 1, 31)),
        ("%d.%m.%y", "31.01.26", date(2026, 1, 31)),
        ("%m/%d/%Y %H:%M", "01/31/2026 00:00", date(2026, 1, 31)),
        ("%m/%d/%Y %H:%M", "01/31/2026 10:00", None),
        ("%Y-%m-%d %H:%M %z", "2026-01-31 00:00 +0200", date(2026, 1, 31)),
    ],
    ids=["short", "two-digit year", "midnight", "time of day", "with a zone"],
)
def test_date_own_format_is_read(form: str, text: str, expected: date | None) -> None:
    assert read_value(DateValidator(FieldContext(format=form)), text).value == expected


@settings(max_examples=30)
@given(st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 30)))  # noqa: DTZ001
def test_datetime_iso_text_keeps_every_microsecond(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    assert read_value(DateTimeValidator(), aware.isoformat().replace("+00:00", "Z")).value == aware
    shifted = (aware + timedelta(hours=5)).replace(tzinfo=None).isoformat() + "+05:00"
    assert read_value(DateTimeValidator(), shifted).value == aware


@settings(max_examples=200)
@given(
    st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59)),  # noqa: DTZ001 - a wall clock
    st.sampled_from("+-"),
    st.integers(0, 99),
    st.integers(0, 99),
    st.sampled_from(["", ":"]),
    st.integers(0, 9),
)
def test_offset_is_read_alike_by_column_and_by_value(
    wall: datetime, sign: str, hours: int, minutes: int, colon: str, digits: int
) -> None:
    fraction = f".{wall.microsecond:06d}000"[: digits + 1] if digits else ""
    text = f"{wall:%m-%dT%H:%M:%S}{fraction}{sign}{hours:02d}{colon}{minutes:02d}"
    text = f"{wall.year:04d}-{text}"
    validator = DateTimeValidator()
    by_value = validator.judge(text)
    for first in (text, "2026-01-05T10:00:00Z"):
        column = pl.Series([first, text])
        validator.prepare(column)
        assert validator.clean(column).values[1] == by_value.value


def test_offsets_are_read_as_a_column() -> None:
    texts = pl.Series(["2026-01-05T12:00:00.000+0000", "2026-01-05T07:30:00-04:30"])
    validator = DateTimeValidator()
    validator.prepare(texts)
    first = pl.select(validator.first_attempt(pl.lit(texts))).to_series()
    assert first.to_list() == [TEN.replace(hour=12), TEN.replace(hour=12)]


@pytest.mark.parametrize(
    "text", ["2026-01-05 10:00:00.250", "2026-01-05 10:00:00", "2026-01-05T10:00:00.250Z"]
)
def test_usual_spelling_of_a_column_is_read_without_a_look_at_each_value(text: str, monkeypatch) -> None:
    monkeypatch.setattr(DateTimeValidator, "judge", lambda *_: pytest.fail("read one by one"))
    validator = DateTimeValidator(NEW_YORK)
    texts = pl.Series([text, None])
    validator.prepare(texts)
    hour = 10 if text.endswith("Z") else 15
    assert validator.clean(texts).values[0].hour == hour
