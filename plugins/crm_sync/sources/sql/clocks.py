"""Compares a table's times with the clock: how old is its newest row, what does the server's clock show?

A wrong `source_time_zone` fails nothing: a delta passes over rows because they look old. The sentences made
here show it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from crm_sync.config.sql_reads import SqlTableRead
from crm_sync.sources.sql.kinds import ColumnKind
from crm_sync.sources.sql.notations import read_number
from crm_sync.sources.sql.session import SlowStatementError, SqlSession
from crm_sync.sources.sql.statements import TableQuery
from crm_sync.untyped import Cell

log = logging.getLogger(__name__)

_FEW_MINUTES = timedelta(minutes=5)
"""Clocks of two machines, or a slow statement, may make this much difference."""


@dataclass(frozen=True)
class Newest:
    """The newest row of a table.

    Args:
        column: that says so, as the YAML names it.
        at: its value, aware UTC.
        now: the clock of the source.
    """

    column: str
    at: datetime
    now: datetime

    @property
    def is_ahead(self) -> bool:
        """It was written later than it is now, so a zone is wrong, or a row was dated by hand."""
        return self.at - self.now > _FEW_MINUTES

    def __str__(self) -> str:
        """Say how old it is."""
        if self.is_ahead:
            return f"newest {self.column} lies {say_span(self.at - self.now)} ahead of the clock"
        return f"newest {self.column} is {say_span(max(self.now - self.at, timedelta()))} old"

    def to_json(self) -> dict[str, Any]:
        """Give what sync_history notes; the age is negative for a row of the future."""
        age_s = (self.now - self.at).total_seconds()
        return {"newest": self.at.isoformat(), "newest_age_seconds": round(age_s)}

    def warn(self, table: str, zone: str) -> None:
        """Log what can't be right."""
        if self.is_ahead:
            log.warning(
                "%s: the %s. Are its rows written in source_time_zone %s? "
                "Deltas leave such rows out until the clock reaches them.",
                *(table, self, zone),
            )


def ask_newest(
    session: SqlSession,
    query: TableQuery,
    read: SqlTableRead,
    kinds: Sequence[ColumnKind],
    *,
    zone: str,
    now: datetime,
) -> Newest | None:
    """Ask for the greatest value of an entity's cursor column; quick only where an index begins with it.

    Args:
        session: to ask with.
        query: of the entity.
        read: the same in its YAML.
        kinds: of the query's columns.
        zone: whose clock a value without one shows.
        now: the clock of the source.

    Returns:
        None where there is no such column or row, its value is no time that Python has, or it took too long.

    Raises:
        SourceError: the database refused, or can't be reached.
    """
    if read.cursor is None or query.cursor is None or "." in read.cursor:
        # a joined table's times say nothing about rows that have no partner there
        return None
    try:
        ((value,),) = session.fetch_rows(query.newest(query.cursor))
    except SlowStatementError:
        return None
    kind = kinds[query.position_of([query.cursor])[0]]
    moment = _parse(value, UTC if kind is ColumnKind.MOMENT else ZoneInfo(zone))
    return None if moment is None else Newest(read.cursor, moment, now)


def measure_skew(shown: datetime, now: datetime) -> float:
    """Give how many seconds the source's clock, asked a moment ago, is ahead of this machine's."""
    skew_s = (shown - now).total_seconds()
    # the answer was under way for a moment
    return 0.0 if -1.5 < skew_s < 0.5 else skew_s


def compare_walls(wall: datetime, zones: set[str], now: datetime) -> str:
    """Say whether the server's own clock is that of the configuration.

    Args:
        wall: what the server's clock shows, naive.
        zones: every `source_time_zone` of the source.
        now: the moment.

    Returns:
        Words for the connection check. Another clock is no fault: an application may keep its own.
    """
    others = [zone for zone in sorted(zones) if abs(_show(now, zone) - wall) > _FEW_MINUTES]
    if not others:
        return f"its clock is that of {', '.join(sorted(zones))}"
    shown = ", ".join(f"source_time_zone {zone} {_show(now, zone):%Y-%m-%d %H:%M}" for zone in others)
    return (
        f"its own clock shows {wall:%Y-%m-%d %H:%M}, {shown}: "
        "right only if whatever writes the rows uses that time too"
    )


def say_span(span: timedelta) -> str:
    """Write a span in its two greatest units: `3 d 4 h`, `8 h 2 min`, `12 s`."""
    seconds = int(span.total_seconds())
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if days:
        return f"{days:,} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


def _parse(value: Cell, zone: tzinfo) -> datetime | None:
    if isinstance(value, (int, float)):
        return read_number(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        # null, infinity, a zero date, a year beyond 9999
        return None


def _show(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
