"""Numbers that count from 1970: seconds with 9 or 10 digits, milliseconds with 12 or 13.

Other lengths are no moment: 20260105 and 20260105093000 are dates in disguise, with 11 digits neither reading
is plausible. So is a number of 12 digits that is a date with hour and minute, 202601050930.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import polars as pl

from crm_sync.fields.base import Judgement

EPOCH = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]{1,9}))?", re.ASCII)
_USUAL_MS = r"^(?:-?[1-9][0-9]{12}|(?:-[1-9][0-9]|[3-9][0-9]|1[0-8]|2[1-46-9])[0-9]{10})$"
"""Milliseconds that no date in disguise looks like, nor seconds of the year 9999."""
_SECONDS_DIGITS = (9, 10)
_MS_DIGITS = (12, 13)
_LAST_DAY_MS = range(253_402_214_400_000, 253_402_300_800_000)
"""9999-12-31 in milliseconds: never."""
_LAST_DAY_S = range(253_402_214_400, 253_402_300_800)
"""The same in seconds, which has as many digits as milliseconds of 1978."""
_DAY_MS = 86_400_000
_SHORTEST_DAY_MS = 10**10
"""Days whose milliseconds are fewer could as well count seconds, from here on that is past the year 2286."""
_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS_ERROR = "an epoch number has 9 or 10 digits for seconds, 12 or 13 for milliseconds"


def parse_ms(text: pl.Expr) -> pl.Expr:
    """Read the usual milliseconds as moments."""
    number = pl.when(text.str.contains(_USUAL_MS)).then(text).cast(pl.Int64)
    return (number * 1000).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def read_moment(match: re.Match[str]) -> Judgement:
    """Read seconds or milliseconds; `match` is of `EPOCH`."""
    sign, digits, fraction = match.groups()
    is_seconds = len(digits) in _SECONDS_DIGITS or digits == "0"
    number = int(digits[:20])
    is_ms = not fraction and (len(digits) in _MS_DIGITS or (number in _LAST_DAY_MS and not sign))
    if not (is_seconds or is_ms):
        return Judgement(error=_DIGITS_ERROR)
    if len(digits) == 12 and not sign and (_is_written_date(digits) or number in _LAST_DAY_S):
        return Judgement(error="could be a date without separators, or a count of seconds or milliseconds")
    micros = number * (1_000_000 if is_seconds else 1000)
    if fraction:
        micros += int(fraction[:6].ljust(6, "0"))
    return Judgement(_ZERO + timedelta(microseconds=-micros if sign else micros))


def read_day(text: str) -> Judgement:
    """Read milliseconds of a midnight in UTC."""
    number = int(text[:20])
    days, rest = divmod(number, _DAY_MS)
    if rest:
        return Judgement(error="a time of day can't be kept in a date")
    if 0 < abs(number) < _SHORTEST_DAY_MS:
        return Judgement(error="could be a count of seconds or of milliseconds")
    return Judgement(_day(days))


def _day(days: int) -> date:
    return (_ZERO + timedelta(days=days)).date()


def _is_written_date(digits: str) -> bool:
    if digits[:2] not in {"19", "20"}:
        return False
    try:
        datetime.strptime(digits, "%Y%m%d%H%M")  # noqa: DTZ007 - only judged
    except ValueError:
        return False
    return True
