"""Reads a list that is cut off: piece by piece, each until it is below the cap."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial

from msgspec import structs
from typing_extensions import override

from crm_sync.config.partition import PartitionWords, slot_names
from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.rest.loop_guard import PageCount
from crm_sync.rest.messages import find_path
from crm_sync.sources.base import Cursor, Page, Record, build_page
from crm_sync.sources.partitions.piece_line import PieceLine
from crm_sync.sources.partitions.pieces import (
    Division,
    Piece,
    divide,
    drop_covered,
    find_behind,
    move_last,
)
from crm_sync.sources.partitions.position import PartitionPosition
from crm_sync.sources.partitions.sentences import Sentences
from crm_sync.sources.rest.following import may_be_cut
from crm_sync.sources.rest.part import Part
from crm_sync.sources.rest.part_reader import PartReader
from crm_sync.sources.rest.part_walk import PartWalk, WalkPage
from crm_sync.sources.rest.position import Position
from crm_sync.sources.rest.record_filters import get_path
from crm_sync.sources.rest.repeats import KnownKeys
from crm_sync.sources.rest.slots import Value

logger = logging.getLogger(__name__)


@dataclass
class PartitionReader(PartReader):
    """Asks for the whole list, and divides what reaches the cap.

    A record whose field is changed while the list is read may move from a piece that is still to come to one
    that is done. So a divided list is read again while rows would be taken as deleted.
    """

    words: PartitionWords = field(kw_only=True)
    """How it is divided."""
    found: int = 0
    """Records that the first read of each part gave."""
    asked: int = 0
    """Pieces that were asked for."""
    _begun: dict[str, PartitionPosition] = field(default_factory=dict)
    """Parts whose later walk an earlier try had begun."""
    _first: dict[str, int] = field(default_factory=dict)
    """By part, the records that its first walk gave."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._pieces = PageCount(self.entity.max_pages)

    @override
    def _read_behind(self, part: Part, cursors: Mapping[str, Cursor]) -> Generator[Page]:
        begun = part.key in cursors
        at = PartitionPosition.from_cursor(cursors[part.key]) if begun else PartitionPosition()
        if at.walk > 1:
            self._begun[part.key] = at
        else:
            at = yield from self._read_pieces(part, at, self._begin_walk(part))
        self.doubt = at.doubt or self.doubt
        is_first = at.walk == 1
        self._first[part.key] = at.found if is_first else at.first_found
        self.found, self.asked = sum(self._first.values()), self.asked + at.asked
        if (at.whole or not is_first) and self.request.count_absent is not None:
            self._long[part.key] = part, Position(walk=max(at.walk, 2), doubt=at.doubt)

    @override
    def _read_walk(self, part: Part, at: Position) -> Generator[Page, None, Position | None]:
        begun = self._begun.pop(part.key, None)
        start = PartitionPosition(walk=at.walk, first_found=self._first[part.key])
        start = begun if begun is not None and begun.walk == at.walk else start
        end = yield from self._read_pieces(part, start, self._begin_walk(part))
        self.doubt = end.doubt or self.doubt
        return None

    def _begin_walk(self, part: Part) -> KnownKeys | None:
        """Give the keys of the walks before; None: the list is not read again."""
        if self.request.count_absent is None:
            return None
        paths = [get_path(self.entity, column) for column in self.entity.primary_key]
        known = self._known.setdefault(part.key, KnownKeys(paths))
        known.begin_walk()
        return known

    def _read_pieces(
        self, part: Part, at: PartitionPosition, known: KnownKeys | None
    ) -> Generator[Page, None, PartitionPosition]:
        ask = partial(self._ask, part)
        with PieceLine(ask, self._pieces) as line:
            while at.pending:
                piece = at.pending[-1]
                line.ask(piece)
                page = line.take(None if self.request.max_records else find_behind(at.pending))
                self.refusals.note_answer(part)
                at, is_kept = self._judge(part, at, piece, page)
                if line.under_way is not None:
                    at = structs.replace(at, pending=move_last(at.pending, line.under_way))
                if not at.pending:
                    at = self._judge_end(part, at)
                elif not self.request.max_records and self._pieces.has_room(1):
                    # the caller works on this piece while the next one is on its way
                    line.ask(at.pending[-1])
                records = page.records if is_kept else []
                if known is not None:
                    records = known.keep_new(records)
                yield build_page(records, cursor_key=part.key, cursor=at.to_cursor(), calls=page.calls)
        return at

    def _ask(
        self, part: Part, piece: Piece, cancelled: Callable[[], bool], arrived: Callable[[], None]
    ) -> WalkPage:
        filled: dict[str, Value] = {}
        for at, one in enumerate(piece.beginnings):
            name, value = slot_names(at)
            text = one.text if one.is_whole else one.text + self.words.wildcard
            filled |= {name: self.words.by[at].name, value: text}
        slots = replace(part.slots, values={**part.slots.values, **filled})
        here = replace(part, slots=slots)
        walk = PartWalk(self.client, self.entity, self.read, self.request, here, cancelled, arrived)
        with closing(walk.read_pages(None, self._page_size)) as pages:
            page = next(pages)
        self.notes.update(dict.fromkeys(walk.notes))
        return page

    def _judge(
        self, part: Part, at: PartitionPosition, piece: Piece, page: WalkPage
    ) -> tuple[PartitionPosition, bool]:
        """Say where the read stands after an answer, and whether its records are kept."""
        values = [self._list_values(record) for record in page.sent]
        count, others = len(values), sum(not piece.fits(one) for one in values)
        pending = drop_covered(at.pending[:-1], piece, values)
        is_obeyed = at.is_obeyed or (piece.is_beginning and count > 0 and not others)
        at = structs.replace(at, pending=pending, asked=at.asked + 1, is_obeyed=is_obeyed)
        # the account's cap may be lower than the YAML says: a round number is looked into
        division = Division()
        if may_be_cut(count, self.words.cap) and not others:
            division = divide(piece, values, self.words.by, self.words.wildcard)
        if count < self.words.cap and not division.pieces:
            short = at.short + max(0, piece.least - count)
            return structs.replace(at, found=at.found + count, short=short), True
        say = Sentences(self._name(part), self.words)
        if not division.pieces:
            why = say.describe_others(piece, count, others) if others else say.describe_full(piece, count)
            return self._doubt(structs.replace(at, found=at.found + count), why), True
        if division.unasked:
            at = self._doubt(at, say.describe_unasked(piece, division.unasked))
        # a large list has hundreds of such pieces
        logger.log(logging.DEBUG if piece.beginnings else logging.INFO, "%s", say.describe_cap(piece, count))
        whole = at.whole if piece.beginnings else count
        return structs.replace(at, pending=(*pending, *reversed(division.pieces)), whole=whole), False

    def _judge_end(self, part: Part, at: PartitionPosition) -> PartitionPosition:
        """Compare what the pieces gave with what the undivided list had shown."""
        say, lost = Sentences(self._name(part), self.words), max(at.short, at.whole - at.found)
        if at.whole and not at.is_obeyed and at.found < at.whole:
            raise UnexpectedResponseError(say.describe_useless(at.whole, at.found))
        return self._doubt(at, say.describe_lost(lost)) if at.whole and lost > 0 else at

    def _doubt(self, at: PartitionPosition, why: str) -> PartitionPosition:
        logger.warning("%s", why)
        return structs.replace(at, doubt=at.doubt or why)

    def _name(self, part: Part) -> str:
        return f"{self.entity.sync_type} {part.walk}"

    def _list_values(self, record: Record) -> list[str]:
        # a field's name is a key, dots and all
        found = (record.get(one.name, find_path(record, one.name)) for one in self.words.by)
        return ["" if value is None else str(value) for value in found]
