"""Leaves out of scheduled runs what is not due by the entity's own rhythm, its `every`."""

from __future__ import annotations

from datetime import datetime

from crm_sync.config.durations import is_resting
from crm_sync.config.facts import show_rhythm
from crm_sync.config.models import EntityConfig
from crm_sync.storage.connections import Connect
from crm_sync.storage.history.watermark import read_watermark


def explain_rest(connect: Connect, entity: EntityConfig, tick: datetime) -> str | None:
    """Say why a scheduled run leaves an entity out; None: it is due.

    Only a complete run counts, so one that failed, or that a quota cut off, is followed by the next tick.

    Args:
        connect: makes a warehouse connection.
        entity: configuration.
        tick: moment for which the run was scheduled: by it a rhythm is exact, however late a run began.
    """
    if entity.every is None:
        return None
    watermark = read_watermark(connect, entity)
    last = None if watermark is None else watermark.tick
    if last is None or not is_resting(last, tick, entity.every):
        return None
    return (
        f"{entity.sync_type} is not due: it is read {show_rhythm(entity.every)}, "
        f"last at {last.isoformat(timespec='minutes')}."
    )
