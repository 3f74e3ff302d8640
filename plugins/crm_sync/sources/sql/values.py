"""Columns as a driver gave them to the texts that are staged, column by column."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from crm_sync.fields.base import FieldContext
from crm_sync.fields.time_values import DateTimeValidator
from crm_sync.sources.sql.generic import write_text
from crm_sync.sources.sql.kinds import ColumnKind

_NO_DAY = r"^0000-|^[0-9]{4}-00-|^[0-9]{4}-[0-9]{2}-00"
"""What MySQL keeps as a date that is none: year, month or day zero."""
_UTC_SUFFIX = "+00"
_MOMENT = r"^[0-9]{4}-[0-9-]+ [0-9:.]+(?:\+00)?$"


def build_frame(
    columns: Sequence[pl.Series],
    kinds: Sequence[ColumnKind],
    paths: Sequence[str],
    *,
    boolean_paths: Collection[str],
    zone: str | None = None,
) -> pl.DataFrame:
    """Make the frame that is staged.

    Args:
        columns: as `Dialect.fetch` gave them; those beyond `paths` are left out.
        kinds: of the columns.
        paths: names of the columns in the frame.
        boolean_paths: paths whose numbers are yes or no: zero is false, anything else true.
        zone: of times without one, where it is not the entity's: those become moments here.
    """
    own = zip(paths, columns, kinds, strict=False)
    return pl.DataFrame(
        [
            _localize(converted, zone) if zone and kind is ColumnKind.WALL_TIME else converted
            for path, column, kind in own
            for converted in [_convert(column, kind, path, boolean_paths)]
        ]
    )


def _convert(column: pl.Series, kind: ColumnKind, path: str, boolean_paths: Collection[str]) -> pl.Series:
    if column.dtype == pl.Object:
        values = [write_text(value) for value in column.to_list()]
        return pl.Series(path, values, dtype=pl.String)
    if kind is ColumnKind.BIT:
        numbers = [None if value is None else str(int.from_bytes(value)) for value in column.to_list()]
        column = pl.Series(numbers, dtype=pl.String)
    elif kind is ColumnKind.BINARY:
        return _to_bytes(column).alias(path)
    elif column.dtype == pl.Binary:
        column = _decode(column)
    if kind in (ColumnKind.DATE, ColumnKind.WALL_TIME, ColumnKind.MOMENT):
        column = _write_times(column, kind)
    elif path in boolean_paths and kind in (ColumnKind.INTEGER, ColumnKind.BIT, ColumnKind.DECIMAL):
        text = pl.col("value")
        column = (
            column.to_frame("value")
            .select(pl.when(text == "0").then(pl.lit("0")).when(text.is_not_null()).then(pl.lit("1")))
            .to_series()
        )
    return column.alias(path)


def _localize(column: pl.Series, zone: str) -> pl.Series:
    """Write times on the wall as moments; what is no time stays, for transform to say so."""
    validator = DateTimeValidator(FieldContext(source_time_zone=zone))
    validator.prepare(column)
    moments = validator.clean(column).values
    written = moments.dt.strftime("%Y-%m-%dT%H:%M:%S.%6fZ")
    return written.zip_with(written.is_not_null(), column).alias(column.name)


def _decode(column: pl.Series) -> pl.Series:
    """Read bytes as UTF-8; what is none becomes U+FFFD, as the server says that it is text."""
    try:
        return column.cast(pl.String)
    except pl.exceptions.PolarsError:
        texts = [None if value is None else value.decode(errors="replace") for value in column.to_list()]
        return pl.Series(texts, dtype=pl.String)


def _to_bytes(column: pl.Series) -> pl.Series:
    """Give the bytes: as they are, or from PostgreSQL's hex."""
    if column.dtype == pl.Binary:
        return column
    return column.str.strip_prefix("\\x").str.decode("hex", strict=False)


def _write_times(column: pl.Series, kind: ColumnKind) -> pl.Series:
    """Make dates that are none null, and spell moments in the one way that is parsed as a column."""
    frame, text = column.to_frame("value"), pl.col("value")
    is_none = text.str.contains(_NO_DAY)
    if kind is not ColumnKind.MOMENT:
        return frame.select(pl.when(~is_none).then(text)).to_series()
    moment = text.str.strip_suffix(_UTC_SUFFIX).str.replace(" ", "T", literal=True) + "Z"
    spelled = pl.when(text.str.contains(_MOMENT)).then(moment).otherwise(text)
    return frame.select(pl.when(~is_none).then(spelled)).to_series()
