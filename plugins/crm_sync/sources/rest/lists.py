"""Entities over paged REST lists, driven by config: passes, parents, windows and filters put together."""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from typing_extensions import override

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_reads import RestListRead
from crm_sync.constants import SyncMode
from crm_sync.exceptions import FatalSourceError, StaleFieldsError
from crm_sync.rest.client import RestClient
from crm_sync.sources.base import Cursor, Page, ReadRequest
from crm_sync.sources.rest.date_windows import find_span
from crm_sync.sources.rest.discovery import FieldPlan, describe_stale
from crm_sync.sources.rest.event_cursor import Bookmarks
from crm_sync.sources.rest.lengths import MOST_ASKED, ask_total
from crm_sync.sources.rest.pages import PageReader
from crm_sync.sources.rest.parents import list_parents
from crm_sync.sources.rest.part import NO_PARENT, Part
from crm_sync.sources.rest.part_reader import PartReader
from crm_sync.sources.rest.parts import build_planner
from crm_sync.sources.rest.reading_method import log_method, name_method
from crm_sync.sources.rest.record_filters import describe_wanted, find_column
from crm_sync.sources.rest.refresh import Refresh
from crm_sync.sources.rest.refusals import Refusals
from crm_sync.sources.rest.source import RestSource
from crm_sync.storage.rows.sweep_scope import SweepScope

