"""The clocks of `make test-dates`: each is what its name says, in any year that the list is made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scripts.awkward_days import list_clocks

TODAYS = [
    datetime(year, 2, 28, 12, tzinfo=UTC) + timedelta(days=days)
    for year in (2026, 2027, 2028, 2095, 2096)
    for days in (0, 1, 306)
]


@pytest.mark.parametrize("today", TODAYS, ids=lambda day: day.date().isoformat())
def test_clocks_lie_ahead_and_are_what_their_names_say(today):
    clocks = {clock.name: clock for clock in list_clocks(today)}
    assert all(clock.start > today for clock in clocks.values())
    leap = clocks["29 February"].start
    assert (leap.month, leap.day) == (2, 29)
    last = clocks["the last minute of a year"].start
    assert (last + timedelta(minutes=1)).year == last.year + 1
    for name, change in (("clocks go back", -1), ("clocks go forward", 1)):
        clock = clocks[name]
        before, after = (
            (clock.start + timedelta(minutes=minutes)).astimezone(ZoneInfo(clock.zone)).utcoffset()
            for minutes in (0, 70)
        )
        assert after - before == timedelta(hours=change)
        assert (clock.start + timedelta(minutes=4)).astimezone(ZoneInfo(clock.zone)).utcoffset() == before
