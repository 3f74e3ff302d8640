"""How a column of a database without types for times writes them: looked for before a delta is read by it.

Texts of one notation sort as their times do; of two they don't, and a number is less than any text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.sql.kinds import ColumnKind
from crm_sync.sources.sql.session import SqlSession
from crm_sync.sources.sql.statements import TableQuery
from crm_sync.untyped import Cell

_TEXT = re.compile(
    r"\d{4}-\d\d-\d\d(?:(?P<middle>[ T])\d\d:\d\d:\d\d(?:\.(?P<fraction>\d+))?(?P<zone>Z|[+-]00:?00)?)?"
)
_DAY = "____-__-__"
_UNITS = {"seconds": 1, "milliseconds": 1_000, "microseconds": 1_000_000}
_FIRST, _LAST = datetime(1980, 1, 1, tzinfo=UTC).timestamp(), datetime(5000, 1, 1, tzinfo=UTC).timestamp()
"""Numbers between these are seconds since 1970; a thousand times as much, milliseconds."""


@dataclass(frozen=True)
class TimeNotation:
    """How the times of one column are written.

    Args:
        kind: date, time on the wall or moment.
        write: a bound of a window, the lower one or (True) the upper one, in the column's notation.
        like: pattern of LIKE that each of its texts has; None where the values are no texts.
        unlike: patterns that none of them has.
    """

    kind: ColumnKind
    write: Callable[[datetime, bool], Any]
    like: str | None = None
    unlike: tuple[str, ...] = ()


def find_notation(session: SqlSession, query: TableQuery, column: str, name: str) -> TimeNotation | None:
    """Look at a column's least and greatest value, and where they are texts, for one written otherwise.

    Args:
        session: to ask with.
        query: of the entity.
        column: as SQL.
        name: as the YAML names it.

    Returns:
        None where the column is empty.

    Raises:
        FatalSourceError: it holds no times, or times in several notations.
    """
    ends = [session.fetch_rows(query.extreme(column, function))[0][0] for function in ("MIN", "MAX")]
    if ends[0] is None and ends[1] is None:
        return None
    least, greatest = _judge(ends[0]), _judge(ends[1])
    if least is None or greatest is None:
        bad = ends[0] if least is None else ends[1]
        raise _refuse(query, name, f"{_name(bad)} that is not a time in a known notation")
    if least[0] != greatest[0]:
        raise _refuse(query, name, "times in more than one notation")
    notation = greatest[1]
    if notation.like is not None and _has_other(session, query, column, notation):
        raise _refuse(query, name, "texts that are not all times in one notation")
    return notation


def read_number(value: float) -> datetime | None:
    """Read seconds, milliseconds or microseconds since 1970; None where it is none of them."""
    for factor in _UNITS.values():
        if _FIRST <= value / factor < _LAST:
            return datetime.fromtimestamp(value / factor, UTC)
    return None


def _has_other(session: SqlSession, query: TableQuery, column: str, notation: TimeNotation) -> bool:
    asked = [query.sample(column, "NOT LIKE", str(notation.like))]
    asked += [query.sample(column, "LIKE", pattern) for pattern in notation.unlike]
    return any(session.fetch_rows(statement) for statement in asked)


def _judge(value: Cell) -> tuple[str, TimeNotation] | None:
    """Give the name of a value's notation and the notation; None where it is no time."""
    if isinstance(value, datetime):
        kind = ColumnKind.WALL_TIME if value.tzinfo is None else ColumnKind.MOMENT
        return kind, TimeNotation(kind, lambda moment, _: moment)
    if isinstance(value, date):
        return "date", TimeNotation(ColumnKind.DATE, lambda moment, _: moment.date())
    if isinstance(value, str):
        return _judge_text(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _judge_number(value)
    return None


def _judge_text(text: str) -> tuple[str, TimeNotation] | None:
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    middle, zone = match["middle"], match["zone"]
    if middle is None:
        return "date", TimeNotation(ColumnKind.DATE, lambda moment, _: f"{moment:%Y-%m-%d}", _DAY)
    kind = ColumnKind.WALL_TIME if zone is None else ColumnKind.MOMENT
    form = f"%Y-%m-%d{middle}%H:%M:%S"

    def write(moment: datetime, is_high: bool) -> str:
        # without fraction and zone it is less than any text of its second
        whole = moment.replace(microsecond=0) + (timedelta(seconds=1) if is_high else timedelta())
        return whole.strftime(form)

    time = f"{_DAY}{middle}__:__:__"
    zones = ("%Z", f"{time}%+%", f"{time}%-%") if zone is None else ()
    return f"{middle}{zone or ''}", TimeNotation(kind, write, f"{time}%{zone or ''}", zones)


def _judge_number(value: float) -> tuple[str, TimeNotation] | None:
    for name, factor in _UNITS.items():
        if _FIRST <= value / factor < _LAST:

            def write(moment: datetime, is_high: bool, factor: int = factor) -> int:
                number = moment.timestamp() * factor
                return math.ceil(number) if is_high else math.floor(number)

            return name, TimeNotation(ColumnKind.MOMENT, write)
    return None


def _name(value: Cell) -> str:
    if isinstance(value, str):
        return "a text"
    return "a number" if isinstance(value, (int, float)) else f"a value of the type {type(value).__name__}"


def _refuse(query: TableQuery, name: str, what: str) -> FatalSourceError:
    return FatalSourceError(
        f"{query.name}: column {name} holds {what}, expected a date or time in one notation: "
        "YYYY-MM-DD HH:MM:SS, the same with T, or with Z or +00:00 at its end, YYYY-MM-DD, or seconds or "
        "milliseconds since 1970. Without read.cursor the table is read whole."
    )
