"""One HubSpot object type as a source: lists for full reads, searches for deltas, archived ones by both."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.config.reads import HubSpotObjectsRead
from crm_sync.constants import SyncMode
from crm_sync.rest.client import RestClient
from crm_sync.rest.forecast import describe_cost
from crm_sync.rest.retries import parse_http_date
from crm_sync.sources.base import Cursor, Page, ReadRequest, Record, build_page
from crm_sync.sources.ids.parallel_walk import walk_ids
from crm_sync.sources.ids.reader import IdReader
from crm_sync.sources.rest.source import RestSource
from crm_sync.sources.vendors.hubspot_api import HubSpotObjects
from crm_sync.sources.vendors.hubspot_list import Keep, ListReader
from crm_sync.sources.vendors.hubspot_properties import PropertyPlan, plan_properties
from crm_sync.sources.vendors.hubspot_search import SearchReader, build_window, count_matches

logger = logging.getLogger(__name__)

MOST_LISTED = 100
_PAST = timedelta(hours=1)
"""A window that ends this long before now was given an `end_date`; only then newer records are left out."""


class HubSpotObjectsSource(RestSource):
    """Contacts, companies, deals, any other object type.

    A delta asks the search index for changed live records. Archiving moves no modified date and search never
    shows archived records, so each delta also lists all archived records and keeps those archived since: a
    call for each 100 archived records of the account. What leaves without a trace (a GDPR delete, a record
    absorbed by a merge) is found by the next full read.

    Args:
        client: of the account.
        entity: with the strategy `hubspot_objects`.
    """

    reads_whole = False

    def __init__(self, client: RestClient, entity: EntityConfig) -> None:
        if not isinstance(entity.read, HubSpotObjectsRead):
            raise TypeError(f"{entity.sync_type} is not read by hubspot_objects")
        super().__init__(client, entity)
        self._config = entity.read
        self._objects = HubSpotObjects(client, entity.read.object_type)
        self._plan: PropertyPlan | None = None
        self._clock: datetime | None = None

    def read_clock(self) -> datetime | None:
        """Give HubSpot's clock from the answer that lists the properties, which is needed anyway."""
        self._discover()
        return self._clock

    def count(self, request: ReadRequest) -> int | None:
        """Ask the search for the number of live records; archived ones come on top."""
        found = count_matches(self._objects, self._window(request))
        if request.mode is SyncMode.FULL:
            size = min(request.page_size, MOST_LISTED)
            cost = describe_cost(self._client, "default", records=found, page_size=size)
            logger.info("Expecting %s, archived ones on top.", cost)
        return found

    def describe(self) -> dict[str, Any]:
        """Give what was asked for."""
        plan = self._plan or PropertyPlan(())
        return {
            "api_version": self._client.api_version or "v3",
            "properties": len(plan.names),
            "missing_properties": list(plan.missing),
        }

    def _read(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Generator[Page, None, None]:
        """Read live records, then archived ones."""
        if (note := self._discover().note) is not None:
            self.notes.append(note)
        for key, reader in self._plan_passes(request):
            yield from self._read_pass(key, reader, request, cursors)

    def _was_whole(self, request: ReadRequest) -> bool:
        return request.mode is SyncMode.FULL

    def _plan_passes(self, request: ReadRequest) -> Iterator[tuple[str, IdReader]]:
        properties = self._discover()
        page_size = min(request.page_size, MOST_LISTED)
        if request.mode is SyncMode.FULL:
            yield "live", ListReader(self._objects, properties, page_size, archived=False)
        else:
            # a batch_size that was asked for holds for searches, too; the entity's own is meant for lists
            size = self._config.search_page_size
            if request.page_size != self._entity.page_size:
                size = min(request.page_size, size)
            yield "changed", SearchReader(self._objects, properties, self._window(request), size)
        if self._config.archived_pass:
            keep = None if request.mode is SyncMode.FULL else _archived_since(request.since)
            yield (
                "archived",
                ListReader(
                    self._objects, properties, page_size, archived=True, keep=keep, pages_before_split=4
                ),
            )

    def _read_pass(
        self, key: str, reader: IdReader, request: ReadRequest, cursors: Mapping[str, Cursor]
    ) -> Iterator[Page]:
        # a limited read must not fetch in many places what it will not keep
        parallel = 1 if request.max_records else self._config.parallel
        missing = self._discover().missing_columns
        for piece in walk_ids(reader, key, cursors, parallel=parallel, max_pages=self._entity.max_pages):
            page = build_page(
                piece.records, cursor_key=piece.cursor_key, cursor=piece.cursor, calls=piece.calls
            )
            yield replace(page, missing=missing) if missing else page

    def _window(self, request: ReadRequest) -> list[Mapping[str, str]]:
        if request.mode is SyncMode.FULL:
            return []
        self._discover()
        is_past = self._clock is not None and request.until < self._clock - _PAST
        return build_window(self._config.modified_property, request.since, request.until if is_past else None)

    def _discover(self) -> PropertyPlan:
        if self._plan is None:
            available, answer = self._objects.list_property_names()
            self._clock = answer.date or parse_http_date(None)
            self._plan = plan_properties(
                self._entity,
                available,
                which=self._config.properties,
                names_bytes=self._config.property_names_bytes,
            )
        return self._plan


def _archived_since(since: datetime | None) -> Keep | None:
    """Build the filter of a delta's archived pass; a record without a readable moment is kept."""
    if since is None:
        return None

    def keep(record: Record) -> bool:
        try:
            return datetime.fromisoformat(record["archivedAt"]) >= since
        except (KeyError, TypeError, ValueError):
            return True

    return keep
