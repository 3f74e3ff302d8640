"""strptime formats of a source's own as columns, and the zone that its times are in."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl

from crm_sync.fields.base import FieldContext
from crm_sync.fields.strict_formats import UnusableFormatError, compile_format, read_format


def parse_format(text: pl.Expr, context: FieldContext, *, keep_wall_clock: bool = False) -> pl.Expr:
    """Parse by the source's own format.

    Args:
        text: the column.
        context: its format, zone and pivot year.
        keep_wall_clock: give date and time as written, without zone, instead of the moment in UTC.

    Returns:
        Null for what is not in the format, and for some that `read_format` reads all the same.

    Raises:
        pl.exceptions.PolarsError: when evaluated, if the format itself is wrong.
    """
    strict = compile_format(context.format or "")
    # most values of such a column differ, so that remembering them costs more than it saves
    parsed = text.str.to_datetime(strict.polars, strict=False, time_unit="us", cache=False)
    is_strict = text.str.contains(strict.pattern)
    if strict.has_short_year:
        # Polars's own pivot is 70; where ours is another, the years between are left to `read_format`
        first, last = 1900 + max(context.pivot_year, 70), 1999 + min(context.pivot_year, 70)
        margin = 1 if strict.has_zone else 0
        is_strict &= parsed.dt.year().is_between(first + margin, last - margin)
    parsed = pl.when(is_strict).then(parsed)
    if not strict.has_zone:
        return parsed if keep_wall_clock else localize(parsed, context.source_time_zone)
    return parsed.dt.replace_time_zone(None) if keep_wall_clock else parsed.dt.convert_time_zone("UTC")


def has_zone(form: str) -> bool:
    """Say whether a strptime format reads an offset, so that its moments need no zone."""
    return compile_format(form).has_zone


def is_usable_format(form: str) -> bool:
    """Say whether a strptime format reads back the day that it wrote; one without a year does not.

    `%Z` is refused, since a zone's name says too little; so is `%f` but after a dot.
    """
    sample = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
    try:
        strict = compile_format(form)
        # Python 3.13 warns of a format without a year
        if "%f" in strict.polars or not ("%Y" in strict.python or "%G" in strict.python):
            return False
        written = sample.strftime(
            strict.python.replace("%Y", "%y") if strict.has_short_year else strict.python
        )
        context = FieldContext(format=form)
        read = pl.Series([written]).to_frame("t").select(parse_format(pl.col("t"), context)).item()
        by_python = read_format(written, context)
    except (pl.exceptions.PolarsError, UnusableFormatError, ValueError):
        return False
    return read is not None and {read.date(), by_python.date()} == {date(2001, 2, 3)}


def localize(naive: pl.Expr, zone: str) -> pl.Expr:
    """Read times on the wall as moments: the earlier of two, null for one that a clock change skips."""
    if zone == "UTC":
        return naive.dt.replace_time_zone("UTC")
    local = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return local.dt.convert_time_zone("UTC")


def is_twice(naive: pl.Expr, zone: str) -> pl.Expr:
    """Say which times on the wall come twice in a zone, as its clock is put back."""
    if zone == "UTC":
        return pl.lit(value=False)
    first, second = (
        naive.dt.replace_time_zone(zone, ambiguous=which, non_existent="null")
        for which in ("earliest", "latest")
    )
    return (first != second).fill_null(value=False)
