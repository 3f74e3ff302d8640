"""Field types date and datetime: ISO 8601, epoch numbers, or a format of the source's own.

Times without a zone are in the entity's `source_time_zone`; where a clock change makes one ambiguous the
earlier moment is taken, and one that the change skips is read with the offset before it. Years are 0001 to
9999 in UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import ClassVar
from zoneinfo import ZoneInfo

import polars as pl

from crm_sync.fields.base import FieldContext, FieldValidator, Verdict
from crm_sync.fields.time_formats import localize, parse_format

_DATE = r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"
"""From the year 1000 on; earlier ones are left to `judge`, which minds the year zero."""
_TIME = r"[0-9]{2}:[0-9]{2}:[0-5][0-9]"
_SHAPES = (
    (rf"^{_DATE}T{_TIME}\.[0-9]{{3}}Z$", "%Y-%m-%dT%H:%M:%S.%3fZ", False),
    (rf"^{_DATE}T{_TIME}Z$", "%Y-%m-%dT%H:%M:%SZ", False),
    (rf"^{_DATE}T{_TIME}\.[0-9]{{6}}Z$", "%Y-%m-%dT%H:%M:%S.%6fZ", False),
    (rf"^{_DATE}T{_TIME}\.[0-9]{{6}}$", "%Y-%m-%dT%H:%M:%S.%6f", True),
    (rf"^{_DATE}T{_TIME}$", "%Y-%m-%dT%H:%M:%S", True),
    (rf"^{_DATE} {_TIME}$", "%Y-%m-%d %H:%M:%S", True),
)
"""Pattern, Polars format and "in the source's zone" of the spellings that are parsed as columns.

The formats are those Polars has its own parser for, four times as fast as the general one.
"""
_EPOCH_MS = r"^-?[0-9]{12,13}$"
_EPOCH = re.compile(r"-?[0-9]+(?:\.[0-9]{1,9})?", re.ASCII)
_FIRST_MS = 10**11
"""An epoch number from here on counts milliseconds: as seconds it would be past the year 5138."""
_SHORTEST_EPOCH_S = 10**8
"""Shorter digits are no moment: 20260105 is more likely a date in disguise. Zero is the epoch itself."""
_DAY_MS = 86_400_000

_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?\s?"
    r"(Z|z|UTC|GMT|([+-])([0-9]{2})(?::?([0-9]{2}))?)?)?",
    re.ASCII,
)
_UTC = pl.Datetime("us", "UTC")
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_FIRST_RULED, _LAST_RULED = datetime(1970, 1, 1), datetime(2099, 12, 31)  # noqa: DTZ001
"""Between these Polars' zones are Python's: its rules for summer end with 2099, and before 1970 many zones
have other local times. `judge` decides beyond. Source: all zones compared, 2026-11-24."""
_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_RANGE_ERROR = "beyond the years 0001 to 9999"


class DateTimeValidator(FieldValidator):
    """A moment, kept in UTC to the microsecond."""

    dtype: ClassVar[pl.DataType] = _UTC
    noun: ClassVar[str] = "datetime"

    def __init__(self, context: FieldContext | None = None) -> None:
        super().__init__(context)
        self._zone: tzinfo = ZoneInfo(self.context.source_time_zone)
        self._shapes: tuple[tuple[str, str, bool], ...] = _SHAPES

    def prepare(self, texts: pl.Series) -> None:
        """Try the spelling of the first value first: a column mostly keeps to one."""
        first = texts.is_not_null().arg_max()
        text = "" if first is None else texts[first] or ""
        self._shapes = tuple(sorted(_SHAPES, key=lambda shape: re.match(shape[0], text) is None))

    def take(self, values: pl.Series) -> pl.Series | None:
        """Take moments, and times on the wall unless a clock change skips one."""
        dtype = values.dtype
        if not isinstance(dtype, pl.Datetime) or dtype.time_unit == "ns":
            return None
        if dtype.time_zone is not None:
            moments = values.dt.convert_time_zone("UTC").cast(_UTC)
            return moments if _is_within(moments, _FIRST, _LAST) else None
        zone = self.context.source_time_zone
        first, last = (_FIRST.replace(tzinfo=None), _LAST.replace(tzinfo=None))
        if zone != "UTC":
            first, last = _FIRST_RULED, _LAST_RULED
        if not _is_within(values, first, last):
            return None
        moments = values.to_frame("v").select(localize(pl.col("v"), zone)).to_series().cast(_UTC)
        return moments if moments.null_count() == values.null_count() else None

    def attempts(self, text: pl.Expr) -> tuple[pl.Expr, ...]:
        """Parse the usual spellings; with a format of its own, that one first and no epoch numbers."""
        iso = tuple(self._parse(text, *shape) for shape in self._shapes)
        if self.context.format is not None:
            return (_in_range(parse_format(text, self.context)), *iso)
        epoch_ms = pl.when(text.str.contains(_EPOCH_MS)).then(text).cast(pl.Int64)
        is_ms = (epoch_ms >= _FIRST_MS) | (epoch_ms <= -_FIRST_MS)
        moment = pl.when(is_ms).then(epoch_ms * 1000).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        return (*iso, _in_range(moment))

    def judge(self, text: str) -> Verdict:
        """Read any ISO spelling or, without a format of its own, epoch seconds or milliseconds."""
        try:
            if match := _ISO.fullmatch(text):
                return Verdict(_read_iso(match, self._zone).astimezone(UTC))
            if self.context.format is None and _EPOCH.fullmatch(text):
                return _read_epoch(text)
        except OverflowError:
            return Verdict(error=_RANGE_ERROR)
        except ValueError:
            return Verdict(error="no such date or time")
        return Verdict(error=_expectation(self.context, "ISO 8601 or an epoch number"))

    def _parse(self, text: pl.Expr, pattern: str, form: str, is_local: bool) -> pl.Expr:
        naive = text.str.to_datetime(form, strict=False, time_unit="us")
        zone = self.context.source_time_zone if is_local else "UTC"
        moment = localize(naive, zone)
        is_whole = text.str.contains(pattern)
        if zone != "UTC":
            is_whole &= (naive >= _FIRST_RULED) & (naive <= _LAST_RULED)
        return pl.when(is_whole).then(moment)


class DateValidator(FieldValidator):
    """A calendar day. A time of day other than midnight can't be kept, so a value with one is not a date."""

    dtype: ClassVar[pl.DataType] = pl.Date()
    noun: ClassVar[str] = "date"

    def take(self, values: pl.Series) -> pl.Series | None:
        """Take days."""
        is_day = values.dtype == pl.Date and _is_within(values, date.min, date.max)
        return values if is_day else None

    def attempts(self, text: pl.Expr) -> tuple[pl.Expr, ...]:
        """Parse ISO days; with a format of its own, that one first."""
        iso = pl.when(text.str.contains(rf"^{_DATE}$")).then(text.str.to_date("%Y-%m-%d", strict=False))
        if self.context.format is None:
            return (iso,)
        own = parse_format(text, self.context, keep_wall_clock=True)
        is_day = (own.dt.time() == pl.time(0)) & own.dt.year().is_between(1, 9999)
        return pl.when(is_day).then(own).dt.date(), iso

    def judge(self, text: str) -> Verdict:
        """Read an ISO day, an ISO time at midnight, or epoch milliseconds of a midnight in UTC."""
        try:
            if match := _ISO.fullmatch(text):
                written = _read_iso(match, UTC)
                if written.timetz().replace(tzinfo=None) != datetime.min.time():
                    return Verdict(error="a time of day can't be kept in a date")
                return Verdict(date(written.year, written.month, written.day))
            if self.context.format is None and text.removeprefix("-").isdecimal() and text.isascii():
                return _read_day_ms(int(text[:20]))
        except OverflowError:
            return Verdict(error=_RANGE_ERROR)
        except ValueError:
            return Verdict(error="no such date")
        return Verdict(error=_expectation(self.context, "YYYY-MM-DD or epoch milliseconds"))


