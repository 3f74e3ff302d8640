"""Links between records as a source: read for known parents, in batches, whole per parent.

Links have no modified time, so they are read anew for parents that changed, and for all on a full read.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from typing import Any

from typing_extensions import override

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_links import LinkPair, RestLinksRead
from crm_sync.constants import SyncMode
from crm_sync.rest.client import RestClient
from crm_sync.sources.ahead import Ahead
from crm_sync.sources.base import Cursor, Page, ReadRequest, Record
from crm_sync.sources.ids.reader import choose_threads
from crm_sync.sources.links.reader import LinkReader, build_links_page
from crm_sync.sources.rest.record_filters import find_column
from crm_sync.sources.rest.source import RestSource
from crm_sync.storage.rows.sweep_scope import SweepScope

logger = logging.getLogger(__name__)


class RestLinksSource(RestSource):
    """All configured pairs of types, one after the other.

    Args:
        client: of the account.
        entity: with the strategy `rest_links`.
        paths: pieces of paths by placeholder.
    """

    reads_whole = False

    def __init__(self, client: RestClient, entity: EntityConfig, paths: Mapping[str, str]) -> None:
        if not isinstance(entity.read, RestLinksRead):
            raise TypeError(f"{entity.sync_type} is not read by rest_links")
        super().__init__(client, entity)
        self._config = entity.read
        self._paths = paths
        self._parents: dict[str, int] = {}
        self._unread: set[str] = set()
        """Types of parents that have no table."""

    def read_clock(self) -> datetime | None:
        """Give None: the warehouse's clock, not the source's, says which parents changed."""
        return None

    @override
    def count(self, request: ReadRequest) -> int | None:
        """Give None: nobody knows how many links there are."""
        return None

    def describe(self) -> dict[str, Any]:
        """Give the number of parents read by pair."""
        return {"api_version": self._client.api_version, "parents": dict(self._parents)}

    def _read(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Generator[Page, None, None]:
        self._parents, self._unread, self.sweep_scope = {}, set(), None
        for pair in self._config.pairs:
            yield from self._read_pair(pair, request, cursors)
        if self._unread:
            self._leave_unread()

    def _leave_unread(self) -> None:
        """Note the types whose parents nobody knows: links of such that are in the table are not gone."""
        types = dict.fromkeys(pair.from_type for pair in self._config.pairs)
        left = ", ".join(one for one in types if one in self._unread)
        self.notes.append(
            f"There is no table of {left}, so links from there were not read, and those that were stay: sync "
            "these records first, or take their pairs out of the YAML."
        )
        column = find_column(self._entity, "from_object_type")
        read = tuple(one for one in types if one not in self._unread)
        self.sweep_scope = SweepScope(parent_column=column, parents=read)

    def _was_whole(self, request: ReadRequest) -> bool:
        return request.mode is SyncMode.FULL

    def _read_pair(
        self, pair: LinkPair, request: ReadRequest, cursors: Mapping[str, Cursor]
    ) -> Iterator[Page]:
        key = f"{pair.from_type}:{pair.to_type}"
        if request.parents is None:
            raise ValueError("links need the request's parents")
        if key in cursors and cursors[key] is None:
            return
        since = request.since if request.mode is SyncMode.DELTA else None
        parents = request.parents(pair.from_type, since)
        if parents is None:
            self._unread.add(pair.from_type)
            return
        size = min(self._config.batch_inputs, request.page_size)
        batches = _cut_batches(parents, size, after=cursors.get(key))
        reader = LinkReader(self._client, self._config, pair, self._paths)
        for ids, links in self._read_ahead(batches, reader):
            self._parents[key] = self._parents.get(key, 0) + len(ids)
            yield build_links_page(pair, ids, links, cursor_key=key, cursor=ids[-1])
        yield build_links_page(pair, [], [], cursor_key=key, cursor=None)

    def _read_ahead(
        self, batches: Iterator[list[str]], reader: LinkReader
    ) -> Iterator[tuple[list[str], list[Record]]]:
        """Read batches side by side and give them in order, so that one cursor tells what is stored."""
        pool = ThreadPoolExecutor(self._config.parallel, thread_name_prefix="crm-sync-links")
        with Ahead[tuple[list[str], list[Record]]](pool) as ahead:

            def read(ids: list[str]) -> tuple[list[str], list[Record]]:
                return ids, reader.read(ids, ahead.is_cancelled)

            while True:
                # the first answer tells how long one takes, and so how many to keep under way behind the next
                most = 1 + (self._count_threads() if self._client.stats.latency_s else 0)
                for ids in islice(batches, max(0, most - len(ahead))):
                    ahead.give(read, ids)
                if not ahead:
                    return
                yield ahead.take()

    def _count_threads(self) -> int:
        return choose_threads(
            self._config.parallel,
            calls_per_s=self._client.calls_per_s.get(self._config.rate_classes[0]),
            latency_s=self._client.stats.latency_s,
        )


def _order(parent_id: str) -> tuple[int, str]:
    """Give the key by which numeric text ascends as its numbers do."""
    return len(parent_id), parent_id


def _cut_batches(lists: Iterable[list[str]], size: int, *, after: str | None) -> Iterator[list[str]]:
    """Regroup ids into batches, leaving out those up to `after`.

    Raises:
        ValueError: the ids do not ascend as numbers do, so that a resumed read could skip some.
    """
    batch: list[str] = []
    last = ""
    for ids in lists:
        for one in ids:
            if _order(one) <= _order(last):
                raise ValueError(f"parent ids must ascend: {one!r} after {last!r}")
            last = one
            if after is not None and _order(one) <= _order(after):
                continue
            batch.append(one)
            if len(batch) == size:
                yield batch
                batch = []
    if batch:
        yield batch
