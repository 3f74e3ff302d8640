"""The window of a delta in the words of the source: wall clock or moments, clock changes and whole days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crm_sync.sources.base import ReadRequest
from crm_sync.sources.sql.kinds import ColumnKind

_CLOCK_CHANGE = timedelta(hours=3)
"""No clock is put back by more; a wall time within it of a change may stand for an earlier moment."""


@dataclass(frozen=True)
class Window:
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

        While a clock is put back its times repeat: the bounds reach as far as any moment of the window shows
        on the wall. The lower one is cut to the second, as the column may keep no fraction.
        """
        if kind is ColumnKind.MOMENT:
            return self.low.replace(microsecond=0), self.high
        walls = [_wall(moment, self.low, self.zone) for moment in (self.low, self.low + _CLOCK_CHANGE)]
        if self.low.timetz().replace(tzinfo=None) == time():
            # start_date: a calendar day begins at the source's own midnight
            walls.append(self.low.replace(tzinfo=None))
        highs = [_wall(moment, self.high, self.zone) for moment in (self.high, self.high - _CLOCK_CHANGE)]
        return min(walls).replace(microsecond=0), max(highs)

    def to_json(self) -> dict[str, Any]:
        """Give what sync_history notes."""
        return {"from": self.low.isoformat(), "to": self.high.isoformat()}


def build_window(request: ReadRequest, safety_lag_s: float, zone: str) -> Window:
    """Give the window of a delta.

    The watermark stays `safety_lag_s` behind the database's clock, the read goes up to the clock.
    """
    low = request.since
    if low is None:
        msg = "a delta without a lower bound"
        raise ValueError(msg)
    return Window(low, request.until + timedelta(seconds=safety_lag_s), ZoneInfo(zone))


def _wall(offset_at: datetime, moment: datetime, zone: ZoneInfo) -> datetime:
    """Show a moment on the wall with the offset that holds at another."""
    offset = offset_at.astimezone(zone).utcoffset() or timedelta()
    return moment.replace(tzinfo=None) + offset
