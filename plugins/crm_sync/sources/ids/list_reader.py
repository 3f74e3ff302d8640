"""Reads all live or all archived records by list requests, in id order.

A list cursor is the id of the next record. Where the source honours a cursor that it did not hand out, ranges
of ids can be read side by side; that is tried out once per read, never assumed.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from typing_extensions import override

from crm_sync.exceptions import FatalSourceError
from crm_sync.rest.loop_guard import ask_past_empty
from crm_sync.sources.base import Record
from crm_sync.sources.ids.calls import IdCalls
from crm_sync.sources.ids.ranges import IdPage, SplitPlan
from crm_sync.sources.ids.reader import IdReader, choose_threads
from crm_sync.sources.rest.record_filters import Keep

logger = logging.getLogger(__name__)

_WORTH_SPLITTING_PAGES = 6


@dataclass
class ListReader(IdReader):
    """One pass over the list, for `walk_ids`.

    Args:
        calls: of the entity.
        names: fields to ask for.
        page_size: records of a page.
        archived: which of the two passes.
        keep: says which records the read wants, before anything is fetched for them.
    """

    calls: IdCalls
    names: Sequence[str]
    page_size: int
    archived: bool
    keep: Keep | None = None
    pages_before_split: int = 3

    @property
    def is_wide(self) -> bool:
        """The names are too long for the address of a list request."""
        return len(",".join(self.names).encode()) > self.calls.read.batch.names_bytes

    @override
    def read(self, token: str | None, end: int | None, cancelled: Callable[[], bool]) -> IdPage:
        """Read a page; an empty one that names a next is asked for again first."""
        names = () if self.is_wide else self.names
        (records, following, lines), calls = ask_past_empty(
            lambda: self.calls.list_page(
                token, archived=self.archived, limit=self.page_size, names=names, cancelled=cancelled
            ),
            lambda page: not page[0] and page[1] is not None,
        )
        return IdPage(records, self.calls.read_ids(records), following, calls=calls, lines=lines)

    @override
    def finish(self, records: Sequence[Record], cancelled: Callable[[], bool]) -> Sequence[Record]:
        """Drop what is not wanted, then read the fields that did not fit into the list's address.

        A record that is gone by then was archived in between: the archived pass, which comes later, has it.
        """
        kept = records if self.keep is None else list(itertools.compress(records, self.keep(records)))
        if not self.is_wide or not kept:
            return kept
        ids = [str(number) for number in self.calls.read_ids(kept)]
        whole = self.calls.read_batch(ids, self.names, archived=self.archived, cancelled=cancelled)
        # some keys may come with lists only
        return [{**record, **whole[one]} for one, record in zip(ids, kept, strict=True) if one in whole]

    @override
    def plan_split(self, pages: list[IdPage]) -> SplitPlan | None:
        """Try a cursor that we made, and find out how far the ids go."""
        try:
            total, last_id = self._find_extent()
        except FatalSourceError as error:
            logger.info("%s: read with one cursor, because a search failed: %s", self.calls.name, error)
            return None
        left = None
        if not self.archived:
            left = total - sum(len(page.records) for page in pages)
            if left < _WORTH_SPLITTING_PAGES * self.page_size:
                return None
        if pages and not self._honours_cursor(pages):
            logger.info(
                "%s: the source does not honour cursors of our own; the list is read page after page.",
                self.calls.name,
            )
            return None
        return SplitPlan(last_id, left if pages else None)

    @override
    def count_threads(self, most: int) -> int:
        """Give the number of requests to keep under way."""
        client, call = self.calls.client, self.calls.read.listing
        return choose_threads(
            most, calls_per_s=client.calls_per_s.get(call.rate_class), latency_s=client.stats.latency_s
        )

    def _find_extent(self) -> tuple[int, int]:
        """Give the number of live records and the greatest id among them; archived ids lie close."""
        newest, total = self.calls.search_page({}, limit=1, descends=True)
        return total, max(self.calls.read_ids(newest), default=0)

    def _honours_cursor(self, pages: list[IdPage]) -> bool:
        """Request the list from the middle of the first page on, and compare it with that page."""
        ids = list(itertools.chain.from_iterable(page.ids for page in pages))
        tokens = [page.next or "" for page in pages]
        is_ordered = all(a < b for a, b in itertools.pairwise(ids))
        is_next_id = all(
            token.isdecimal() and int(token) > page.ids[-1]
            for token, page in zip(tokens, pages, strict=True)
            if page.ids
        )
        if not is_ordered or not is_next_id or len(pages[0].ids) < 3:
            return False
        middle = len(pages[0].ids) // 2
        try:
            records, *_ = self.calls.list_page(str(ids[middle]), archived=self.archived, limit=self.page_size)
        except FatalSourceError:
            return False
        expected = ids[middle : middle + self.page_size]
        # a record that came or went between the two answers must not decide this
        came = self.calls.read_ids(records)
        return len(set(expected) & set(came)) >= 0.9 * len(expected) and came[0] >= ids[middle]
