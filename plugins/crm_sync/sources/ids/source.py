"""Records with rising ids as a source: lists for full reads, searches for deltas, archived ones by both."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from typing_extensions import override

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.constants import SyncMode
from crm_sync.fields.labels import Labels
from crm_sync.rest.client import RestClient
from crm_sync.rest.forecast import describe_cost
from crm_sync.sources.base import Cursor, Page, ReadRequest, build_page
from crm_sync.sources.by_keys import KEYS, RecordKey
from crm_sync.sources.ids.calls import IdCalls
from crm_sync.sources.ids.list_reader import ListReader
from crm_sync.sources.ids.parallel_walk import walk_ids
from crm_sync.sources.ids.reader import IdReader
from crm_sync.sources.ids.search_reader import SearchReader
from crm_sync.sources.rest.discovery import FieldPlan
from crm_sync.sources.rest.record_filters import Keep, keep_changed
from crm_sync.sources.rest.record_times import RecordTimes
from crm_sync.sources.rest.refresh import Refresh
from crm_sync.sources.rest.slots import Value
from crm_sync.sources.rest.source import RestSource

logger = logging.getLogger(__name__)

_PAST = timedelta(hours=1)
"""A window that ends this long before now was given an `end_date`; only then newer records are left out."""
_LIVE, _CHANGED, _ARCHIVED, _REFRESHED = "live", "changed", "archived", "refreshed/live"


class RestIdsSource(RestSource):
    """All records of one type.

    A delta asks the search for changed live records. Where archiving moves no modified date and the search
    never shows archived records, each delta also lists all archived records and keeps those archived since.
    The next full read finds records that leave without a trace.

    Args:
        client: of the account.
        entity: with the strategy `rest_ids`.
        paths: pieces of paths by placeholder.
    """

    reads_whole = False

    def __init__(self, client: RestClient, entity: EntityConfig, paths: Mapping[str, str]) -> None:
        if not isinstance(entity.read, RestIdsRead):
            raise TypeError(f"{entity.sync_type} is not read by rest_ids")
        super().__init__(client, entity)
        self._config = entity.read
        self._calls = IdCalls(client, entity.read, paths)
        self._plan: FieldPlan | None = None
        self._refresh = Refresh(entity)

    def read_clock(self) -> datetime | None:
        """Give the source's clock from the answer that lists the fields, which is needed anyway."""
        return self._discover({}).date

    @override
    def count(self, request: ReadRequest) -> int | None:
        """Ask the search for the number of live records; archived ones come on top."""
        _, found = self._calls.search_page(self._window(request), limit=1)
        if request.mode is SyncMode.FULL:
            size = min(request.page_size, self._entity.max_page_size)
            rate_class = self._config.listing.rate_class
            cost = describe_cost(self._client, rate_class, records=found, page_size=size)
            logger.info("Expecting %s, archived ones on top.", cost)
        return found

    def describe(self) -> dict[str, Any]:
        """Give the facts for sync_history."""
        plan = self._plan or FieldPlan(())
        facts: dict[str, Any] = {"fields": len(plan.names), "missing_fields": list(plan.missing)}
        facts |= {"missing_labels": list(plan.labels.absent)} if plan.labels.absent else {}
        return {"api_version": self._client.api_version, **facts, **self._refresh.describe()}

    def _read(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Generator[Page, None, None]:
        """Read live records, then archived ones, then columns that go stale."""
        plan = self._discover(request.labels)
        self._take_fields(plan, request)
        self._refresh = Refresh(self._entity)
        self._refresh.begin(request)
        for key, reader in self._plan_passes(request, plan.names):
            for page in self._read_pass(key, reader, request, cursors):
                yield replace(page, missing=plan.missing_columns) if plan.missing_columns else page
        if self._refresh.is_due(request):
            yield from self._read_refresh(request, plan.names, cursors)

    def read_keys(self, request: ReadRequest, batches: Iterable[Sequence[RecordKey]]) -> Iterator[Page]:
        """Read records by their ids, those that are not live as archived ones; see `ReadsKeys`."""
        plan = self._discover(request.labels)
        self._take_fields(plan, request)
        for batch in batches:
            ids = [key for (key,) in batch]
            found = self._calls.read_batch(ids, plan.names, archived=False)
            missing = [one for one in ids if one not in found]
            if missing and self._config.archived is not None:
                found |= self._calls.read_batch(missing, plan.names, archived=True)
            page = build_page(list(found.values()), cursor_key=KEYS, cursor=None)
            yield replace(page, missing=plan.missing_columns) if plan.missing_columns else page

    def _was_whole(self, request: ReadRequest) -> bool:
        return request.mode is SyncMode.FULL

    def _plan_passes(self, request: ReadRequest, names: Sequence[str]) -> Iterator[tuple[str, IdReader]]:
        page_size = min(request.page_size, self._entity.max_page_size)
        if request.mode is SyncMode.FULL:
            yield _LIVE, ListReader(self._calls, names, page_size, archived=False)
        else:
            # a run's batch_size also applies to searches; the entity's page size is meant for lists
            size = self._config.search.page_size
            if request.page_size != self._entity.page_size:
                size = min(request.page_size, size)
            yield _CHANGED, SearchReader(self._calls, names, self._window(request), size)
        if self._config.archived is not None:
            keep = None if request.mode is SyncMode.FULL else self._archived_since(request.since)
            reader = ListReader(self._calls, names, page_size, archived=True, keep=keep, pages_before_split=4)
            yield _ARCHIVED, reader

    def _read_refresh(
        self, request: ReadRequest, names: Sequence[str], cursors: Mapping[str, Cursor]
    ) -> Generator[Page, None, None]:
        """Read the columns that go stale, for all live records; an archived record changes no more."""
        if chosen := self._refresh.choose(names):
            logger.info("%s: columns that go stale without a trace are read again.", self._entity.sync_type)
            size = min(request.page_size, self._entity.max_page_size)
            reader = ListReader(self._calls, chosen, size, archived=False)
            yield from self._refresh.mark(self._read_pass(_REFRESHED, reader, request, cursors), chosen)
        self._refresh.note_done(request)

    def _read_pass(
        self, key: str, reader: IdReader, request: ReadRequest, cursors: Mapping[str, Cursor]
    ) -> Generator[Page, None, None]:
        # a limited read must not fetch records in many places that it will not keep
        parallel = 1 if request.max_records else self._config.parallel
        for piece in walk_ids(reader, key, cursors, parallel=parallel, max_pages=self._entity.max_pages):
            yield build_page(
                piece.records,
                cursor_key=piece.cursor_key,
                cursor=piece.cursor,
                calls=piece.calls,
                lines=piece.lines,
            )

    def _window(self, request: ReadRequest) -> dict[str, Value]:
        if request.mode is SyncMode.FULL:
            return {}
        clock = self._discover(request.labels).date
        is_past = clock is not None and request.until < clock - _PAST
        bounds = {"since": request.since, "until": request.until if is_past else None}
        return {name: moment for name, moment in bounds.items() if moment is not None}

    def _discover(self, begun: Labels) -> FieldPlan:
        if self._plan is None:
            self._plan = self._calls.discover(self._entity, begun)
        return self._plan

    def _archived_since(self, since: datetime | None) -> Keep | None:
        """Build the filter of a delta's archived pass; a record without a readable moment is kept."""
        if since is None or self._config.archived is None:
            return None
        return keep_changed(RecordTimes(self._entity, self._config.archived.at_path), since)
