"""Entities over paged REST lists, driven by config: passes, parents, windows and filters put together."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_reads import RestListRead
from crm_sync.constants import SyncMode
from crm_sync.exceptions import ConfigError
from crm_sync.rest.client import RestClient
from crm_sync.rest.paginators import LoopGuard
from crm_sync.sources.base import Cursor, Page, ReadRequest, Record, build_page
from crm_sync.sources.rest.cursors import read_cursor, write_cursor
from crm_sync.sources.rest.date_windows import find_span
from crm_sync.sources.rest.pages import ListPage, PageReader, walk_pages
from crm_sync.sources.rest.parents import list_parents
from crm_sync.sources.rest.parts import NO_PARENT, Part, PartPlanner
from crm_sync.sources.rest.record_filters import (
    Keep,
    NewRecords,
    count_outside,
    describe_wanted,
    find_column,
    get_path,
    keep_changed,
    keep_wanted,
)
from crm_sync.sources.rest.source import RestSource
from crm_sync.storage.sweep_scope import SweepScope

logger = logging.getLogger(__name__)

_SKIPPED = "skipped"


class RestListSource(RestSource):
    """Reads lists: whole, by the source's modified filter, or by windows of an event's time.

    Args:
        client: of the account.
        entity: with the strategy `rest_list`.
        paths: pieces of paths by placeholder, beside the connection's extras.
    """

    def __init__(
        self, client: RestClient, entity: EntityConfig, paths: Mapping[str, str] | None = None
    ) -> None:
        if not isinstance(entity.read, RestListRead):
            raise TypeError(f"{entity.sync_type} is not read by rest_list")
        super().__init__(client, entity)
        self._config = entity.read
        self._planner = PartPlanner(entity, entity.read, extras=client.extras, paths=paths or {})
        self._zone = ZoneInfo(entity.source_time_zone)
        self._parents: list[str] | None = None
        self._clock: datetime | None = None
        self._walks: dict[str, None] = {}
        self._skipped: dict[str, str] = {}

    @property
    def reads_whole(self) -> bool:
        """Tell whether each read is of everything."""
        return self._config.reads_whole

    def read_clock(self) -> datetime | None:
        """Give the `Date` of the answer that lists the parents, or else of one with a single record."""
        parents = self._list_parents()
        if self._clock is None and parents:
            one = self._config.passes[0]
            part = self._planner.build_bare(one, parents[0])
            self._clock = (
                PageReader(self._client, part, one.paging or self._config.paging, 1).read(None).answer.date
            )
        return self._clock

    def count(self, request: ReadRequest) -> int | None:  # noqa: ARG002
        """Give None: most lists don't tell their length, and none tells it for all parts."""
        return None

    def describe(self) -> dict[str, Any]:
        """Tell how it was read, which walks are complete, and which the account lacks."""
        asked, windows = self._config.modified_filter, self._config.windows
        reads = "whole list"
        if asked is not None:
            reads = f"changes by {asked.place} {asked.name}"
        elif windows is not None:
            reads = f"windows by {windows.column}"
        facts: dict[str, Any] = {"reads": reads, "walks": list(self._walks)}
        return {**facts, _SKIPPED: dict(self._skipped)} if self._skipped else facts

    def _read(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Generator[Page]:
        self._log_method(request)
        self._walks, self._skipped = {}, {}
        for part in self._planner.plan(request, self._list_parents()):
            yield from self._read_part(part, request, cursors)
            if part.walk not in self._skipped:
                self._walks[part.walk] = None
        self._note_scope(request)
        if wanted := describe_wanted(self._config.only, request.own_options):
            self.incomplete_reason = f"{wanted} left the other records unread."

    def _was_whole(self, request: ReadRequest) -> bool:
        everything = self.reads_whole or request.mode is SyncMode.FULL
        is_cut = bool(self._skipped) or self.incomplete_reason is not None
        if everything and (narrowing := self._planner.find_narrowing()):
            names = ", ".join(narrowing)
            logger.warning("The extra %s narrows the read: no row is taken as deleted.", names)
            return False
        return everything and not is_cut and self._config.missing_rows == "mark"

    def _read_part(self, part: Part, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Iterator[Page]:
        cursor = cursors.get(part.key)
        if isinstance(cursor, dict) and _SKIPPED in cursor:
            self._skip(part, str(cursor[_SKIPPED]))
        if part.walk in self._skipped or (part.key in cursors and cursor is None):
            return
        if part.walk in self._walks:
            part = replace(part, off=frozenset())  # an earlier window of it has answered
        off, keeps, fresh = part.one.feature_off, self._build_filters(part, request), NewRecords(self._entity)
        size = self._choose_page_size(request)
        with closing(self._walk(part, read_cursor(cursor, size), request)) as pages:
            for page in pages:
                if off is not None and page.answer.status in part.off:
                    self._skip(part, off.because)
                    yield build_page(
                        [], cursor_key=part.key, cursor={_SKIPPED: off.because}, calls=page.calls
                    )
                    return
                records, following = page.records, page.following
                if self._config.end_on_repeat and records:
                    records = fresh.keep(records)
                    if not records:
                        self._doubt_repeat(part, len(page.records), len(fresh), request)
                        following = None
                records = [record for record in records if all(keep(record) for keep in keeps)]
                if part.additions:
                    # new ones: the guard against repeated pages compares what the source sent
                    records = [{**record, **part.additions} for record in records]
                self._doubt_window(part, page.records)
                stored = write_cursor(part.one.paging or self._config.paging, following, size)
                yield build_page(records, cursor_key=part.key, cursor=stored, calls=page.calls)
                if following is None:
                    return

    def _doubt_window(self, part: Part, records: Sequence[Record]) -> None:
        """Note that most records lie outside of the days that were asked for: the source may ignore them."""
        if part.window is None or self._config.windows is None:
            return
        path = get_path(self._entity, self._config.windows.column)
        if count_outside(records, path, *find_span([part.window], self._zone)) * 2 > len(records):
            self.incomplete_reason = (
                f"{self._entity.sync_type} {part.walk}: most records of {part.window.first} to "
                f"{part.window.last} lie outside of these days: the source seems to ignore them, and there "
                "may be records that it does not show."
            )

    def _doubt_repeat(self, part: Part, repeated: int, known: int, request: ReadRequest) -> None:
        """Note that a first page, just as long as was asked for and sent again, may not be everything."""
        if repeated == known == self._choose_page_size(request):
            self.incomplete_reason = (
                f"{self._entity.sync_type} {part.walk}: every page holds the same {known} records, "
                "exactly as many as a page holds, so there may be more that it does not show."
            )

    def _walk(self, part: Part, token: str | None, request: ReadRequest) -> Generator[ListPage]:
        paging = part.one.paging or self._config.paging
        reader = PageReader(self._client, part, paging, self._choose_page_size(request))
        may_repeat = self._config.end_on_repeat
        guard = LoopGuard(max_pages=self._entity.max_pages, token=token, may_repeat=may_repeat)
        return walk_pages(reader, guard, paging, token, parallel=self._count_at_once(request, part))

    def _choose_page_size(self, request: ReadRequest) -> int:
        name = self._config.page_size_extra
        asked = self._client.extras.get(name, "") if name else ""
        if not asked:
            return request.page_size
        if not asked.isdecimal() or not int(asked):
            where = f"connection {self._client.connection_id}"
            raise ConfigError(where, f"extra.{name}", "a whole number above 0", got=repr(asked))
        return min(request.page_size, int(asked))

    def _count_at_once(self, request: ReadRequest, part: Part) -> int:
        flags = self._config.side_by_side
        if request.max_records:
            return 0  # it must not ask for pages that it will not keep
        if flags is None or not part.one.paged:
            return 1
        asked = int(request.own_options.get(flags.flag) or 1)
        if asked == 1 and flags.fast_flag and request.own_options.get(flags.fast_flag):
            asked = flags.fast
        return min(asked, flags.most)

    def _build_filters(self, part: Part, request: ReadRequest) -> list[Keep]:
        keeps = []
        if self._config.changed_only and part.since is not None:
            keeps.append(keep_changed(self._config.changed_only, part.since, self._zone))
        if (wanted := keep_wanted(self._config.only, request.own_options)) is not None:
            keeps.append(wanted)
        return keeps

    def _list_parents(self) -> list[str]:
        if self._parents is None:
            self._parents = [NO_PARENT]
            if self._config.parents is not None:
                listed = list_parents(self._client, self._entity, self._config, self._planner)
                self._parents, self._clock = listed.values, listed.date
        return self._parents

    def _skip(self, part: Part, because: str) -> None:
        logger.warning("%s %s is skipped: %s.", self._entity.sync_type, part.walk, because)
        self._skipped[part.walk] = because

    def _note_scope(self, request: ReadRequest) -> None:
        scope, windows, parents = SweepScope(), self._config.windows, self._config.parents
        if windows is not None and request.mode is SyncMode.FULL:
            since, until = find_span(self._planner.plan_windows(None, request.until), self._zone)
            with_null = any(not one.windowed for one in self._config.passes)
            scope = SweepScope(windows.column, since, until, with_null)
        if parents is not None:
            # rows of a parent that the key does not see, or not any more, were not asked for
            column = find_column(self._entity, f"_{parents.name}")
            scope = replace(scope, parent_column=column, parents=tuple(self._list_parents()))
        self.sweep_scope = None if scope == SweepScope() else scope

    def _log_method(self, request: ReadRequest) -> None:
        name, windows = self._entity.sync_type, self._config.windows
        if self.reads_whole and not request.must_read:
            logger.info("%s has no modified filter: it is read whole and compared.", name)
        elif windows is not None and request.since is not None:
            first = self._planner.plan_windows(request.since, request.until)[0].first
            logger.info(
                "%s has no modified filter: %s from %s on is read again.", name, windows.column, first
            )
