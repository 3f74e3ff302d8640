"""Columns as a driver gave them to those that are staged: typed where a field wants just that, else texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.constants import FieldType
from crm_sync.fields.base import FieldContext
from crm_sync.fields.paths import source_paths
from crm_sync.fields.time_values import DateTimeValidator
from crm_sync.sources.sql.generic import write_text
from crm_sync.sources.sql.kinds import TEMPORAL, ColumnKind
from crm_sync.sources.sql.typed_values import UTC_SUFFIX, read_typed

_NO_DAY = r"^0000-|^[0-9]{4}-00-|^[0-9]{4}-[0-9]{2}-00"
"""What MySQL keeps as a date that is none: year, month or day zero."""
_MOMENT = r"^[0-9]{4}-[0-9-]+ [0-9:.]+(?:\+00)?$"


def find_types(entity: EntityConfig) -> dict[str, FieldType]:
    """Give the paths that are read as one type only; what several types read stays a text."""
    found: dict[str, set[FieldType]] = {}
    for name, field in entity.fields.items():
        for path in source_paths(name, field.source):
            found.setdefault(path, set()).add(field.type)
    return {path: next(iter(types)) for path, types in found.items() if len(types) == 1}


def build_frame(
    columns: Sequence[pl.Series],
    kinds: Sequence[ColumnKind],
    paths: Sequence[str],
    *,
    types: Mapping[str, FieldType],
    zone: str | None = None,
) -> pl.DataFrame:
    """Make the frame that is staged.

    Args:
        columns: as `Dialect.fetch` gave them; those beyond `paths` are left out.
        kinds: of the columns.
        paths: names of the columns in the frame.
        types: of the fields, by path, as `find_types` gives them. A number that is read as a boolean is yes
            or no: zero is false, anything else true.
        zone: of times without one, where it is not the entity's: those become moments here.
    """
    own = zip(columns, kinds, paths, strict=False)
    return pl.DataFrame(
        [_convert(column, kind, types.get(path), zone).alias(path) for column, kind, path in own]
    )


def _convert(column: pl.Series, kind: ColumnKind, wanted: FieldType | None, zone: str | None) -> pl.Series:
    if column.dtype == pl.Object:
        return pl.Series([write_text(value) for value in column.to_list()], dtype=pl.String)
    if kind is ColumnKind.BINARY:
        return _to_bytes(column)
    texts = _to_texts(column, kind)
    zone = zone if kind is ColumnKind.WALL_TIME else None
    typed = read_typed(texts, kind, wanted, zone)
    if typed is None and kind in TEMPORAL:
        texts = _drop_no_days(texts)
        typed = read_typed(texts, kind, wanted, zone)
    if typed is not None:
        return typed
    if kind is ColumnKind.MOMENT:
        return _spell_moments(texts)
    return texts if zone is None else _localize(texts, zone)


def _to_texts(column: pl.Series, kind: ColumnKind) -> pl.Series:
    if kind is ColumnKind.BIT:
        numbers = [None if value is None else str(int.from_bytes(value)) for value in column.to_list()]
        return pl.Series(numbers, dtype=pl.String)
    return _decode(column) if column.dtype == pl.Binary else column


def _localize(column: pl.Series, zone: str) -> pl.Series:
    """Write times on the wall as moments; what is no time stays, for transform to say so."""
    validator = DateTimeValidator(FieldContext(source_time_zone=zone))
    validator.prepare(column)
    moments = validator.clean(column).values
    written = moments.dt.strftime("%Y-%m-%dT%H:%M:%S.%6fZ")
    return written.zip_with(written.is_not_null(), column)


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


def _drop_no_days(texts: pl.Series) -> pl.Series:
    """Make dates that are none null."""
    text = pl.col("value")
    return texts.to_frame("value").select(pl.when(~text.str.contains(_NO_DAY)).then(text)).to_series()


def _spell_moments(texts: pl.Series) -> pl.Series:
    """Spell moments in the one way that is parsed as a column."""
    text = pl.col("value")
    moment = text.str.strip_suffix(UTC_SUFFIX).str.replace(" ", "T", literal=True) + "Z"
    spelled = pl.when(text.str.contains(_MOMENT)).then(moment).otherwise(text)
    return texts.to_frame("value").select(spelled).to_series()
