"""Makes a typed chunk ready for a merge: the columns that the statements need, one version of each key."""

from __future__ import annotations

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.constants import FieldType
from crm_sync.storage.rows.merge_sql import (
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
        frame: typed rows; `_row` and `_not_after` are optional.
        target: says which columns are written and how the record says that it is gone.
    """
    if ROW_COLUMN not in frame.columns:
        frame = frame.with_row_index(ROW_COLUMN)
    deleted = target.entity.deleted
    gone = _is_gone(target.entity, deleted.column) if deleted else pl.lit(value=False)
    gone_at = pl.col(deleted.at) if deleted and deleted.at else pl.lit(None, dtype=_TIME)
    has_limit = NOT_AFTER_COLUMN in frame.columns
    not_after = pl.col(NOT_AFTER_COLUMN) if has_limit else pl.lit(None, dtype=_TIME).alias(NOT_AFTER_COLUMN)
    return frame.select(
        ROW_COLUMN, *target.columns, not_after, gone.alias(GONE_COLUMN), gone_at.alias(GONE_AT_COLUMN)
    )


def _is_gone(entity: EntityConfig, column: str) -> pl.Expr:
    if entity.fields[column].type is FieldType.BOOLEAN:
        return pl.col(column).fill_null(value=False)
    # a source may tell the moment alone
    return pl.col(column).is_not_null()


def keep_newest(frame: pl.DataFrame, key: tuple[str, ...], modified_column: str | None) -> pl.DataFrame:
    """Keep the newest version of each key in its place: greatest modified time, among equals the last.

    Args:
        frame: rows whose key is not null.
        key: key columns.
        modified_column: column with the time of the version, null for unknown; None: the last one is the
            newest.
    """
    if not frame.select(pl.struct(key).is_duplicated().any()).item():
        return frame
    order = ["_order"] if modified_column is None else [modified_column, "_order"]
    frame = frame.with_row_index("_order")
    newest = frame.sort(order, nulls_last=False).unique(subset=list(key), keep="last", maintain_order=True)
    return newest.sort("_order").drop("_order")


def find_missing_rows(frame: pl.DataFrame, kept: pl.DataFrame) -> list[int]:
    """Give the row numbers that the second frame lacks."""
    if frame.height == kept.height:
        return []
    return [int(row) for row in frame.join(kept, on=ROW_COLUMN, how="anti")[ROW_COLUMN]]
