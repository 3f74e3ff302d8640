"""Reads changed records of one object type by searches keyed on the id.

Every page starts above the last id instead of at an offset, so neither HubSpot's cap of 10,000 results per
query nor any number of records with the same modified time matters.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.sources.base import Record
from crm_sync.sources.ids.ranges import IdPage, SplitPlan, check_ascending
from crm_sync.sources.ids.reader import choose_threads
from crm_sync.sources.vendors.hubspot_api import SEARCH_CLASS, Filter, HubSpotObjects
from crm_sync.sources.vendors.hubspot_list import descending_ids, read_ids
from crm_sync.sources.vendors.hubspot_properties import PropertyPlan

logger = logging.getLogger(__name__)

_SORT = {"propertyName": "hs_object_id", "direction": "ASCENDING"}
_WORTH_SPLITTING_PAGES = 4
_LONG_NAMES = 3_000
"""HubSpot's guide refuses queries above 3,000 characters; property names have been seen to be exempt."""


@dataclass
class SearchReader:
    """The changed records of a window, for `walk_ids`.

    Args:
        objects: endpoints of the type.
        properties: to ask for.
        filters: the window.
        page_size: at most 200.
    """

    objects: HubSpotObjects
    properties: PropertyPlan
    filters: Sequence[Filter]
    page_size: int
    pages_before_split: int = 1
    reads_ids_only: bool = False
    """HubSpot refused the list of names: searches give ids, batch reads the records."""

    def read(self, token: str | None, end: int | None, cancelled: Callable[[], bool]) -> IdPage:
        """Read the records from an id on."""
        filters = [*self.filters, _id_filter("GT", int(token or 0) - 1)]
        if end is not None:
            filters.append(_id_filter("LT", end))
        records, total = self._search(filters, cancelled)
        ids = read_ids(records)
        check_ascending(ids)
        left = total - len(records)
        # a total below what came is none, so only an empty page can be the end
        following = str(ids[-1] + 1) if ids and left != 0 else None
        return IdPage(records, ids, following, left if left >= 0 else None)

    def finish(self, records: list[Record], cancelled: Callable[[], bool]) -> list[Record]:
        """Read the records by id where the search gave ids only; one that is gone was archived meanwhile."""
        if not self.reads_ids_only or not records:
            return records
        ids = [record["id"] for record in records]
        whole = self.objects.read_batch(ids, self.properties.names, archived=False, cancelled=cancelled)
        return [whole[one] for one in ids if one in whole]

    def plan_split(self, pages: list[IdPage]) -> SplitPlan | None:
        """Find the greatest id of the window, when more than a few pages are left."""
        left = pages[-1].left if pages else None
        if left is not None and left < _WORTH_SPLITTING_PAGES * self.page_size:
            return None
        newest, _ = self.objects.search_page(
            _build_query(self.filters, sort=descending_ids(), properties=["hs_object_id"], limit=1)
        )
        return SplitPlan(max(read_ids(newest), default=0), left)

    def count_threads(self, most: int) -> int:
        """Give the number of searches to keep under way."""
        client = self.objects.client
        return choose_threads(
            most, calls_per_s=client.calls_per_s.get(SEARCH_CLASS), latency_s=client.stats.latency_s
        )

    def _search(self, filters: Sequence[Filter], cancelled: Callable[[], bool]) -> tuple[list[Record], int]:
        ids_only = self.reads_ids_only
        names = ["hs_object_id"] if ids_only else self.properties.names
        query = _build_query(filters, sort=_SORT, properties=names, limit=self.page_size)
        try:
            return self.objects.search_page(query, cancelled=cancelled)
        except UnexpectedResponseError as error:
            if error.status_code != 400 or ids_only or len(self.properties.list_value) <= _LONG_NAMES:
                raise
            logger.info(
                "%s: HubSpot refused the search (%s); asking for ids only.", self.objects.object_type, error
            )
            self.reads_ids_only = True
            return self._search(filters, cancelled)


def build_window(modified_property: str, since: datetime | None, until: datetime | None) -> list[Filter]:
    """Give the filters of a window.

    Args:
        modified_property: `lastmodifieddate` for contacts, `hs_lastmodifieddate` for all others.
        since: inclusive; None: no lower bound.
        until: exclusive; None: no upper bound.
    """
    filters: list[Filter] = []
    if since is not None:
        filters.append({"propertyName": modified_property, "operator": "GTE", "value": _to_ms(since)})
    if until is not None:
        filters.append({"propertyName": modified_property, "operator": "LT", "value": _to_ms(until)})
    return filters


def count_matches(objects: HubSpotObjects, filters: Sequence[Filter]) -> int:
    """Give the number of live records that match."""
    _, total = objects.search_page(_build_query(filters, sort=_SORT, properties=["hs_object_id"], limit=1))
    return total


def _build_query(
    filters: Sequence[Filter], *, sort: Filter, properties: Sequence[str], limit: int
) -> dict[str, Any]:
    groups = [{"filters": list(filters)}] if filters else []
    return {"filterGroups": groups, "sorts": [sort], "properties": list(properties), "limit": limit}


def _id_filter(operator: str, value: int) -> Filter:
    return {"propertyName": "hs_object_id", "operator": operator, "value": str(value)}


def _to_ms(moment: datetime) -> str:
    # rounded down: an inclusive bound may come early, never late
    return str(int(moment.timestamp() * 1000 // 1))
