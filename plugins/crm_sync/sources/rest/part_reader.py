"""Reads the parts of one list behind their cursors: what is done, what is off, what has to be read again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace

from crm_sync.config.models import EntityConfig
from crm_sync.config.paging import OffsetPaging
from crm_sync.config.rest_reads import RestListRead
from crm_sync.constants import SyncMode
from crm_sync.exceptions import StalePositionError
from crm_sync.rest.client import RestClient
from crm_sync.sources.base import Cursor, Page, ReadRequest, build_page
from crm_sync.sources.rest.cursors import read_cursor, write_cursor
from crm_sync.sources.rest.event_cursor import Bookmarks
from crm_sync.sources.rest.part import Part
from crm_sync.sources.rest.part_walk import PartWalk, choose_page_size
from crm_sync.sources.rest.record_filters import get_path
from crm_sync.sources.rest.refusals import Refusals
from crm_sync.sources.rest.repeats import MOST_WALKS, KnownKeys, read_walk, start_walk, write_walk

logger = logging.getLogger(__name__)

_MOST_RESTARTS = 3
_SKIPPED = "skipped"
_DOUBT = "doubt"


@dataclass
class PartReader:
    """Reads the parts of one read.

    Page numbers drift: a record that is deleted while a list is read pulls those behind it one place forward,
    and the first of the next page is passed over. So a list in several numbered pages may be walked again: in
    a delta until a walk brings nothing new, in a whole read while rows would be taken as deleted.

    Args:
        client: of the account.
        entity: whose list it is.
        read: its strategy.
        request: the read.
        bookmarks: of this read.
        refusals: of this read.
    """

    client: RestClient
    entity: EntityConfig
    read: RestListRead
    request: ReadRequest
    bookmarks: Bookmarks
    refusals: Refusals
    walks: dict[str, None] = field(default_factory=dict)
    """Walks that are read to their end, in order."""
    skipped: dict[str, str] = field(default_factory=dict)
    """Walks of features that are off, and why."""
    off_parents: frozenset[str] = frozenset()
    """Whose walks these are."""
    doubt: str | None = None
    """Why what was read may not be everything."""
    notes: dict[str, None] = field(default_factory=dict)
    """What is odd about the source and leaves nothing open, in order."""
    _long: dict[str, Part] = field(default_factory=dict)
    _known: dict[str, KnownKeys] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._page_size = choose_page_size(self.client, self.read, self.request)

    def read_part(self, part: Part, cursors: Mapping[str, Cursor]) -> Generator[Page]:
        """Read a part behind its cursor."""
        yield from self._read_behind(part, cursors)
        if part.walk not in self.skipped:
            self.walks[part.walk] = None

    def _read_behind(self, part: Part, cursors: Mapping[str, Cursor]) -> Generator[Page]:
        cursor = self.bookmarks.unwrap(part, cursors.get(part.key))
        if isinstance(cursor, dict) and _SKIPPED in cursor:
            self._skip(part, str(cursor[_SKIPPED]))
        if isinstance(cursor, dict) and _DOUBT in cursor:
            self.doubt = str(cursor[_DOUBT])
            return
        if part.walk in self.skipped or (part.key in cursors and cursor is None):
            return
        walk, at = read_walk(cursor)
        is_whole = self.request.mode is SyncMode.FULL
        while True:
            if walk > 1:
                self._long[part.key] = part
            if walk > MOST_WALKS:
                self.doubt = self._describe_unsteady(part)
                return
            if walk > 1 and is_whole:
                return  # whether it is needed is known when all parts are read
            if not (yield from self._read_walk(part, walk, at)):
                self._known.pop(part.key, None)
                return
            walk, at = walk + 1, None

    def read_again(self, cursors: Mapping[str, Cursor], count_absent: Callable[[], int]) -> Generator[Page]:
        """Read the long parts again while rows are missing, until a walk brings none of them.

        Args:
            cursors: as for `read_part`.
            count_absent: counts the rows that no walk brought so far and that would be taken as deleted.
        """
        absent = count_absent() if self._long else 0
        for walk in range(2, MOST_WALKS + 1):
            if not absent:
                return
            logger.info(
                "%s: %s rows of the table did not come; lists in several numbered pages are read again, "
                "since a deletion meanwhile may have hidden them.",
                *(self.entity.sync_type, f"{absent:,}"),
            )
            for part in list(self._long.values()):
                reached, at = read_walk(cursors.get(part.key))
                if reached <= walk:
                    yield from self._read_walk(part, walk, at if reached == walk else None)
            before, absent = absent, count_absent()
            if absent == before:
                return
        if absent:
            self.doubt = self._describe_unsteady(*self._long.values())

    def _read_walk(self, part: Part, walk: int, at: Cursor) -> Generator[Page, None, bool]:
        """Read a part once; from its first page again where the source forgets a position.

        Returns:
            Whether it may have to be read again.
        """
        restarts = 0
        while True:
            try:
                return (yield from self._walk_once(part, walk, at))
            except StalePositionError as error:
                restarts += 1
                if restarts > _MOST_RESTARTS:
                    raise
                what = f"{self.entity.sync_type} {part.walk}"
                logger.warning("%s is read from its first page again: %s", what, error)
                at = None

    def _walk_once(self, part: Part, walk: int, at: Cursor) -> Generator[Page, None, bool]:
        off = part.one.feature_off
        token, read = read_cursor(at, self._page_size)
        if part.walk in self.walks:
            part = replace(part, off=frozenset())  # an earlier window of it has answered
        one = PartWalk(self.client, self.entity, self.read, self.request, part)
        known, news, is_due = self._begin_keys(part), 0, False
        with closing(one.read_pages(token, self._page_size, read)) as pages:
            for page in pages:
                self.refusals.note_answer(part)
                if off is not None and page.answer.status in part.off:
                    self._skip(part, off.because)
                    cursor: Cursor = {_SKIPPED: off.because}
                    yield build_page([], cursor_key=part.key, cursor=cursor, calls=page.calls)
                    return False
                self.doubt = one.doubt or self.doubt
                self.notes.update(dict.fromkeys(one.notes))
                records, is_last = page.records, page.following is None
                if known is not None:
                    records = known.keep_new(records)
                    news += one.count_expected(records)
                is_due = is_last and known is not None and one.has_pages and (walk == 1 or news > 0)
                paging = part.one.paging or self.read.paging
                cursor = write_cursor(paging, page.following, self._page_size, page.read)
                if cursor is None and one.doubt is not None:
                    cursor = {_DOUBT: one.doubt}  # a later try does not see this page
                cursor = self.bookmarks.wrap(part, page.sent, cursor)
                cursor = start_walk(walk + 1) if is_due else write_walk(walk, cursor)
                yield build_page(records, cursor_key=part.key, cursor=cursor, calls=page.calls)
        return is_due

    def _begin_keys(self, part: Part) -> KnownKeys | None:
        """Give the keys of the walks before; None: the part need not be read again."""
        if not part.one.paged or not isinstance(part.one.paging or self.read.paging, OffsetPaging):
            return None
        if self.request.mode is SyncMode.FULL:
            may_drift = self.request.count_absent is not None and self.read.missing_rows == "mark"
        else:
            # what such a delta leaves out comes in no later one, unlike a window that is read again each time
            may_drift = self.read.filters_by_change
        if not may_drift or self.request.max_records:
            return None
        paths = [get_path(self.entity, column) for column in self.entity.primary_key]
        known = self._known.setdefault(part.key, KnownKeys(paths))
        known.begin_walk()
        return known

    def _skip(self, part: Part, because: str) -> None:
        logger.warning("%s %s is skipped: %s.", self.entity.sync_type, part.walk, because)
        self.skipped[part.walk] = because
        self.off_parents |= {part.parent}

    def _describe_unsteady(self, *parts: Part) -> str:
        walks = ", ".join(dict.fromkeys(part.walk for part in parts))
        return (
            f"{self.entity.sync_type} {walks}: each of {MOST_WALKS} reads of the numbered pages brought "
            "records that the one before had passed over, so more may be missing: the list changes faster "
            "than it is read."
        )
