"""The records of a finished job: pages after a locator, counted and compared with the job's own number."""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import closing
from dataclasses import dataclass, field, replace

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_reads import RestListRead
from crm_sync.config.slots import FIELDS
from crm_sync.fields.key_paths import split_path
from crm_sync.fields.paths import source_paths
from crm_sync.rest.client import RestClient
from crm_sync.sources.base import Page, ReadRequest, Record, build_page
from crm_sync.sources.jobs.calls import JobCalls
from crm_sync.sources.jobs.position import JobPosition
from crm_sync.sources.rest.part import Part
from crm_sync.sources.rest.part_walk import PartWalk
from crm_sync.sources.rest.position import Position

_MOST_CELLS = 1_000_000
"""Of a page; it is in memory whole, and so is the one behind it."""


@dataclass
class ResultReader:
    """Reads the results of a job.

    Args:
        client: of the account.
        entity: whose list it is.
        config: its strategy.
        request: the read.
        part: that the job works out.
        calls: about jobs.
    """

    client: RestClient
    entity: EntityConfig
    config: RestListRead
    request: ReadRequest
    part: Part
    calls: JobCalls
    read: int = 0
    """Records of the job so far, those of earlier tries included."""
    doubt: str | None = None
    """Why the job may not have shown everything."""
    notes: list[str] = field(default_factory=list)
    """Oddities that leave nothing open."""

    def read_pages(self, position: JobPosition, total: int | None) -> Generator[Page]:
        """Read the pages behind a position.

        Args:
            position: of the job.
            total: records that the job says it has; None: it does not say.
        """
        part = self.calls.build_results(self.part, position.job)
        walk = PartWalk(self.client, self.entity, self.config, self.request, part)
        self.read = position.read
        with closing(walk.read_pages(position.locator, self._page_size, position.read)) as pages:
            for page in pages:
                self.read += len(page.sent)
                cursor = None
                if page.following is not None:
                    cursor = position.go_to(page.following, self.read).to_cursor()
                else:
                    self.doubt = walk.doubt
                    self.notes += walk.notes
                    self._judge(position.job, total)
                    cursor = Position(is_over=True, doubt=self.doubt).to_cursor()
                made = build_page(page.records, cursor_key=self.part.key, cursor=cursor, calls=page.calls)
                yield replace(made, missing=self._find_missing(page.records))

    @property
    def _page_size(self) -> int:
        """Give the records of a page: many, but not of many fields, nor where the run wants smaller pages."""
        fields = self.part.slots.values.get(FIELDS, ())
        width = max(1, len(fields)) if isinstance(fields, list | tuple) else 1
        usual = max(1, min(self.calls.words.results.page_size, _MOST_CELLS // width))
        asked = self.request.page_size
        return usual if asked >= self.entity.page_size else min(usual, asked)

    def _judge(self, job: str, total: int | None) -> None:
        """Compare the number of records that came with the job's own number."""
        if total is None or self.read == total:
            return
        came = f"job {job} says that it has {total:,} records, and {self.read:,} came"
        if self.read < total:
            self.doubt = f"{self.entity.sync_type} {self.part.walk}: {came}."
        else:
            self.notes.append(f"{self.part.walk}: {came}.")

    def _find_missing(self, records: list[Record]) -> frozenset[str]:
        """Name the columns that the job did not ask for: a worker before this one may have known of fewer.

        A column whose key no record of the page has keeps its values. Rows of CSV have the same keys; JSON
        may leave one out of a single record, which says nothing of the others.
        """
        return self._find_gone(set[str]().union(*records)) if records else frozenset()

    def _find_gone(self, names: Collection[str]) -> frozenset[str]:
        """Name the columns of which the records have no key."""
        if not self.part.one.names(FIELDS):
            return frozenset()
        # what the fetch makes of a record comes after this
        keys = {*names, *self.entity.made}
        return frozenset(
            column
            for column, config in self.entity.fields.items()
            if keys.isdisjoint(split_path(path)[0] for path in source_paths(column, config.source))
        )