def _is_within(values: pl.Series, first: date, last: date) -> bool:
    # compared as columns: Python has no year beyond these to give as the least or greatest
    return not bool(((values < first) | (values > last)).any())


def _in_range(moment: pl.Expr) -> pl.Expr:
    within = moment.is_between(pl.lit(_FIRST, dtype=_UTC), pl.lit(_LAST, dtype=_UTC))
    return pl.when(within).then(moment)


def _read_iso(match: re.Match[str], zone: tzinfo) -> datetime:
    """Build the written moment; a ValueError or OverflowError says that there is none."""
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    microsecond = int((match[7] or "0")[:6].ljust(6, "0"))
    if match[9]:
        offset = timedelta(hours=int(match[10]), minutes=int(match[11] or 0))
        zone = timezone(offset if match[9] == "+" else -offset)
    elif match[8]:
        zone = UTC
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=zone)


def _read_epoch(text: str) -> Verdict:
    whole, _, fraction = text.partition(".")
    number = int(whole[:20])
    is_seconds = abs(number) < _FIRST_MS
    if (abs(number) < _SHORTEST_EPOCH_S and number != 0) or (fraction and not is_seconds) or len(whole) > 14:
        return Verdict(error="too few or too many digits for an epoch number")
    micros = int(fraction[:6].ljust(6, "0")) * (-1 if whole.startswith("-") else 1) if fraction else 0
    return Verdict(_ZERO + timedelta(microseconds=number * (1_000_000 if is_seconds else 1000) + micros))


def _read_day_ms(number: int) -> Verdict:
    days, rest = divmod(number, _DAY_MS)
    if rest:
        return Verdict(error="a time of day can't be kept in a date")
    return Verdict((_ZERO + timedelta(days=days)).date())


def _expectation(context: FieldContext, usual: str) -> str:
    return (
        f"expected {usual}" if context.format is None else f"expected the format {context.format} or ISO 8601"
    )
