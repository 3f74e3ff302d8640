"""Which records can't have changed at the source since the last complete run: what differs in them is drift.

A record that changed later waits for the next run and proves nothing. Of a record that carries no time at all
nobody can tell: a difference in it may be a change, so it is never called drift and never passed as equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_links import RestLinksRead
from crm_sync.config.rest_reads import RestListRead
from crm_sync.sources.base import ParentReader
from crm_sync.storage.history.watermark import Watermark

SETTLED, NEWER, UNDATED = "settled", "newer", "undated"
_ZONES = timedelta(days=1)
"""Windows are whole days of the source's clock."""


@dataclass(frozen=True)
class Settled:
    """Tells of each record whether it is settled.

    Args:
        before: records that changed before this moment are settled, aware UTC.
        column: column with the time of the change, or of an event that no delta reads again; None: no such
            time.
        gone_at: column with the moment at which a record was deleted, which moves no other time; None: none.
        changed_parents: for links: type and id of parents that changed since; None: these are no links.
        is_same: the source is the very one that the last complete run read.
    """

    before: datetime
    column: str | None = None
    gone_at: str | None = None
    changed_parents: tuple[tuple[str, str], ...] | None = None
    is_same: bool = False

    @property
    def can_date(self) -> bool:
        """Tell whether any record can be settled."""
        return self.is_same or self.column is not None or self.changed_parents is not None

    def compose(self, alias: str) -> sql.Composable:
        """Give the expression for the word of a row: settled, newer or undated."""
        if self.is_same:
            return sql.Literal(SETTLED)
        if self.changed_parents is not None:
            return self._compose_links(alias)
        if self.column is None:
            return sql.Literal(UNDATED)
        moment = sql.SQL("{}::timestamptz").format(sql.Identifier(alias, self.column))
        before = sql.Literal(self.before)
        late = sql.SQL("{} >= {}").format(moment, before)
        if self.gone_at is not None:
            gone = sql.SQL("{}::timestamptz").format(sql.Identifier(alias, self.gone_at))
            late = sql.SQL("{} or coalesce({} >= {}, false)").format(late, gone, before)
        return sql.SQL("case when {} is null then {} when {} then {} else {} end").format(
            moment, sql.Literal(UNDATED), late, sql.Literal(NEWER), sql.Literal(SETTLED)
        )

    def _compose_links(self, alias: str) -> sql.Composable:
        types, ids = ([pair[at] for pair in self.changed_parents or ()] for at in (0, 1))
        return sql.SQL(
            "case when exists (select from unnest({}::text[], {}::text[]) as changed (type, id) "
            "where changed.type = {}::text and changed.id = {}::text) then {} else {} end"
        ).format(
            *(sql.Literal(types), sql.Literal(ids)),
            *(sql.Identifier(alias, name) for name in ("from_object_type", "from_object_id")),
            *(sql.Literal(NEWER), sql.Literal(SETTLED)),
        )


def find_settled(
    entity: EntityConfig, watermark: Watermark, read_parents: ParentReader, facts: dict[str, Any]
) -> Settled:
    """Find out what settles the records of an entity.

    Args:
        entity: configuration.
        watermark: state left by the last complete run.
        read_parents: gives the ids of parents that changed since a moment.
        facts: the source's own, of the read that is compared.
    """
    before = watermark.until - timedelta(seconds=entity.lookback_s)
    read = entity.read
    if is_same_source(facts, watermark.source or {}):
        return Settled(before, is_same=True)
    if entity.modified_column is not None:
        return Settled(before, entity.modified_column, entity.deleted.at if entity.deleted else None)
    if isinstance(read, RestLinksRead):
        types = dict.fromkeys(pair.from_type for pair in read.pairs)
        changed = tuple((one, key) for one in types for key in _list_ids(read_parents(one, before) or ()))
        return Settled(before, changed_parents=changed)
    if isinstance(read, RestListRead) and read.windows is not None:
        # what lies in the window of the next delta is read again by it
        start = before - timedelta(seconds=read.windows.back_s) - _ZONES
        return Settled(start, read.windows.column)
    if isinstance(read, RestListRead) and read.event_cursor is not None:
        return Settled(before, read.event_cursor.column)
    return Settled(before)


def is_same_source(facts: dict[str, Any], earlier: dict[str, Any]) -> bool:
    """Tell by files' digests, or by the version of a spreadsheet, whether a source is as it was."""
    for names in (("config", "files"), ("config", "file", "version")):
        if all(facts.get(name) and facts[name] == earlier.get(name) for name in names):
            return True
    return False


def _list_ids(pages: Iterable[list[str]]) -> Iterable[str]:
    return (one for page in pages for one in page)
