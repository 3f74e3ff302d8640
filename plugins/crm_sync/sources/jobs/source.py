"""Lists over REST whose large parts are read by jobs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.rest.client import RestClient
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.jobs.calls import JobCalls
from crm_sync.sources.jobs.figures import fit_words
from crm_sync.sources.jobs.reader import JobReader
from crm_sync.sources.rest.lists import RestListSource
from crm_sync.sources.rest.part_reader import PartReader


class JobSource(RestListSource):
    """Reads like a list, and uses jobs for parts that are too large for pages.

    Args:
        client: of the account.
        entity: with the strategy `job`.
        paths: pieces of paths by placeholder, beside the connection's extras.
    """

    def __init__(
        self, client: RestClient, entity: EntityConfig, paths: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(client, entity, paths)
        if self._config.job is None:
            raise TypeError(f"{entity.sync_type} is not read by jobs")
        self._words = fit_words(client, self._config.job)
        self._jobs: dict[str, dict[str, object]] = {}
        self._figures: dict[str, float] = {}

    def describe(self) -> dict[str, Any]:
        """Give the facts of a list, and the jobs that read it."""
        return {**super().describe(), **({"jobs": dict(self._jobs)} if self._jobs else {})}

    def metrics(self) -> dict[str, float]:
        """Give the client's figures and those of the jobs."""
        return {**super().metrics(), **{name: round(one, 6) for name, one in self._figures.items()}}

    def read_clock(self) -> datetime | None:
        """Ask a list for the time; where jobs alone read, as the YAML says, None if it does not."""
        if self._words.count is not None:
            return super().read_clock()
        if self._words.clock is None:
            return None
        part = self._planner.build_bare(self._config.passes[0], self._list_parents()[0])
        return JobCalls(self._client, self._words).ask_time(part, self._words.clock)

    def _build_reader(self, request: ReadRequest) -> PartReader:
        client, entity, config = self._client, self._entity, self._config
        reader = JobReader(
            client, entity, config, request, self._bookmarks, self._refusals, words=self._words
        )
        # a refresh beside a delta has jobs of its own
        reader.jobs, reader.figures, reader.tell = self._jobs, self._figures, self.notes.append
        return reader