logger = logging.getLogger(__name__)


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
        self._planner = build_planner(client, entity, entity.read, paths or {})
        self._zone = ZoneInfo(entity.source_time_zone)
        self._parents: list[str] | None = None
        self._clock: datetime | None = None
        self._bookmarks = Bookmarks(entity, entity.read)
        self._refresh = Refresh(entity)
        self._refusals = Refusals()
        self._reader: PartReader | None = None
        self._cut: str | None = None
        self._parents_doubt: str | None = None
        self._fields = FieldPlan(())
        self._found: FieldPlan | None = None
        """Fields that the look at the clock has brought already."""

    @property
    def reads_whole(self) -> bool:
        """Say whether each read is a read of everything."""
        return self._config.reads_whole

    def read_clock(self) -> datetime | None:
        """Give the `Date` of the answer that lists fields or parents, or else of one with a single record."""
        if self._clock is None and self._config.discover is not None:
            self._found = self._planner.discover(self._client, self._entity)
            self._clock = None if self._found is None else self._found.date
        parents = self._list_parents()
        # of several, the first may be one that refuses; and where their list has no Date, theirs has none
        if self._clock is None and len(parents) == 1:
            one = self._config.passes[0]
            part = self._planner.build_bare(one, parents[0])
            reader = PageReader(self._client, part, one.paging or self._config.paging, 1)
            self._clock = reader.read(None).answer.date
        return self._clock

    @override
    def count(self, request: ReadRequest) -> int | None:
        """Give None: most lists don't tell their length, and none tells it for all parts."""
        return None

    def ask_length(self, request: ReadRequest) -> int | None:
        """Add up the totals that the answers of all parts name; None: one names none, or there are many."""
        self._discover(request)
        parts = list(islice(self._planner.plan(request, self._list_parents()), MOST_ASKED + 1))
        totals = [ask_total(self._client, self._config, part) for part in parts[:MOST_ASKED]]
        known = [total for total in totals if total is not None]
        return sum(known) if len(known) == len(parts) else None

    def describe(self) -> dict[str, Any]:
        """Report how the list was read, which walks are complete, and which the account lacks."""
        reader = self._reader
        skipped, walks = ({}, {}) if reader is None else (reader.skipped, reader.walks)
        told: dict[str, Any] = {"missing_fields": list(self._fields.missing)}
        told |= {"missing_labels": list(self._fields.labels.absent), "stale_fields": list(self._fields.stale)}
        told["left_out"] = 0 if reader is None else reader.left_out
        told |= {"skipped": dict(skipped), "refused": self._refusals.to_json(), "cut": self._cut}
        facts: dict[str, Any] = {"reads": name_method(self._config), "walks": list(walks)}
        facts.update(self._bookmarks.describe(walks))
        facts.update(self._refresh.describe())
        return {**facts, **{name: value for name, value in told.items() if value}}

    def _read(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Generator[Page]:
        self._refusals = Refusals()
        is_whole = self._is_of_everything(request)
        self._cut = log_method(self._entity, self._config, request, self._planner, is_whole=is_whole)
        self._discover(request)
        # what looks into records needs the fields that columns by label are filled from
        self._bookmarks, self._refresh = Bookmarks(self._entity, self._config), Refresh(self._entity)
        self._bookmarks.begin(request)
        self._refresh.begin(request)
        self._reader = reader = self._build_reader(request)
        self._note_stale(request)
        for part in self._planner.plan(request, self._list_parents()):
            if part.walk in self._refusals:
                continue
            if part.key in cursors:
                self._refusals.note_answer(part)
            try:
                yield from self._read_part(reader, part, cursors)
            except FatalSourceError as error:
                self._refusals.note(part, error)
        refreshed = self._build_refresher(request) if self._refresh.is_due(request) else None
        if refreshed is not None:
            yield from self._read_refresh(refreshed, cursors)
        self._refusals.check()
        self._note_scope(request)
        self.incomplete_reason = reader.doubt or self._parents_doubt
        if refreshed is not None and self.incomplete_reason is None:
            self.incomplete_reason = refreshed.doubt
        if wanted := describe_wanted(self._config.only, request.own_options):
            self.incomplete_reason = f"{wanted} left the other records unread."
        count_absent = request.count_absent
        if count_absent is not None and self._was_whole(request):
            again = reader.read_again(lambda: count_absent(self.sweep_scope))
            yield from self._mark(again)
            self.incomplete_reason = reader.doubt
        self.notes.extend(reader.notes)
        if reader.left_out:
            name, count = self._entity.sync_type, f"{reader.left_out:,}"
            logger.info(
                "%s: %s records that came are not wanted (keep in the YAML) and left out.", name, count
            )

    def _build_reader(self, request: ReadRequest) -> PartReader:
        """Give the reader of a read's parts."""
        return PartReader(self._client, self._entity, self._config, request, self._bookmarks, self._refusals)

    def _build_refresher(self, request: ReadRequest) -> PartReader:
        """Give the reader of a refresh, which reads everything and takes nothing as deleted."""
        return self._build_reader(replace(request, mode=SyncMode.FULL, since=None, count_absent=None))

    def _read_refresh(self, reader: PartReader, cursors: Mapping[str, Cursor]) -> Generator[Page]:
        logger.info("%s: columns that go stale without a trace are read again.", self._entity.sync_type)
        names = self._refresh.choose(self._planner.fields)
        parts = self._planner.plan(reader.request, self._list_parents()) if names else ()
        for part in parts:
            if part.walk not in self._refusals:
                pages = reader.read_part(self._refresh.narrow(part, names), cursors)
                yield from self._refresh.mark(pages, names)
        if not self._refusals.parents and reader.doubt is None:
            self._refresh.note_done(reader.request)

    def _read_part(self, reader: PartReader, part: Part, cursors: Mapping[str, Cursor]) -> Generator[Page]:
        try:
            yield from self._mark(reader.read_part(part, cursors))
        except StaleFieldsError:
            asked = self._planner.fields
            self._discover(reader.request)
            if self._planner.fields == asked:
                raise  # the account says that it has all of them
            yield from self._mark(reader.read_part(self._planner.renew(part), cursors))

    def _discover(self, request: ReadRequest) -> None:
        begun = self.labels or request.labels
        found, self._found = None if begun else self._found, None
        self._fields = found or self._planner.discover(self._client, self._entity, begun) or FieldPlan(())
        self._take_fields(self._fields, request)

    def _note_stale(self, request: ReadRequest) -> None:
        stale = describe_stale(self._fields)
        if stale is not None and request.mode is SyncMode.FULL:
            self.notes.append(stale)

    def _mark(self, pages: Generator[Page]) -> Generator[Page]:
        """Let pages say which columns nothing in them fills."""
        gone = self._fields.missing_columns
        with closing(pages):
            for page in pages:
                yield replace(page, missing=gone | page.missing) if gone and page.records else page

    def _was_whole(self, request: ReadRequest) -> bool:
        # rows of a parent that was not read can't be told from the others where no column says whose they are
        is_mixed = bool(self._list_unread()) and self._find_parent_column() is None
        is_cut = is_mixed or self.incomplete_reason is not None or bool(self._planner.find_narrowing())
        return self._is_of_everything(request) and not is_cut and self._config.missing_rows == "mark"

    def _is_of_everything(self, request: ReadRequest) -> bool:
        return self.reads_whole or request.mode is SyncMode.FULL

    def _list_unread(self) -> frozenset[str]:
        """Give the parents of which something refused, or is off; none of several is told as no parent."""
        return self._refusals.parents | (self._reader.off_parents if self._reader else frozenset())

    def _list_parents(self) -> list[str]:
        if self._parents is None:
            self._parents = [NO_PARENT]
            if self._config.parents is not None:
                listed = list_parents(self._client, self._entity, self._config, self._planner)
                self._parents, self._clock, self._parents_doubt = listed.values, listed.date, listed.doubt
        return self._parents

    def _note_scope(self, request: ReadRequest) -> None:
        scope, windows, parents = SweepScope(), self._config.windows, self._config.parents
        if windows is not None and request.mode is SyncMode.FULL:
            since, until = find_span(self._planner.plan_windows(None, request.until), self._zone)
            with_null = any(not one.windowed for one in self._config.passes)
            scope = SweepScope(windows.column, since, until, with_null)
        if parents is not None:
            # rows of a parent that the key does not see, or not any more, were not asked for
            unread = self._list_unread()
            read = tuple(one for one in self._list_parents() if one not in unread)
            scope = replace(scope, parent_column=self._find_parent_column(), parents=read)
        self.sweep_scope = None if scope == SweepScope() else scope

    def _find_parent_column(self) -> str | None:
        parents = self._config.parents
        return None if parents is None else find_column(self._entity, f"_{parents.name}")
