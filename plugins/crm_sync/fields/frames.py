"""Raw chunk that came as a frame (files, SQL) to the columns that NDJSON is read into, some of them typed."""

from __future__ import annotations

import msgspec
import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.fields.cleaning import Place
from crm_sync.fields.paths import PathPlan
from crm_sync.fields.reading import FAULT_COLUMN, RESERVED_COLUMNS, ZONE_COLUMN, ReadChunk

_TAKEN = (pl.Boolean, pl.Date, pl.Datetime)
"""Beside integers, what a field type may take as it is; see `FieldValidator.take`."""
_NUL = "\x00"
_REPLACEMENT = "\ufffd"


def read_table(raw: pl.DataFrame, plan: PathPlan, key_paths: tuple[str, ...]) -> ReadChunk:
    """Give a frame's columns: texts, or a type that a field may take; a row with a `_fault` becomes nulls.

    Args:
        raw: columns named by their path; `RESERVED_COLUMNS` are the source's own notes.
        plan: the entity's mapped paths.
        key_paths: paths of the primary key, kept aside for reports: the key of a broken row can't be trusted.
    """
    given = raw.with_columns(_give(path, raw.schema) for path in plan.paths)
    columns, replaced = replace_nul(given.select(plan.paths))
    if FAULT_COLUMN not in raw.columns or raw[FAULT_COLUMN].null_count() == raw.height:
        return ReadChunk(columns, replaced=replaced)
    is_broken = raw[FAULT_COLUMN].is_not_null()
    rows = is_broken.arg_true()
    faults = dict(zip(rows.to_list(), raw[FAULT_COLUMN].gather(rows).cast(pl.String).to_list(), strict=True))
    hints = columns[rows].select(to_text(path, columns.schema[path]) for path in key_paths)
    hints = hints.with_columns(row=rows.cast(pl.UInt32))
    blanked = columns.select(pl.when(~is_broken).then(pl.col(path)).alias(path) for path in plan.paths)
    return ReadChunk(blanked, faults, replaced, key_hints=hints)


def set_zone(entity: EntityConfig, raw: pl.DataFrame) -> EntityConfig:
    """Give the entity the time zone that its source named for a frame, in the place of its own."""
    if ZONE_COLUMN not in raw.columns or raw.is_empty():
        return entity
    return entity.model_copy(update={"source_time_zone": raw[ZONE_COLUMN][0]})


def _give(path: str, schema: pl.Schema) -> pl.Expr:
    if path not in schema:
        # a literal would make a row of a frame without rows and columns
        return pl.repeat(None, n=pl.len(), dtype=pl.String).alias(path)
    dtype = schema[path]
    return pl.col(path) if dtype.is_integer() or dtype in _TAKEN else to_text(path, dtype)


def unmapped_columns(raw: pl.DataFrame, plan: PathPlan) -> list[str]:
    """Name the columns that no field took."""
    own = {*RESERVED_COLUMNS, *plan.paths}
    return [column for column in raw.columns if column not in own]


def replace_nul(texts: pl.DataFrame) -> tuple[pl.DataFrame, dict[int, frozenset[Place]]]:
    """Replace NUL characters by U+FFFD in every text column.

    Sources write NUL, too, where a text has bytes that are none in its encoding.

    Returns:
        The frame, and row to the columns that were changed in it.
    """
    columns = [name for name, dtype in texts.schema.items() if dtype == pl.String]
    hits = texts.select(pl.col(columns).str.contains(_NUL, literal=True)) if columns else texts.clear()
    touched = [name for name in columns if hits[name].any()]
    if not touched:
        return texts, {}
    places: dict[int, frozenset[Place]] = {}
    for name in touched:
        for row in hits[name].fill_null(value=False).arg_true():
            places[row] = places.get(row, frozenset()) | {(name,)}
    cleaned = texts.with_columns(pl.col(touched).str.replace_all(_NUL, _REPLACEMENT, literal=True))
    return cleaned, places


def to_text(column: str, dtype: pl.DataType) -> pl.Expr:
    """Write a column of any type as the text that field types read; bytes are hex, all of them."""
    value = pl.col(column)
    if isinstance(dtype, pl.String):
        text = value
    elif isinstance(dtype, pl.Datetime):
        zoned = value if dtype.time_zone is None else value.dt.convert_time_zone("UTC")
        text = zoned.dt.strftime("%Y-%m-%dT%H:%M:%S.%6f" + ("" if dtype.time_zone is None else "Z"))
    elif isinstance(dtype, pl.Binary):
        text = value.bin.encode("hex")
    elif dtype.is_nested():
        text = value.map_batches(_encode_nested, return_dtype=pl.String)
    else:
        text = value.cast(pl.String)
    return text.alias(column)


def _encode_nested(values: pl.Series) -> pl.Series:
    texts = [None if value is None else msgspec.json.encode(value).decode() for value in values.to_list()]
    return pl.Series(values.name, texts, dtype=pl.String)
