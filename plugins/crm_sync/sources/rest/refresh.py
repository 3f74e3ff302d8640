"""Decides when a refresh is due, which fields it reads, and which columns its pages leave alone."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import Any

from crm_sync.config.durations import is_due
from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.config.rest_reads import RestListRead
from crm_sync.constants import SyncMode
from crm_sync.fields.paths import source_paths
from crm_sync.sources.base import Page, ReadRequest
from crm_sync.sources.rest.part import Part

_REFRESHED = "refreshed"
_EXTRA = "extra"


class Refresh:
    """The refresh of one entity in one read.

    A read of everything counts as one. The moment of the latest is in what the source tells of itself, which
    the next run gets from the latest complete one; without it a refresh is due.

    Args:
        entity: whose YAML may have `refresh`.
    """

    def __init__(self, entity: EntityConfig) -> None:
        self._entity = entity
        self._at: str | None = None

    def begin(self, request: ReadRequest) -> None:
        """Take up what earlier runs did."""
        self._at = request.previous.get(_REFRESHED)
        if request.mode is SyncMode.FULL:
            self.note_done(request)

    def is_due(self, request: ReadRequest) -> bool:
        """Say whether this read has to bring the columns, too; a narrowed read does not."""
        words = self._entity.refresh
        if words is None or request.mode is not SyncMode.DELTA or request.max_records:
            return False
        last = None if self._at is None else datetime.fromisoformat(self._at)
        return is_due(last, request.until, words.every)

    def note_done(self, request: ReadRequest) -> None:
        """Note that the columns are as the source had them at the end of this read's window."""
        self._at = request.until.isoformat()

    def choose(self, known: Sequence[str]) -> list[str]:
        """Choose among the fields that the account has; none: there is nothing to refresh."""
        wanted = self._list_names(self._entity.refresh.columns if self._entity.refresh else ())
        if wanted.isdisjoint(known):
            return []
        wanted |= self._list_names(self._entity.primary_key)
        return [name for name in known if name in wanted]

    def narrow(self, part: Part, names: Sequence[str]) -> Part:
        """Give a part that asks for these fields, with a position of its own."""
        slots = replace(part.slots, values={**part.slots.values, "fields": list(names)})
        return replace(part, key=f"{_REFRESHED}/{part.key}", slots=slots)

    def mark(self, pages: Generator[Page], names: Sequence[str]) -> Generator[Page]:
        """Let pages say that they hold these fields alone, of rows that are there already."""
        columns = self._entity.refresh.columns if self._entity.refresh else ()
        filled = {name for name in columns if not self._list_names((name,)).isdisjoint(names)}
        missing = frozenset({*self._entity.fields, _EXTRA} - filled - {*self._entity.primary_key})
        with closing(pages):
            for page in pages:
                missing_here = missing | page.missing
                yield replace(page, missing=missing_here, is_refresh=True) if page.records else page

    def describe(self) -> Mapping[str, Any]:
        """Give the time of the latest refresh."""
        return {_REFRESHED: self._at} if self._entity.refresh is not None and self._at else {}

    def _list_names(self, columns: Sequence[str]) -> set[str]:
        """List the fields by which columns are filled, by the names that the account has for them."""
        read = self._entity.read
        prefix = (
            read.discover.prefix if isinstance(read, RestListRead | RestIdsRead) and read.discover else ""
        )
        paths = (source_paths(name, self._entity.fields[name].source) for name in columns)
        return {path.removeprefix(prefix) for found in paths for path in found}
