"""Columns as a driver gave them to those that are staged: typed where a field wants just that, else texts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.constants import FieldType
from crm_sync.fields.paths import source_paths
from crm_sync.fields.reading import FAULT_COLUMN, ZONE_COLUMN
from crm_sync.sources.sql.kinds import TEMPORAL, ColumnKind
from crm_sync.sources.sql.objects import write_objects
from crm_sync.sources.sql.typed_values import UTC_SUFFIX, read_typed
from crm_sync.sources.sql.undecoded import UNDECODED, decode_column

_NO_DAY = r"^0000-|^[0-9]{4}-00-|^[0-9]{4}-[0-9]{2}-00"
"""MySQL's dates that are not dates: year, month or day zero."""
_BOOLEANS = {"t": "true", "f": "false"}
"""PostgreSQL's COPY writes letters where a cast to text, JSON and the other databases write words."""
Sorts = dict[str, set[str]]
_MOMENT = r"^[0-9]{4}-[0-9-]+ [0-9:.]+(?:\+00)?$"


def find_types(entity: EntityConfig) -> dict[str, FieldType]:
    """Give the paths that are read as one type only; what several types read stays a text."""
    found: dict[str, set[FieldType]] = {}
    for name, field in entity.fields.items():
        for path in source_paths(name, field.source):
            found.setdefault(path, set()).add(field.type)
    return {path: next(iter(types)) for path, types in found.items() if len(types) == 1}


def build_frame(  # noqa: PLR0913  # each of them is the page's or the read's
    columns: Sequence[pl.Series],
    kinds: Sequence[ColumnKind],
    paths: Sequence[str],
    *,
    types: Mapping[str, FieldType],
    zone: str | None = None,
    keys: Collection[str] = (),
    sorts: Sorts | None = None,
) -> pl.DataFrame:
    """Make the frame that is staged; rows with a text that is no UTF-8 have a reason in `_fault`.

    Args:
        columns: as `Dialect.fetch` gave them; those beyond `paths` are left out.
        kinds: of the columns.
        paths: names of the columns in the frame.
        types: of the fields, by path, as `find_types` gives them. A number that is read as a boolean is yes
            or no: zero is false, anything else true.
        zone: of times without one, where it is not the entity's; noted in `_time_zone`.
        keys: paths of the primary key.
        sorts: by path, what pages before held, where the driver gives objects; added to.

    Raises:
        MixedTypesError: a column's values have texts that can't be told apart.
    """
    built: list[pl.Series] = []
    faults: dict[int, str] = {}
    sorts = {} if sorts is None else sorts
    for column, kind, path in zip(columns, kinds, paths, strict=False):
        if column.dtype == pl.Object:
            objects = write_objects(
                column.to_list(), path, sorts.setdefault(path, set()), is_key=path in keys
            )
            texts, broken = objects
        else:
            texts, broken = _to_texts(column, kind)
            texts = _convert(texts, kind, types.get(path))
        faults |= {row: reason.format(path) for row, reason in broken.items()}
        built.append(texts.alias(path))
    frame = pl.DataFrame(built)
    if zone is not None:
        frame = frame.with_columns(pl.lit(zone).alias(ZONE_COLUMN))
    if not faults:
        return frame
    reasons = [faults.get(row) for row in range(frame.height)]
    return frame.with_columns(pl.Series(FAULT_COLUMN, reasons, dtype=pl.String))


def _convert(texts: pl.Series, kind: ColumnKind, wanted: FieldType | None) -> pl.Series:
    typed = read_typed(texts, kind, wanted)
    if typed is None and kind in TEMPORAL:
        texts = _drop_no_days(texts)
        typed = read_typed(texts, kind, wanted)
    if typed is not None:
        return typed
    return _spell_moments(texts) if kind is ColumnKind.MOMENT else texts


def _to_texts(column: pl.Series, kind: ColumnKind) -> tuple[pl.Series, dict[int, str]]:
    """Give a column's texts, and the rows in which a character was replaced."""
    if kind is ColumnKind.BIT:
        numbers = [None if value is None else str(int.from_bytes(value)) for value in column.to_list()]
        return pl.Series(numbers, dtype=pl.String), {}
    if kind is ColumnKind.BINARY:
        return _to_hex(column), {}
    texts, broken = decode_column(column) if column.dtype == pl.Binary else (column, ())
    if kind is ColumnKind.BOOLEAN:
        texts = texts.replace(_BOOLEANS)
    if kind is ColumnKind.SINGLE:
        texts = _shorten(texts)
    return texts, dict.fromkeys(broken, UNDECODED)


def _to_hex(column: pl.Series) -> pl.Series:
    """Write all bytes in hex: as text where they are one, different bytes could become the same key."""
    if column.dtype == pl.Binary:
        return column.bin.encode("hex")
    return column.str.strip_prefix("\\x")


def _shorten(texts: pl.Series) -> pl.Series:
    """Write floats of 32 bits, given as doubles, in the shortest text that gives the same float."""
    singles = texts.cast(pl.Float64, strict=False).cast(pl.Float32)
    if singles.null_count() != texts.null_count():
        return texts
    return singles.cast(pl.String).str.strip_suffix(".0")


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
