"""datetime: the ends of the calendar, which mean never and since ever, and digits that could be several."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crm_sync.fields.base import FieldContext
from crm_sync.fields.iso_times import FIRST, LAST
from crm_sync.fields.time_values import DateTimeValidator
from tests.unit.fields.fields_support import read_value


@pytest.mark.parametrize(
    ("zone", "text", "expected"),
    [
        ("America/New_York", "9999-12-31 23:59:59", LAST),
        ("America/New_York", "9999-12-31T23:59:59.999", LAST),
        ("America/New_York", "2999-12-31 00:00:00", datetime(2999, 12, 31, 5, tzinfo=UTC)),
        ("UTC", "9999-12-31T23:00:00-05:00", LAST),
        ("Europe/Berlin", "9999-12-31 23:59:59", datetime(9999, 12, 31, 22, 59, 59, tzinfo=UTC)),
        ("Europe/Berlin", "0001-01-01 00:00:00", FIRST),
        ("UTC", "0001-01-01T00:00:00+02:00", FIRST),
        ("UTC", "infinity", LAST),
        ("UTC", "-infinity", FIRST),
        ("UTC", "253402300799000", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_datetime_never_and_since_ever_survive(zone: str, text: str, expected: datetime) -> None:
    assert read_value(DateTimeValidator(FieldContext(source_time_zone=zone)), text).value == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20260105", None),
        ("20260105093000", None),
        ("202601050930", None),
        ("253402300799", None),
        ("32503593600", None),
        ("1767607200123456", None),
        ("00000001767607200", None),
        ("201360050930", datetime(1976, 5, 19, 13, 20, 50, 930000, tzinfo=UTC)),
        ("100000000", datetime(1973, 3, 3, 9, 46, 40, tzinfo=UTC)),
    ],
    ids=[
        "day",
        "second",
        "minute",
        "never in seconds",
        "11 digits",
        "microseconds",
        "zeros",
        "no date",
        "9 digits",
    ],
)
def test_datetime_digits_are_an_epoch_number_only_where_nothing_else_is_meant(
    text: str, expected: datetime | None
) -> None:
    assert read_value(DateTimeValidator(), text).value == expected
