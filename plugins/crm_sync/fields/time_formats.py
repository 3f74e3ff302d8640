"""strptime formats of a source's own, and the zone that its times are in."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl

from crm_sync.fields.base import FieldContext


def parse_format(text: pl.Expr, context: FieldContext, *, keep_wall_clock: bool = False) -> pl.Expr:
    """Parse by the source's own format.

    Args:
        text: the column.
        context: its format and zone.
        keep_wall_clock: give date and time as written, without zone, instead of the moment in UTC.

    Raises:
        pl.exceptions.PolarsError: when evaluated, if the format itself is wrong.
    """
    form = _to_polars(context.format or "")
    parsed = text.str.to_datetime(form, strict=False, time_unit="us")
    if not has_zone(form):
        return parsed if keep_wall_clock else localize(parsed, context.source_time_zone)
    return parsed.dt.replace_time_zone(None) if keep_wall_clock else parsed.dt.convert_time_zone("UTC")


def has_zone(form: str) -> bool:
    """Say whether a strptime format reads an offset, so that its moments need no zone."""
    parsed = pl.Series(["1"], dtype=pl.String).str.to_datetime(_to_polars(form), strict=False)
    return isinstance(parsed.dtype, pl.Datetime) and parsed.dtype.time_zone is not None


def is_usable_format(form: str) -> bool:
    """Say whether a strptime format reads back the day that it wrote; one without a year does not.

    `%Z` is refused, since Polars reads a zone's name and takes no notice of it; so is `%f` but after a dot.
    """
    polars_form = _to_polars(form)
    if "%Z" in form or "%f" in polars_form:
        return False
    sample = pl.Series([datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)])
    try:
        written = sample.dt.strftime(polars_form.replace("%#z", "%z"))
        read = written.str.to_datetime(polars_form, strict=False, time_unit="us")
    except pl.exceptions.PolarsError:
        return False
    return read.null_count() == 0 and read.dt.date().item() == date(2001, 2, 3)


def _to_polars(form: str) -> str:
    """Write Python's fraction of a second as Polars wants it: its own `%f` counts nanoseconds."""
    return form.replace(".%f", "%.f")


def localize(naive: pl.Expr, zone: str) -> pl.Expr:
    """Read times on the wall as moments: the earlier of two, null for one that a clock change skips."""
    if zone == "UTC":
        return naive.dt.replace_time_zone("UTC")
    local = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return local.dt.convert_time_zone("UTC")
