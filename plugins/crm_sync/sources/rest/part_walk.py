"""One walk through one part: pages filtered, ends by repetition, doubts whether the source showed all."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_reads import RestListRead
from crm_sync.exceptions import ConfigError
from crm_sync.fields.paths import source_paths
from crm_sync.rest.client import RestClient
from crm_sync.rest.loop_guard import LoopGuard, PageCount
from crm_sync.rest.messages import Answer
from crm_sync.rest.waits import never
from crm_sync.sources.base import ReadRequest, Record
from crm_sync.sources.rest.date_windows import find_span
from crm_sync.sources.rest.following import ROUND_SIZE, may_be_cut
from crm_sync.sources.rest.page_walks import walk_pages
from crm_sync.sources.rest.pages import ListPage, PageReader
from crm_sync.sources.rest.part import Part
from crm_sync.sources.rest.record_edits import HASH, build_edit
from crm_sync.sources.rest.record_filters import (
    NewRecords,
    build_filters,
    count_outside,
    get_path,
)
from crm_sync.sources.rest.record_times import RecordTimes
from crm_sync.sources.rest.wrapped import Unwrapper


@dataclass(frozen=True)
class WalkPage:
    """One page of a walk."""

    records: list[Record]
    """The new and wanted records."""
    sent: list[Record]
    """All records that the source sent."""
    following: str | None
    """Token of the page after it; None: it is the last."""
    calls: int
    answer: Answer
    read: int | None = None
    """Records of the list up to here; None: not known."""


@dataclass
class PartWalk:
    """Reads a part once.

    Args:
        client: of the account.
        entity: whose list it is.
        read: its strategy.
        request: the read.
        part: what to walk through.
    """

    client: RestClient
    entity: EntityConfig
    read: RestListRead
    request: ReadRequest
    part: Part
    cancelled: Callable[[], bool] = never
    """The caller's own reason to stop."""
    arrived: Callable[[], object] | None = None
    """Called when an answer is there whole, before it is decoded; None: nobody asks."""
    doubt: str | None = None
    """Why the source may not have shown everything."""
    notes: list[str] = field(default_factory=list)
    """Oddities of the source that leave nothing open."""
    has_pages: bool = False
    """There was more than one page, so a record may have moved from one to another."""
    _days: RecordTimes | None = None

    def read_pages(self, token: str | None, page_size: int, read: int | None = None) -> Generator[WalkPage]:
        """Read the pages from a token on, before which so many records came; None: not known."""
        fresh = NewRecords(self.entity)
        changed = RecordTimes(self.entity, self.read.changed_only)
        keeps = build_filters(self.entity, self.read, self.request, self.part.since, changed)
        named = (source_paths(name, one.source) for name, one in self.entity.fields.items())
        hashes = any(HASH in paths for paths in named)
        edit = build_edit(self.read, self.part.additions, self.part.options, hashes=hashes)
        unwrapper = None if self.read.wrapped is None else Unwrapper(self.entity, self.read.wrapped)
        is_first, may_go_on = token is None, False
        self.has_pages = not is_first
        with closing(self._walk(token, page_size, read)) as pages:
            for page in pages:
                sent = page.records if unwrapper is None else unwrapper.unwrap(page.records)
                records, following = sent, page.following
                if self.read.end_on_repeat and records:
                    records = fresh.keep(records)
                    if not records:
                        self._doubt_repeat(len(page.records), fresh, page_size)
                        following = None
                # an empty page after a full one counts: its only record may just have moved forward
                self.has_pages |= not is_first and bool(records or may_go_on)
                is_first, may_go_on = False, may_be_cut(len(page.records), page_size)
                self._doubt_window(sent)
                for keep in keeps:
                    records = [record for record, kept in zip(records, keep(records), strict=True) if kept]
                if page.gap is not None:
                    self.doubt = f"{self.entity.sync_type} {self.part.walk}: {page.gap}."
                if following is None:
                    self._note_end(page, changed.unreadable)
                if edit is not None:
                    # new ones: the guard against repeated pages compares what the source sent
                    records = [edit(record) for record in records]
                yield WalkPage(records, sent, following, page.calls, page.answer, page.read)
                if following is None:
                    return

    def count_expected(self, records: Sequence[Record]) -> int:
        """Count the records that were to come with this read; one that changed since comes with the next."""
        path = self.read.changed_only
        if not path and self.entity.modified_column:
            path = get_path(self.entity, self.entity.modified_column)
        if not path or not records:
            return len(records)
        times = RecordTimes(self.entity, path).read(records)
        return sum(changed is None or changed < self.request.until for changed in times)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.entity.source_time_zone)

    def _note_end(self, page: ListPage, unreadable: int) -> None:
        """Note the doubts that the last page leaves."""
        if unreadable:
            self.notes.append(
                f"{self.part.walk}: {unreadable:,} records have a '{self.read.changed_only}' that can't be "
                "read as a time, so deltas keep them as if they had changed."
            )
        where = f"{self.entity.sync_type} {self.part.walk}"
        if page.lack is not None:
            # a gap that was seen on the way says more
            self.doubt = self.doubt or f"{where}: the list ended before its end: {page.lack}."
        elif page.excess is not None:
            self.notes.append(f"{self.part.walk}: the number of records is not to be trusted: {page.excess}.")

    def _walk(self, token: str | None, page_size: int, read: int | None) -> Generator[ListPage]:
        paging = self.part.one.paging or self.read.paging
        how = (self.client, self.part, paging, page_size)
        reader = PageReader(*how, cancelled=self.cancelled, arrived=self.arrived)
        may_repeat = self.read.end_on_repeat
        guard = LoopGuard(PageCount(self.entity.max_pages), token=token, may_repeat=may_repeat)
        return walk_pages(reader, guard, paging, token, parallel=self._count_at_once(), read=read)

    def _count_at_once(self) -> int:
        flags, asked_for = self.read.side_by_side, self.request.own_options
        if self.request.max_records:
            return 0  # it must not ask for pages that it will not keep
        if flags is None or not self.part.one.paged:
            return 1
        asked = int(asked_for.get(flags.flag) or 1)
        if asked == 1 and flags.fast_flag and asked_for.get(flags.fast_flag):
            asked = flags.fast
        return min(asked, flags.most)

    def _doubt_window(self, records: Sequence[Record]) -> None:
        """Note that most records lie outside the requested days: the source may ignore the dates."""
        window, windows = self.part.window, self.read.windows
        if window is None or windows is None:
            return
        self._days = self._days or RecordTimes(self.entity, get_path(self.entity, windows.column))
        times = self._days.read(records)
        if count_outside(times, *find_span([window], self._zone)) * 2 > len(records):
            self.doubt = (
                f"{self.entity.sync_type} {self.part.walk}: most records of {window.first} to "
                f"{window.last} lie outside these days: the source seems to ignore the dates, so there may "
                "be records that it does not show."
            )

    def _doubt_repeat(self, repeated: int, fresh: NewRecords, page_size: int) -> None:
        """Note that a first page that comes again may not be everything: pages are cut at such lengths."""
        if fresh.pages > 1 or (repeated != page_size and repeated % ROUND_SIZE):
            return
        self.doubt = (
            f"{self.entity.sync_type} {self.part.walk}: every page holds the same {repeated} records. The "
            "source may cut pages at that number, so there may be more that it does not show. If these are "
            f"all, write `paged: false` at pass {self.part.one.name} in the YAML; if not, `paging` there "
            "does not describe how this source counts pages."
        )


def choose_page_size(client: RestClient, read: RestListRead, request: ReadRequest) -> int:
    """Give the records to ask for in a page: what the run asks for, or fewer where the connection says so.

    Raises:
        ConfigError: the connection's extra is no number.
    """
    name = read.page_size_extra
    asked = client.extras.get(name, "") if name else ""
    if not asked:
        return request.page_size
    if not asked.isdecimal():
        where = f"connection {client.connection_id}"
        raise ConfigError(where, f"extra.{name}", "a whole number, 0 for none", got=repr(asked))
    return min(request.page_size, int(asked) or request.page_size)
