"""One request of a walk under way, and the next as soon as its position is known; the walk says which."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from types import TracebackType
from typing import Self

from crm_sync.exceptions import CrmSyncError
from crm_sync.rest.loop_guard import LoopGuard
from crm_sync.rest.messages import Answer, Watch
from crm_sync.sources.ahead import LEAVING_S, Ahead
from crm_sync.sources.rest.pages import ListPage, PageReader


@dataclass(eq=False)
class _Asked:
    """A page that was asked for."""

    token: str | None
    is_unwanted: bool = False
    has_left: bool = False
    may_go_on: threading.Event = field(default_factory=threading.Event)
    """It has left, or will not."""

    def note_leaving(self) -> None:
        """Let those go on who wait for that."""
        self.has_left = True
        self.may_go_on.set()


class PageLine:
    """Reads the pages of one walk, one request at a time; to be used in a `with` block.

    While the caller waits for a page, the next one is asked for as soon as the answer has arrived, if that
    says for certain where it is: before it is decoded, which can take a tenth of the time of a call. Such a
    page counts only if the walk comes to the same position, and if the answer that named it was good:
    otherwise it is thrown away and read again.

    Args:
        reader: of the part.
        guard: of the walk.
        early: false: no page is asked for before `ask`.
    """

    def __init__(
        self,
        reader: PageReader,
        guard: LoopGuard,
        *,
        early: bool = True,
    ) -> None:
        self._reader = reader
        self._guard = guard
        self._may_be_early = early
        # one for the answer that is decoded, one for the request behind it
        self._coming = Ahead[ListPage](ThreadPoolExecutor(2, thread_name_prefix="crm-sync-page"))
        self._next: _Asked | None = None
        """What `take` gives."""
        self._wanted: _Asked | None = None
        """What the caller is waiting for."""
        self._early: _Asked | None = None
        """What was asked for behind it."""
        self._wasted = 0

    def __enter__(self) -> Self:
        """Begin."""
        self._coming.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what was asked for and is not taken."""
        self._coming.__exit__(kind, error, trace)

    def is_cancelled(self) -> bool:
        """Tell whether nobody wants any page any more."""
        return self._coming.is_cancelled()

    def ask(self, token: str | None) -> None:
        """Have the next page read; if it was asked for early, it is that one."""
        early, self._early = self._early, None
        if early is not None and (early.is_unwanted or early.token != token):
            self._throw_away(early)
            early = None
        self._next = early or self._send(token)

    def take(self) -> ListPage:
        """Wait for the page that was asked for, and give it or raise its error."""
        self._wanted = self._next if self._may_be_early else None
        try:
            page = self._coming.take()
        finally:
            self._wanted = None
        wasted, self._wasted = self._wasted, 0
        return replace(page, calls=page.calls + wasted) if wasted else page

    def _send(self, token: str | None) -> _Asked:
        asked = _Asked(token)
        self._coming.give(self._read, asked)
        asked.may_go_on.wait(LEAVING_S)
        return asked

    def _read(self, asked: _Asked) -> ListPage:
        watch = Watch(leaves=asked.note_leaving, arrived=partial(self._look_at, asked))
        try:
            return self._reader.read(asked.token, lambda: asked.is_unwanted or self.is_cancelled(), watch)
        finally:
            asked.may_go_on.set()

    def _look_at(self, asked: _Asked, answer: Answer) -> None:
        if asked is not self._wanted:
            return  # the caller has not come that far, and says itself what is next
        if self._early is not None:
            # this is another answer: the one that named the page was not good
            self._early.is_unwanted = True
            return
        token = self._reader.find_next(answer, asked.token)
        if token is not None and self._guard.allows(token):
            self._early = self._send(token)

    def _throw_away(self, early: _Asked) -> None:
        early.is_unwanted = True
        # what is wrong with it is no matter: a page is asked for in its place
        with contextlib.suppress(CrmSyncError):
            self._coming.take()
        self._wasted += early.has_left
