"""One piece under way, and the one behind it as soon as the answer has arrived; the reader says which."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from crm_sync.rest.loop_guard import PageCount
from crm_sync.sources.ahead import Ahead
from crm_sync.sources.partitions.pieces import Piece
from crm_sync.sources.rest.part_walk import WalkPage

Ask = Callable[[Piece, Callable[[], bool], Callable[[], None]], WalkPage]
"""Asks for a piece, given what tells that nobody wants it any more, and what to call when it arrives."""


@dataclass(eq=False)
class _Asked:
    """A piece that was asked for."""

    piece: Piece
    has_arrived: bool = False
    behind: Piece | None = None
    """What to ask for when it arrives."""


class PieceLine:
    """Asks for pieces one after the other; to be used in a `with` block.

    To decode an answer at the cap takes longer than a rate limit lets pass between two calls. A piece that is
    asked for whatever the answer before it says need not wait for that.

    Args:
        ask: for one piece.
        count: of all pieces.
    """

    def __init__(self, ask: Ask, count: PageCount) -> None:
        self._ask = ask
        self._count = count
        self._lock = threading.Lock()
        # one for the answer that is decoded, one for the request behind it
        self._coming = Ahead[WalkPage](ThreadPoolExecutor(2, thread_name_prefix="crm-sync-piece"))
        self._under_way: list[_Asked] = []

    def __enter__(self) -> Self:
        """Begin."""
        self._coming.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what was asked for and is not taken."""
        with self._lock:
            for asked in self._under_way:
                asked.behind = None
        self._coming.__exit__(kind, error, trace)

    @property
    def under_way(self) -> Piece | None:
        """Give the piece that was asked for and is not taken."""
        return self._under_way[0].piece if self._under_way else None

    def ask(self, piece: Piece) -> None:
        """Ask for a piece, if none is under way.

        Raises:
            PaginationLoopError: there are too many.
        """
        with self._lock:
            if not self._under_way:
                self._count.add()
                self._give(piece)

    def take(self, behind: Piece | None) -> WalkPage:
        """Wait for the piece under way, and give its page or raise its error.

        Args:
            behind: asked for as soon as the answer is there; None: what is next is not known yet.
        """
        asked = self._under_way[0]
        with self._lock:
            asked.behind = behind
            if asked.has_arrived:
                self._ask_behind(asked)
        try:
            return self._coming.take()
        finally:
            with self._lock:
                asked.behind = None
                self._under_way.remove(asked)

    def _note_arrival(self, asked: _Asked) -> None:
        with self._lock:
            asked.has_arrived = True
            self._ask_behind(asked)

    def _ask_behind(self, asked: _Asked) -> None:
        # an answer that was not good arrives twice, and the piece behind it is asked for once
        behind, asked.behind = asked.behind, None
        if behind is not None and self._count.has_room(1):
            self._count.add()
            self._give(behind)

    def _give(self, piece: Piece) -> None:
        asked = _Asked(piece)
        self._under_way.append(asked)
        self._coming.give(self._ask, piece, self._coming.is_cancelled, lambda: self._note_arrival(asked))
