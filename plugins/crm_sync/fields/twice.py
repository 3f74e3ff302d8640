"""Which rows' modified time stood on a clock that was about to be put back: it names two moments."""

from __future__ import annotations

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.fields.time_formats import is_twice
from crm_sync.fields.time_values import FIRST_RULED, LAST_RULED, DateTimeValidator


def find_ambiguous_rows(
    moments: pl.Series, source: pl.Series, validator: DateTimeValidator, entity: EntityConfig
) -> pl.Series | None:
    """Find modified times without a zone in an hour that their zone has twice; the earlier one was taken.

    Args:
        moments: the entity's modified column, in UTC.
        source: the same column as it came: texts, or typed.
        validator: that read it.
        entity: the entity, with a zone of its own.

    Returns:
        A Boolean for each row; None: there is none.
    """
    zone = entity.source_time_zone
    wall = pl.col("moment").dt.convert_time_zone(zone).dt.replace_time_zone(None)
    is_ruled = wall.is_between(FIRST_RULED, LAST_RULED)
    found = moments.to_frame("moment").select(is_twice(pl.when(is_ruled).then(wall), zone)).to_series()
    if not found.any():
        return None
    if isinstance(source.dtype, pl.Datetime):
        return found if source.dtype.time_zone is None else None
    rows = found.arg_true()
    return found.scatter(rows, validator.find_wall_times(source.gather(rows)).fill_null(value=False))
