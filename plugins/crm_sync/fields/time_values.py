"""Field types date and datetime: ISO 8601, epoch numbers, or a format of the source's own and nothing else.

Times without a zone are in the entity's `source_time_zone`; where a clock change makes one ambiguous the
earlier moment is taken, and one that the change skips is read with the offset before it. Years are 0001 to
9999; a moment that only its zone takes out of them is the calendar's end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, tzinfo
from typing import ClassVar
from zoneinfo import ZoneInfo

import polars as pl

from crm_sync.fields import epoch_numbers
from crm_sync.fields.base import FieldContext, FieldValidator, Judgement
from crm_sync.fields.iso_times import (
    DATE,
    FIRST,
    ISO,
    LAST,
    OFFSET,
    SHAPES,
    WALL,
    read_endless_day,
    read_endless_moment,
    read_iso,
    to_utc,
)
from crm_sync.fields.strict_formats import UnusableFormatError, read_format
from crm_sync.fields.time_formats import has_zone, localize, parse_format

_UTC = pl.Datetime("us", "UTC")
FIRST_RULED, LAST_RULED = datetime(1970, 1, 1), datetime(2099, 12, 31)  # noqa: DTZ001
"""Between these Polars' zones are Python's: its rules for summer end with 2099, and before 1970 many zones
have other local times. `judge` decides beyond. Source: all zones compared, 2026-11-24."""
_RANGE_ERROR = "beyond the years 0001 to 9999"
_OWN_ZONE = r"(?i)[0-9](?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)$"


class DateTimeValidator(FieldValidator):
    """A moment, kept in UTC to the microsecond."""

    dtype: ClassVar[pl.DataType] = _UTC
    noun: ClassVar[str] = "datetime"

    def __init__(self, context: FieldContext | None = None) -> None:
        super().__init__(context)
        self._zone: tzinfo = ZoneInfo(self.context.source_time_zone)
        self._shapes: tuple[tuple[str, str, str], ...] = SHAPES

    def prepare(self, texts: pl.Series) -> None:
        """Try the spelling of the first value first: a column mostly keeps to one."""
        first = texts.is_not_null().arg_max()
        text = "" if first is None else texts[first] or ""
        self._shapes = tuple(sorted(SHAPES, key=lambda shape: re.match(shape[0], text) is None))

    def take(self, values: pl.Series) -> pl.Series | None:
        """Take moments, and times on the wall unless a clock change skips one."""
        dtype = values.dtype
        if not isinstance(dtype, pl.Datetime) or dtype.time_unit == "ns":
            return None
        if dtype.time_zone is not None:
            moments = values.dt.convert_time_zone("UTC").cast(_UTC)
            return moments if _is_within(moments, FIRST, LAST) else None
        zone = self.context.source_time_zone
        first, last = (FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None))
        if zone != "UTC":
            first, last = FIRST_RULED, LAST_RULED
        if not _is_within(values, first, last):
            return None
        moments = values.to_frame("v").select(localize(pl.col("v"), zone)).to_series().cast(_UTC)
        return moments if moments.null_count() == values.null_count() else None

    def attempts(self, text: pl.Expr) -> Iterator[pl.Expr]:
        """Parse the usual spellings, or the one of the field's own format."""
        if self.context.format is not None:
            yield self._parse_own(text)
            return
        # one by one: mostly the first reads all, and making an expression costs as much as a page of values
        for shape in self._shapes:
            yield self._parse(text, *shape)
        yield epoch_numbers.parse_ms(text)

    def judge(self, text: str) -> Judgement:
        """Read the field's own format; without one any ISO spelling, epoch seconds or milliseconds."""
        try:
            if self.context.format is None:
                return self._judge_usual(text)
            return Judgement(self._place(read_format(text, self.context)))
        except OverflowError:
            return Judgement(error=_RANGE_ERROR)
        except UnusableFormatError:
            return Judgement(error=f"expected the format {self.context.format}")
        except ValueError:
            return Judgement(error="no such date or time")

    def _judge_usual(self, text: str) -> Judgement:
        if match := ISO.fullmatch(text):
            return Judgement(to_utc(read_iso(match, self._zone)))
        if match := epoch_numbers.EPOCH.fullmatch(text):
            return epoch_numbers.read_moment(match)
        endless = read_endless_moment(text)
        return Judgement(endless, None if endless else "expected ISO 8601 or an epoch number")

    def find_wall_times(self, texts: pl.Series) -> pl.Series:
        """Say which texts have no zone of their own, so that `source_time_zone` is theirs."""
        if self.context.format is not None:
            return pl.repeat(not has_zone(self.context.format), len(texts), dtype=pl.Boolean, eager=True)
        return ~(texts.str.contains(_OWN_ZONE) | texts.str.contains(rf"^(?:{epoch_numbers.EPOCH.pattern})$"))

    def _place(self, written: datetime) -> datetime:
        return to_utc(written if written.tzinfo else written.replace(tzinfo=self._zone))

    def _parse(self, text: pl.Expr, pattern: str, form: str, place: str) -> pl.Expr:
        read = text.str.to_datetime(form, strict=False, time_unit="us", cache=False)
        is_whole = text.str.contains(pattern)
        if place == OFFSET:
            # an offset must not take a moment out of the calendar
            first, last = (moment.replace(tzinfo=UTC) for moment in (FIRST_RULED, LAST_RULED))
            return pl.when(is_whole & (read >= first) & (read <= last)).then(read)
        zone = self.context.source_time_zone if place == WALL else "UTC"
        if zone != "UTC":
            is_whole &= (read >= FIRST_RULED) & (read <= LAST_RULED)
        return pl.when(is_whole).then(localize(read, zone))

    def _parse_own(self, text: pl.Expr) -> pl.Expr:
        first, last = FIRST, LAST
        if self.context.source_time_zone != "UTC":
            first, last = (moment.replace(tzinfo=UTC) for moment in (FIRST_RULED, LAST_RULED))
        moment = parse_format(text, self.context)
        return pl.when(moment.is_between(pl.lit(first, dtype=_UTC), pl.lit(last, dtype=_UTC))).then(moment)


