"""Lists over REST without pages that are cut off, read in parts."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from typing_extensions import override

from crm_sync.config.models import EntityConfig
from crm_sync.rest.client import RestClient
from crm_sync.sources.base import Cursor, Page, ReadRequest
from crm_sync.sources.partitions.reader import PartitionReader
from crm_sync.sources.partitions.subsets import Subset, list_subsets
from crm_sync.sources.rest.lists import RestListSource
from crm_sync.sources.rest.part_reader import PartReader


class PartitionSource(RestListSource):
    """Reads like a list of one page, and in parts where that page is full.

    Args:
        client: of the account.
        entity: with the strategy `partitioned`.
        paths: pieces of paths by placeholder, beside the connection's extras.
    """

    def __init__(
        self, client: RestClient, entity: EntityConfig, paths: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(client, entity, paths)
        if self._config.partition is None:
            raise TypeError(f"{entity.sync_type} is not read in parts")
        self._words = self._config.partition
        self._parts: PartitionReader | None = None
        self._subsets: list[Subset] = []

    def describe(self) -> dict[str, Any]:
        """Give the facts of a list, and in how many parts it was read."""
        facts = {**super().describe(), "reads": f"whole list in parts by {self._words.by[0].name}"}
        if self._subsets:
            facts["groups"] = len(self._subsets)
        return {**facts, "parts": 0 if self._parts is None else self._parts.asked}

    def ask_subsets(self) -> list[Subset]:
        """Ask for the groups that a read is compared with; none where the YAML names no such list.

        Raises:
            SourceError: they may not be read.
        """
        words = self._words.subsets
        if words is None:
            return []
        return list_subsets(self._client, words, *self._planner.fill_call(words.path))

    @override
    def _read(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Generator[Page]:
        self._subsets = self.ask_subsets()
        yield from super()._read(request, cursors)
        largest = max(self._subsets, key=lambda one: one.size, default=None)
        found = 0 if self._parts is None else self._parts.found
        if largest is not None and largest.size > found and self.incomplete_reason is None:
            self.incomplete_reason = (
                f"{self._entity.sync_type}: {found:,} records came, and '{largest.name}' alone has "
                f"{largest.size:,}, so the source does not show all of them."
            )

    @override
    def _build_reader(self, request: ReadRequest) -> PartReader:
        self._parts = PartitionReader(
            self._client,
            self._entity,
            self._config,
            request,
            self._bookmarks,
            self._refusals,
            words=self._words,
        )
        return self._parts
