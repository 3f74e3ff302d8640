"""Deltas of events by id: which id each walk has left behind for good; asking for the rest is the parts'."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from crm_sync.config.models import EntityConfig
from crm_sync.config.paging import KeysetPaging
from crm_sync.config.rest_filters import EventCursor
from crm_sync.config.rest_reads import RestListRead
from crm_sync.rest.keysets import read_id
from crm_sync.sources.base import ReadRequest, Record
from crm_sync.sources.rest.part import Part
from crm_sync.sources.rest.position import Position
from crm_sync.sources.rest.record_filters import get_path
from crm_sync.sources.rest.record_times import RecordTimes

logger = logging.getLogger(__name__)

_ODD_AFTER = timedelta(days=1)
"""A time after the run's `until` doesn't count: one event with a wrong clock must not hold up all deltas."""


@dataclass
class _Walk:
    """What is known about one walk."""

    bookmark: str | None
    """Id of the last event before the first young one; None: there is none yet."""
    is_passed: bool = False
    """A young event has come: those after it may still get neighbours with lower ids."""


class Bookmarks:
    """Finds for each walk the id behind which the next delta starts; without an event cursor, none.

    An event may become visible behind one with a higher id that was read already. So the id kept is the last
    one before the first event, in the order of ids, that is younger than the look-back. An event without a
    readable time says nothing: those around it do.

    Args:
        entity: its `lookback_s` says how late an event may become visible.
        read: its strategy.
    """

    def __init__(self, entity: EntityConfig, read: RestListRead) -> None:
        self._config: EventCursor | None = read.event_cursor
        self._entity = entity
        self._read = read
        self._known: Mapping[str, str] = {}
        self._young_from = self._odd_from = datetime.min.replace(tzinfo=UTC)
        self._is_told = False
        self._walks: dict[str, _Walk] = {}

    def begin(self, request: ReadRequest) -> None:
        """Begin a read: nothing is known but what its request names."""
        self._known, self._walks, self._is_told = request.bookmarks, {}, False
        # cut to whole seconds: an id made from a time mostly has no more, so within one it says nothing
        self._young_from = (request.until - timedelta(seconds=self._entity.lookback_s)).replace(microsecond=0)
        self._odd_from = request.until + _ODD_AFTER

    def take_up(self, part: Part, position: Position) -> None:
        """Take up what an earlier try knew when it was at a position."""
        if self._config is None:
            return
        # where nobody noted it, a young event may have come
        is_passed = position.is_passed is not False
        self._walks[part.walk] = _Walk(position.bookmark, is_passed)

    def note(self, part: Part, records: Sequence[Record], position: Position) -> Position:
        """Note a page and give its position with what is known then: a later try does not see its records."""
        if self._config is None:
            return position
        known = self._get(part)
        self._note(part, known, records, self._config.column)
        return replace(position, bookmark=known.bookmark, is_passed=known.is_passed)

    def describe(self, walks: Iterable[str]) -> dict[str, dict[str, str]]:
        """Give the bookmarks of complete walks for sync_history."""
        if self._config is None:
            return {}
        found = {walk: self._walks[walk].bookmark for walk in walks if walk in self._walks}
        return {"bookmarks": {walk: bookmark for walk, bookmark in found.items() if bookmark is not None}}

    def _get(self, part: Part) -> _Walk:
        # a walk that is read from its beginning has no bookmark until it passes an old event
        behind = self._known.get(part.walk) if part.since is not None else None
        return self._walks.setdefault(part.walk, _Walk(behind))

    def _note(self, part: Part, known: _Walk, records: Sequence[Record], column: str) -> None:
        paging = part.one.paging or self._read.paging
        if known.is_passed or not records or not isinstance(paging, KeysetPaging):
            return
        times = self._read_times(records, column)
        for record, written_at in zip(records, times, strict=True):
            if written_at is None:
                continue
            if written_at >= self._young_from:
                known.is_passed = True
                break
            found = read_id(record, paging.id_path)
            known.bookmark = known.bookmark if found is None else str(found)
        if not self._is_told and all(written_at is None for written_at in times):
            self._is_told = True
            logger.warning(
                "%s %s: no event of a page has a readable %s; while none has, deltas read from the start.",
                *(self._entity.sync_type, part.walk, column),
            )

    def _read_times(self, records: Sequence[Record], column: str) -> list[datetime | None]:
        """Read the events' times just as the table's column is read; None: unreadable, or in the future."""
        path = get_path(self._entity, column)
        times = RecordTimes(self._entity, path).read(records)
        return [one if one is not None and one < self._odd_from else None for one in times]
