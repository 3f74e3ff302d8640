"""Which of several records of one key is the newest; what the table takes is told by `merge_sql.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from crm_sync.storage.rows.merge_sql import AMBIGUOUS_COLUMN

FUTURE_ALLOWANCE = timedelta(days=1)
"""A modified time further ahead than this is no time: clocks and zones differ by less."""
FOLD = timedelta(hours=1)
"""Two times read from the wall in an hour that comes twice say nothing of their order within it."""
TIME, TRUST, SPAN = "_time", "_trust", "_span"
_TYPE = pl.Datetime("us", "UTC")


def add_ranks(
    frame: pl.DataFrame, key: Sequence[str], modified_column: str | None, future: datetime | None
) -> pl.DataFrame:
    """Add what orders the versions of a key: the greatest (`_trust`, `_span`) is the newest.

    Args:
        frame: rows; those that `_ambiguous` marks were read from a wall time that comes twice.
        key: columns that name one key.
        modified_column: column with the time of the version; None: no version is newer than another.
        future: times after this moment count less than any that is not; None: all are believed.

    Returns:
        The frame with `_time` (the modified time), `_trust` (0: none, 1: too far ahead, 2: believed) and
        `_span` (the time, the same for all within one ambiguous hour).
    """
    time = pl.lit(None, dtype=_TYPE) if modified_column is None else pl.col(modified_column)
    frame = frame.with_columns(time.alias(TIME))
    is_ahead = pl.lit(value=False) if future is None else pl.col(TIME) > future
    trust = pl.when(pl.col(TIME).is_null()).then(0).when(is_ahead).then(1).otherwise(2)
    frame = frame.with_columns(trust.alias(TRUST), pl.col(TIME).alias(SPAN))
    if AMBIGUOUS_COLUMN not in frame.columns or not frame[AMBIGUOUS_COLUMN].any():
        return frame
    is_ambiguous = pl.col(AMBIGUOUS_COLUMN).fill_null(value=False)
    last = pl.col(TIME).filter(is_ambiguous).max().over(list(key))
    is_in_fold = is_ambiguous & (last - pl.col(TIME) < FOLD)
    return frame.with_columns(pl.when(is_in_fold).then(last).otherwise(pl.col(TIME)).alias(SPAN))


def keep_newest(
    frame: pl.DataFrame, key: tuple[str, ...], modified_column: str | None, *, future: datetime | None = None
) -> pl.DataFrame:
    """Keep the newest version of each key in its place: greatest modified time, among equals the last.

    Args:
        frame: rows whose key is not null.
        key: key columns.
        modified_column: column with the time of the version, null for unknown; None: the last one is the
            newest.
        future: as for `add_ranks`.
    """
    if not frame.select(pl.struct(key).is_duplicated().any()).item():
        return frame
    ranked = add_ranks(frame.with_row_index("_order"), key, modified_column, future)
    order = [TRUST, SPAN, "_order"]
    newest = ranked.sort(order, nulls_last=False).unique(subset=list(key), keep="last", maintain_order=True)
    return newest.sort("_order").drop("_order", TIME, TRUST, SPAN)
