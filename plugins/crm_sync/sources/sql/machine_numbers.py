"""Numbers of a database in the notation that their column's field expects.

A database writes numbers with a point and with all places of their type, whatever people write: `1.000` of a
decimal column is one, and `1.125` is not a thousand where the YAML says that texts have a decimal comma.
MySQL writes a ZEROFILL column with zeros in front: `000` is no, `042` is 42, and only a text keeps the zeros.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.constants import FieldType
from crm_sync.fields.paths import list_comma_paths, source_paths
from crm_sync.sources.sql.kinds import ColumnKind

_NUMBERS = frozenset(
    {
        ColumnKind.INTEGER,
        ColumnKind.TINY,
        ColumnKind.DECIMAL,
        ColumnKind.MONEY,
        ColumnKind.FLOAT,
        ColumnKind.SINGLE,
    }
)
_WHOLE = frozenset({FieldType.INTEGER, FieldType.BOOLEAN})
_UNFILLED = _WHOLE | {FieldType.DATE, FieldType.DATETIME, FieldType.JSON}
"""Types of fields that read no number with zeros in front."""


def spell_numbers(
    frame: pl.DataFrame,
    columns: Sequence[pl.Series],
    kinds: Sequence[ColumnKind],
    paths: Sequence[str],
    entity: EntityConfig,
) -> pl.DataFrame:
    """Take empty places off numbers that a field reads as whole, and write the comma where it expects one.

    Args:
        frame: as it is about to be staged.
        columns: as the driver gave them.
        kinds: of the columns.
        paths: names of the columns in the frame.
        entity: says which fields read them.
    """
    commas = set(list_comma_paths(entity))
    whole, unfilled = _list_paths(entity, _WHOLE), _list_paths(entity, _UNFILLED)
    for column, kind, path in zip(columns, kinds, paths, strict=False):
        if path not in commas | unfilled or frame[path].dtype != pl.String:
            continue
        is_number = _find_numbers(column, kind)
        if is_number is None:
            continue
        text = pl.col(path)
        spelled = text.str.replace(r"^(-?)0+(\d)", "$1$2") if path in unfilled else text
        spelled = spelled.str.replace(r"\.0+$", "") if path in whole else spelled
        spelled = spelled.str.replace(".", ",", literal=True) if path in commas else spelled
        frame = frame.with_columns(pl.when(is_number).then(spelled).otherwise(text))
    return frame


def _list_paths(entity: EntityConfig, types: frozenset[FieldType]) -> set[str]:
    return {
        path
        for name, field in entity.fields.items()
        if field.type in types
        for path in source_paths(name, field.source)
    }


def _find_numbers(column: pl.Series, kind: ColumnKind) -> pl.Series | None:
    """Say which values are numbers and no texts; None: none of them."""
    if column.dtype == pl.Object:
        return pl.Series(
            [isinstance(value, (float, Decimal)) for value in column.to_list()], dtype=pl.Boolean
        )
    return pl.repeat(value=True, n=len(column), dtype=pl.Boolean, eager=True) if kind in _NUMBERS else None
