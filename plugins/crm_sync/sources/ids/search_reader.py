"""Reads changed records by searches keyed on the id.

Every page starts above the last id instead of at an offset, so neither a cap on the results of one query nor
any number of records with the same modified time matters.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.sources.base import Record
from crm_sync.sources.ids.calls import IdCalls
from crm_sync.sources.ids.ranges import IdPage, SplitPlan, check_ascending
from crm_sync.sources.ids.reader import choose_threads
from crm_sync.sources.rest.slots import Value

logger = logging.getLogger(__name__)

_WORTH_SPLITTING_PAGES = 4


@dataclass
class SearchReader:
    """The changed records of a window, for `walk_ids`.

    Args:
        calls: of the entity.
        names: fields to ask for.
        bounds: the window, by slot.
        page_size: records of a page.
    """

    calls: IdCalls
    names: Sequence[str]
    bounds: Mapping[str, Value]
    page_size: int
    pages_before_split: int = 1
    reads_ids_only: bool = False
    """The source refused the list of names: searches give ids, batches the records."""

    def read(self, token: str | None, end: int | None, cancelled: Callable[[], bool]) -> IdPage:
        """Read the records from an id on."""
        behind = str(int(token or 0) - 1)
        ends: dict[str, Value] = {"after": behind} if end is None else {"after": behind, "before": str(end)}
        records, total = self._search({**self.bounds, **ends}, cancelled)
        ids = self.calls.read_ids(records)
        check_ascending(ids)
        left = total - len(records)
        # a total below the number that came is wrong, so only an empty page can be the end
        following = str(ids[-1] + 1) if ids and left != 0 else None
        return IdPage(records, ids, following, left if left >= 0 else None)

    def finish(self, records: Sequence[Record], cancelled: Callable[[], bool]) -> Sequence[Record]:
        """Read the records by id if the search gave only ids; one that is gone was archived in between."""
        if not self.reads_ids_only or not records:
            return records
        ids = [str(number) for number in self.calls.read_ids(records)]
        whole = self.calls.read_batch(ids, self.names, archived=False, cancelled=cancelled)
        return [whole[one] for one in ids if one in whole]

    def plan_split(self, pages: list[IdPage]) -> SplitPlan | None:
        """Find the greatest id of the window, when more than a few pages are left."""
        left = pages[-1].left if pages else None
        if left is not None and left < _WORTH_SPLITTING_PAGES * self.page_size:
            return None
        newest, _ = self.calls.search_page(self.bounds, limit=1, descends=True)
        return SplitPlan(max(self.calls.read_ids(newest), default=0), left)

    def count_threads(self, most: int) -> int:
        """Give the number of searches to keep under way."""
        client, call = self.calls.client, self.calls.read.search
        return choose_threads(
            most, calls_per_s=client.calls_per_s.get(call.rate_class), latency_s=client.stats.latency_s
        )

    def _search(self, bounds: Mapping[str, Value], cancelled: Callable[[], bool]) -> tuple[list[Record], int]:
        names = () if self.reads_ids_only else self.names
        try:
            return self.calls.search_page(bounds, limit=self.page_size, names=names, cancelled=cancelled)
        except UnexpectedResponseError as error:
            if error.status_code != 400 or not names or not self._is_long(names):
                raise
            logger.info("%s: the search was refused (%s); asking for ids only.", self.calls.name, error)
            self.reads_ids_only = True
            return self._search(bounds, cancelled)

    def _is_long(self, names: Sequence[str]) -> bool:
        most = self.calls.read.search.names_bytes
        return bool(most) and len(",".join(names)) > most
