"""Reads the parts of one list from their cursors on: what is done, what is off, what must be read again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace

from msgspec import structs

from crm_sync.config.models import EntityConfig
from crm_sync.config.paging import OffsetPaging
from crm_sync.config.rest_reads import RestListRead
from crm_sync.constants import SyncMode
from crm_sync.exceptions import StalePositionError
from crm_sync.rest.client import RestClient
from crm_sync.sources.base import Cursor, Page, ReadRequest, build_page
from crm_sync.sources.rest.event_cursor import Bookmarks
from crm_sync.sources.rest.part import Part
from crm_sync.sources.rest.part_walk import PartWalk, choose_page_size
from crm_sync.sources.rest.position import Position
from crm_sync.sources.rest.record_filters import get_path
from crm_sync.sources.rest.refusals import Refusals
from crm_sync.sources.rest.repeats import MOST_WALKS, KnownKeys

logger = logging.getLogger(__name__)

_MOST_RESTARTS = 3


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
    """Oddities of the source that lose nothing, in order."""
    left_out: int = 0
    """Records that came and that the YAML's `keep`, or a filter beside it, does not want."""
    _long: dict[str, tuple[Part, Position]] = field(default_factory=dict)
    """Parts in several numbered pages, and where their next walk begins."""
    _known: dict[str, KnownKeys] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._page_size = choose_page_size(self.client, self.read, self.request)

    def read_part(self, part: Part, cursors: Mapping[str, Cursor]) -> Generator[Page]:
        """Read a part from its cursor on."""
        yield from self._read_behind(part, cursors)
        if part.walk not in self.skipped:
            self.walks[part.walk] = None

    def _read_behind(self, part: Part, cursors: Mapping[str, Cursor]) -> Generator[Page]:
        at = self._take_up(part, cursors)
        if at.skipped is not None:
            self._skip(part, at.skipped)
        self.doubt = at.doubt or self.doubt
        if part.walk in self.skipped or at.is_over:
            return
        is_whole = self.request.mode is SyncMode.FULL
        while True:
            if at.walk > 1:
                self._long[part.key] = part, at
            if at.walk > MOST_WALKS:
                self.doubt = self._describe_unsteady(part)
                return
            if at.walk > 1 and is_whole:
                return  # whether it is needed is known when all parts are read
            again = yield from self._read_walk(part, at)
            if again is None:
                self._known.pop(part.key, None)
                return
            at = again

    def _take_up(self, part: Part, cursors: Mapping[str, Cursor]) -> Position:
        """Give where an earlier try stopped in a part; its start if there was none."""
        found = Position.from_cursor(cursors[part.key]) if part.key in cursors else None
        if found is None:
            return Position()
        self.bookmarks.take_up(part, found)
        return found

    def read_again(self, count_absent: Callable[[], int]) -> Generator[Page]:
        """Read the long parts again while rows are missing, until a walk brings none of them.

        Args:
            count_absent: counts the rows that no walk brought so far and that would be taken as deleted.
        """
        absent = count_absent() if self._long else 0
        # an earlier try may have been in a later walk, which is the one to go on with
        begun = min((at.walk for _, at in self._long.values()), default=2)
        for walk in range(begun, MOST_WALKS + 1):
            if not absent:
                return
            logger.info(
                "%s: %s rows of the table did not come; what comes in several pages or parts is read again, "
                "since a change meanwhile may have hidden them.",
                *(self.entity.sync_type, f"{absent:,}"),
            )
            for part, at in list(self._long.values()):
                if at.walk <= walk:
                    yield from self._read_walk(part, at)
                    self._long[part.key] = part, Position(walk=walk + 1, doubt=at.doubt)
            before, absent = absent, count_absent()
            if absent == before:
                return
        if absent:
            self.doubt = self._describe_unsteady(*(part for part, _ in self._long.values()))

    def _read_walk(self, part: Part, at: Position) -> Generator[Page, None, Position | None]:
        """Read a part once; from its first page again where the source forgets a position.

        Returns:
            Where it begins if it is read again; None: it need not be.
        """
        restarts = 0
        while True:
            try:
                return (yield from self._walk_once(part, at))
            except StalePositionError as error:
                restarts += 1
                if restarts > _MOST_RESTARTS:
                    raise
                what = f"{self.entity.sync_type} {part.walk}"
                logger.warning("%s is read from its first page again: %s", what, error)
                at = Position(walk=at.walk)

    def _walk_once(self, part: Part, at: Position) -> Generator[Page, None, Position | None]:
        off, paging = part.one.feature_off, part.one.paging or self.read.paging
        at = at.fit(paging, self._page_size)
        if part.walk in self.walks:
            part = replace(part, off=frozenset())  # an earlier window of it has answered
        one = PartWalk(self.client, self.entity, self.read, self.request, part)
        known, news, is_due, position = self._begin_keys(part), 0, False, at
        with closing(one.read_pages(at.token, self._page_size, at.read)) as pages:
            for page in pages:
                self.refusals.note_answer(part)
                if off is not None and page.answer.status in part.off:
                    self._skip(part, off.because)
                    position = Position(is_over=True, skipped=off.because)
                    yield build_page([], cursor_key=part.key, cursor=position.to_cursor(), calls=page.calls)
                    return None
                self.doubt = one.doubt or self.doubt
                self.notes.update(dict.fromkeys(one.notes))
                records, is_last = page.records, page.following is None
                self.left_out += len(page.sent) - len(records) if self.read.keep else 0
                if known is not None:
                    records = known.keep_new(records)
                    news += one.count_expected(records)
                is_due = is_last and known is not None and one.has_pages and (at.walk == 1 or news > 0)
                position = Position(walk=at.walk + 1)
                if not is_due:
                    position = Position.behind(paging, page.following, self._page_size, read=page.read)
                    position = structs.replace(position, walk=at.walk)
                    position = self.bookmarks.note(part, page.sent, position)
                # a later try does not see this page
                position = structs.replace(position, doubt=one.doubt or at.doubt)
                yield build_page(records, cursor_key=part.key, cursor=position.to_cursor(), calls=page.calls)
        return position if is_due else None

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
            f"{self.entity.sync_type} {walks}: each of {MOST_WALKS} reads of the list brought "
            "records that the one before had passed over, so more may be missing: the list changes faster "
            "than it is read."
        )