class DateValidator(FieldValidator):
    """A calendar day. A time of day other than midnight can't be kept, so a value with one is not a date."""

    dtype: ClassVar[pl.DataType] = pl.Date()
    noun: ClassVar[str] = "date"

    def take(self, values: pl.Series) -> pl.Series | None:
        """Take days."""
        is_day = values.dtype == pl.Date and _is_within(values, date.min, date.max)
        return values if is_day else None

    def attempts(self, text: pl.Expr) -> tuple[pl.Expr, ...]:
        """Parse ISO days, or the field's own format."""
        if self.context.format is None:
            is_iso = text.str.contains(rf"^{DATE}$")
            return (pl.when(is_iso).then(text.str.to_date("%Y-%m-%d", strict=False, cache=False)),)
        own = parse_format(text, self.context, keep_wall_clock=True)
        is_day = (own.dt.time() == pl.time(0)) & own.dt.year().is_between(1, 9999)
        return (pl.when(is_day).then(own).dt.date(),)

    def judge(self, text: str) -> Judgement:
        """Read the field's own format; without one an ISO day, a midnight in ISO, or epoch milliseconds."""
        try:
            if self.context.format is None:
                return _judge_usual_day(text)
            return _keep_day(read_format(text, self.context))
        except OverflowError:
            return Judgement(error=_RANGE_ERROR)
        except UnusableFormatError:
            return Judgement(error=f"expected the format {self.context.format}")
        except ValueError:
            return Judgement(error="no such date")


def _judge_usual_day(text: str) -> Judgement:
    if match := ISO.fullmatch(text):
        return _keep_day(read_iso(match, UTC))
    if (match := epoch_numbers.EPOCH.fullmatch(text)) and not match[3]:
        return epoch_numbers.read_day(text)
    endless = read_endless_day(text)
    return Judgement(endless, None if endless else "expected YYYY-MM-DD or epoch milliseconds")


def _keep_day(written: datetime) -> Judgement:
    if written.time() != datetime.min.time():
        return Judgement(error="a time of day can't be kept in a date")
    return Judgement(written.date())


def _is_within(values: pl.Series, first: date, last: date) -> bool:
    # compared as columns: Python has no year beyond these to give as the least or greatest
    return not bool(((values < first) | (values > last)).any())
