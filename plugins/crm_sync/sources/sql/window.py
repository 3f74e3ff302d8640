"""The window of a delta as the source expects it: wall clock or moments, clock changes and whole days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crm_sync.sources.base import ReadRequest
from crm_sync.sources.sql.kinds import ColumnKind

_CLOCK_CHANGE = timedelta(hours=3)
"""No clock is put back by more; a wall time within it of a change may stand for an earlier moment."""
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class DeltaBounds:
    """Bounds of a delta, both inclusive.

    Args:
        low: aware UTC.
        high: aware UTC.
        zone: whose clock a time without zone shows.
    """

    low: datetime
    high: datetime
    zone: ZoneInfo

    def bounds(self, kind: ColumnKind) -> tuple[datetime, datetime]:
        """Give the bounds for a column: aware UTC, or naive on the source's wall clock.

        While a clock is put back its times repeat; while it is put forward some are skipped, and what keeps
        another clock still writes them. The bounds reach as far as any moment of the window shows on the wall
        with the offsets before and after a change. A window that begins in a repeated hour, or soon after it,
        begins where that hour began first: a time on the wall doesn't tell which pass it was written in. The
        lower bound is cut to the second, as the column may keep no fraction.
        """
        if kind is ColumnKind.MOMENT:
            return self.low.replace(microsecond=0), self.high
        walls = self._walls(self.low)
        if self.low.timetz().replace(tzinfo=None) == time():
            # start_date: a calendar day begins at the source's own midnight
            walls.append(self.low.replace(tzinfo=None))
        return min(walls).replace(microsecond=0), max(self._walls(self.high))

    def _walls(self, moment: datetime) -> list[datetime]:
        """Show a moment on the wall with each offset that holds near it, and a repeated hour's start."""
        near = (moment - _CLOCK_CHANGE, moment, moment + _CLOCK_CHANGE)
        walls = [_wall(at, moment, self.zone) for at in near]
        if walls[0] > walls[1]:
            # in the second pass, or soon after it: the first one showed the hour from here on
            walls.append(_find_start(moment, self.zone))
        return walls

    def to_json(self) -> dict[str, Any]:
        """Give the facts for sync_history."""
        return {"from": self.low.isoformat(), "to": self.high.isoformat()}


def build_window(request: ReadRequest, safety_lag_s: float, zone: str) -> DeltaBounds:
    """Give the window of a delta.

    The watermark stays `safety_lag_s` behind the database's clock, the read goes up to the clock.
    """
    low = request.since
    if low is None:
        msg = "a delta without a lower bound"
        raise ValueError(msg)
    return DeltaBounds(low, request.until + timedelta(seconds=safety_lag_s), ZoneInfo(zone))


def _wall(offset_at: datetime, moment: datetime, zone: ZoneInfo) -> datetime:
    """Show a moment on the wall with the offset that holds at another."""
    offset = offset_at.astimezone(zone).utcoffset() or timedelta()
    return moment.replace(tzinfo=None) + offset


def _find_start(moment: datetime, zone: ZoneInfo) -> datetime:
    """Give the wall time at which the hour that a clock was put back by, shortly before a moment, began."""
    before, after = moment - _CLOCK_CHANGE, moment
    old = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return _wall(moment, after, zone).replace(microsecond=0)
