"""Makes a typed chunk ready for a merge: the columns that the statements need."""

from __future__ import annotations

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.constants import FieldType
from crm_sync.storage.rows.merge_sql import (
    AMBIGUOUS_COLUMN,
    GONE_AT_COLUMN,
    GONE_COLUMN,
    NOT_AFTER_COLUMN,
    ROW_COLUMN,
    MergeTarget,
)

_TIME = pl.Datetime("us", "UTC")


def prepare_rows(frame: pl.DataFrame, target: MergeTarget) -> pl.DataFrame:
    """Add each row's number, whether and since when its record is gone, and up to when it may overwrite.

    Args:
        frame: typed rows; `_row`, `_not_after` and `_ambiguous` are optional.
        target: says which columns are written and how the record says that it is gone.
    """
    if ROW_COLUMN not in frame.columns:
        frame = frame.with_row_index(ROW_COLUMN)
    deleted = target.entity.deleted
    gone = _is_gone(target.entity, deleted.column) if deleted else pl.lit(value=False)
    gone_at = pl.col(deleted.at) if deleted and deleted.at else pl.lit(None, dtype=_TIME)
    has_limit = NOT_AFTER_COLUMN in frame.columns
    not_after = pl.col(NOT_AFTER_COLUMN) if has_limit else pl.lit(None, dtype=_TIME).alias(NOT_AFTER_COLUMN)
    has_ambiguous = AMBIGUOUS_COLUMN in frame.columns
    ambiguous = (
        pl.col(AMBIGUOUS_COLUMN).fill_null(value=False)
        if has_ambiguous
        else pl.lit(value=False).alias(AMBIGUOUS_COLUMN)
    )
    is_gone = (gone.alias(GONE_COLUMN), gone_at.alias(GONE_AT_COLUMN))
    return frame.select(ROW_COLUMN, *target.columns, not_after, ambiguous.alias(AMBIGUOUS_COLUMN), *is_gone)


def _is_gone(entity: EntityConfig, column: str) -> pl.Expr:
    if entity.fields[column].type is FieldType.BOOLEAN:
        return pl.col(column).fill_null(value=False)
    # a source may tell the moment alone
    return pl.col(column).is_not_null()


def find_missing_rows(frame: pl.DataFrame, kept: pl.DataFrame) -> list[int]:
    """Give the row numbers that the second frame lacks."""
    if frame.height == kept.height:
        return []
    return [int(row) for row in frame.join(kept, on=ROW_COLUMN, how="anti")[ROW_COLUMN]]
