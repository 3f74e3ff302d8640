"""Up to where an entity is known to be complete: what earlier runs left in sync_history for the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.storage.connections import NO_SCHEMA, Connect, open_transaction
from crm_sync.storage.encoding import check_encoding
from crm_sync.storage.sql_files import load_sql


@dataclass(frozen=True)
class Watermark:
    """The state left by earlier runs of an entity.

    Args:
        until: exclusive end of the furthest complete window, aware UTC.
        last_full_at: `until` of the last complete read that compared the whole source; None: there was none.
        source: the source's own facts of the latest run (a file's fingerprint); where that run was not
            complete or left its sweep undone, the last good run's, as `{"before": ...}`: nothing to skip a
            read for, but to hold against. None: neither.
        walks: parts of the source that the run with this watermark had read; None: it did not say.
        bookmarks: by walk, the id of an event that the run left behind for good: the next delta starts there.
        origin: which account was read and by which words, see `sync/origin.py`; None: nobody noted it.
        tick: moment for which the DAG run with this watermark was scheduled or triggered; None: unknown.
        was_tried: since `last_full_at` a run has read the whole source and compared nothing.
    """

    until: datetime
    last_full_at: datetime | None = None
    source: dict[str, Any] | None = None
    walks: tuple[str, ...] | None = None
    bookmarks: dict[str, str] = field(default_factory=dict)
    was_tried: bool = False
    tick: datetime | None = None
    origin: dict[str, Any] | None = None


def read_watermark(connect: Connect, entity: EntityConfig) -> Watermark | None:
    """Return up to where an entity's table is complete; None: everything is to be read.

    Runs that wrote to another table, or before the table was last made, say nothing about the rows in it: a
    table that was dropped, or that the configuration names anew, is filled from the beginning.

    Raises:
        SchemaFaultError: the warehouse is not in UTF-8; so a dry run, too, is told before it calls a CRM.
    """
    try:
        with open_transaction(connect) as cursor:
            check_encoding(cursor)
            cursor.execute(load_sql("queries/select_watermark"), name_table(entity))
            row = cursor.fetchone()
    except NO_SCHEMA:
        return None
    if row is None:
        return None
    until, configuration, last_full_at, was_tried, latest_source = row
    walks = configuration.get("walks")
    return Watermark(
        until=until,
        last_full_at=last_full_at,
        source=_add_keys(latest_source, configuration),
        walks=None if walks is None else tuple(walks),
        bookmarks=dict(configuration.get("bookmarks") or {}),
        was_tried=was_tried,
        tick=_read_tick(configuration),
        origin=configuration.get("origin"),
    )


def _read_tick(configuration: Mapping[str, Any]) -> datetime | None:
    tick = configuration.get("tick")
    return None if tick is None else datetime.fromisoformat(tick)


def name_table(entity: EntityConfig) -> dict[str, str]:
    """Give the parameters by which a query finds the runs that wrote to an entity's present table."""
    return {
        "crm_source": entity.crm_source,
        "sync_type": entity.sync_type,
        "table_schema": entity.table_schema,
        "table_name": entity.table_name,
    }


def _add_keys(source: dict[str, Any] | None, configuration: Mapping[str, Any]) -> dict[str, Any] | None:
    """Add the keys that earlier reads had: unlike a source's other facts they outlive a run that failed."""
    keys = configuration.get("keys")
    return {**(source or {}), "keys": keys} if keys else source
