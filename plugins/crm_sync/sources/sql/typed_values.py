"""A database's texts to values of a field's type: a whole column, or none of it.

What is left as text is read by the field types, value by value, with a finding for each that is none.
"""

from __future__ import annotations

import polars as pl

from crm_sync.constants import FieldType
from crm_sync.fields.time_values import DateTimeValidator, DateValidator
from crm_sync.sources.sql.kinds import ColumnKind

_FLAGS = (ColumnKind.TINY, ColumnKind.BIT)
"""Kinds that a database keeps yes and no in; a boolean takes any other number only if it is 0 or 1."""
UTC_SUFFIX = "+00"
_FORMATS = {19: "%Y-%m-%d %H:%M:%S", 26: "%Y-%m-%d %H:%M:%S.%6f"}
"""Length to the spelling that Polars has its own parser for, four times as fast as the general one."""
_ANY_FRACTION = "%Y-%m-%d %H:%M:%S%.f"


def read_typed(texts: pl.Series, kind: ColumnKind, wanted: FieldType | None) -> pl.Series | None:
    """Read a column that a field wants as what the database holds.

    Args:
        texts: as the server wrote them, in sessions whose zone is UTC.
        kind: of the column.
        wanted: type of the fields that read it; None: they are of several.

    Returns:
        Integers, booleans, days, times on the wall or moments; None where the field wants something else, or
        where one value could not be read.
    """
    values = _parse(texts, kind, wanted)
    return values if values is not None and values.null_count() == texts.null_count() else None


def _parse(texts: pl.Series, kind: ColumnKind, wanted: FieldType | None) -> pl.Series | None:
    if wanted is FieldType.BOOLEAN and kind in _FLAGS:
        return texts.str.strip_chars("-0.") != ""
    if wanted is FieldType.INTEGER and kind in (ColumnKind.INTEGER, ColumnKind.TINY):
        return texts.cast(pl.Int64, strict=False)
    if wanted is FieldType.DATE and kind is ColumnKind.DATE:
        return DateValidator().take(texts.str.to_date("%Y-%m-%d", strict=False))
    if wanted is FieldType.DATETIME and kind is ColumnKind.MOMENT:
        moments = _parse_times(texts.str.strip_suffix(UTC_SUFFIX))
        return DateTimeValidator().take(moments.dt.replace_time_zone("UTC"))
    if wanted is FieldType.DATETIME and kind is ColumnKind.WALL_TIME:
        times = _parse_times(texts)
        return None if DateTimeValidator().take(times) is None else times
    return None


def _parse_times(texts: pl.Series) -> pl.Series:
    first = texts.is_not_null().arg_max()
    text = "" if first is None else texts[first] or ""
    form = _FORMATS.get(len(text), _ANY_FRACTION)
    times = texts.str.to_datetime(form, strict=False, time_unit="us")
    if times.null_count() == texts.null_count() or form == _ANY_FRACTION:
        return times
    return texts.str.to_datetime(_ANY_FRACTION, strict=False, time_unit="us")
