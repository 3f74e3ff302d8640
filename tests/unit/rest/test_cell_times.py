"""Dates and times in cells, by the patterns that an account names."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from crm_sync.rest.cell_times import CellFormat, build_format, translate_pattern


@pytest.mark.parametrize(
    ("pattern", "translated"),
    [
        ("yyyy-MM-dd", "%Y-%m-%d"),
        ("yyyy-MM-dd HH:mm:ss.SSS", "%Y-%m-%d %H:%M:%S.%f"),
        ("M/d/yy h:mm a", "%m/%d/%y %I:%M %p"),
        ("EEE, dd MMM yyyy", "%a, %d %b %Y"),
        ("yyyy-MM-dd'T'HH:mm", "%Y-%m-%dT%H:%M"),
        ("dd 'o''clock' 100%", "%d o'clock 100%%"),
        ("G yyyy", None),
        ("yyyy-MM-dd'T", None),
        ("", None),
    ],
)
def test_pattern_is_translated_or_refused_as_a_whole(pattern, translated):
    assert translate_pattern(pattern) == translated


@pytest.mark.parametrize(
    ("pattern", "text", "value"),
    [
        ("MM/dd/yyyy", "02/03/2026", "2026-02-03"),
        ("dd/MM/yyyy", "02/03/2026", "2026-03-02"),
        ("MM/dd/yyyy", "2026-02-03", "2026-02-03"),
        ("MM/dd/yyyy", "31/12/2026", "31/12/2026"),
        ("MM/dd/yyyy HH:mm", "02/03/2026 10:00", "02/03/2026 10:00"),
        ("MM/dd/yyyy", "", ""),
    ],
)
def test_date_is_read_by_its_pattern_and_else_left_alone(pattern, text, value):
    assert build_format([pattern], ZoneInfo("UTC")).read_date(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-07-01 10:00:00.000", "2026-07-01T16:00:00Z"),
        ("2026-01-01 10:00:00", "2026-01-01T17:00:00Z"),
        ("2026-01-01T10:00:00+01:00", "2026-01-01T09:00:00Z"),
        ("0001-01-01 00:00:00", "0001-01-01T06:59:56Z"),
        ("9999-12-31 23:59:59", "9999-12-31 23:59:59"),
        ("yesterday", "yesterday"),
    ],
)
def test_moment_is_read_on_the_clock_of_its_zone(text, value):
    found = CellFormat(("%Y-%m-%d %H:%M:%S.%f",), ZoneInfo("America/Denver")).read_datetime(text)
    assert found == value
