"""Keeps a read from going on for ever: too many pages, circles, pages without anything new."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TypeVar

from crm_sync.exceptions import PaginationLoopError

T = TypeVar("T")

EMPTY_PAGE_REPEATS = 2
"""How often an empty page that names a next one is asked for again before its token is followed."""
MOST_EMPTY_PAGES = 10
"""Pages in a row without anything new that a walk follows; each was asked for several times before."""


class PageCount:
    """Refuses more pages than the entity allows.

    Args:
        max_pages: most pages, of however many lists it is that are counted together.
    """

    def __init__(self, max_pages: int) -> None:
        self._max_pages = max_pages
        self._pages = 0

    def has_room(self, pages: int) -> bool:
        """Tell whether so many more would be allowed."""
        return self._pages + pages <= self._max_pages

    def add(self, *, is_last: bool = True) -> None:
        """Count a page.

        Args:
            is_last: false where it is known that another one follows.

        Raises:
            PaginationLoopError: there are too many.
        """
        self._pages += 1
        if self._pages + (not is_last) > self._max_pages:
            raise PaginationLoopError(f"the source has more than {self._max_pages:,} pages (max_pages)")


def ask_past_empty(ask: Callable[[], T], is_odd: Callable[[T], bool]) -> tuple[T, int]:
    """Ask for a page, and again while it is empty though more is said to follow.

    A source that filters its pages itself may send some that stay empty; only their token leads on.

    Args:
        ask: asks for the page.
        is_odd: tells whether a page is such a one.

    Returns:
        The page as it came last, and how often it was asked for.
    """
    for calls in itertools.count(1):
        page = ask()
        if calls > EMPTY_PAGE_REPEATS or not is_odd(page):
            break
    return page, calls


class LoopGuard:
    """Refuses a token seen before, page after page that brings nothing new, and too many pages.

    A record or a page that comes twice is no loop as long as the source leads on from there.

    Args:
        pages: counts those of this walk, and of others with it where they share the count.
        token: the token that the walk starts with, when it is resumed.
        may_repeat: the caller itself ends the walk when a page brings nothing new.
    """

    def __init__(self, pages: PageCount, *, token: str | None = None, may_repeat: bool = False) -> None:
        self.may_repeat = may_repeat
        self._pages = pages
        self._tokens = {token}
        self._idle = 0
        self._last: object = None

    def is_repeated(self, content: object) -> bool:
        """Tell whether a page is equal to the one noted last."""
        return bool(content) and content == self._last

    def knows(self, token: str | None) -> bool:
        """Tell whether a token was followed before."""
        return token in self._tokens

    def allows(self, token: str) -> bool:
        """Tell whether the page after the one that is noted next may be at a token."""
        return token not in self._tokens and self._pages.has_room(2)

    def note(self, next_token: str | None, content: object) -> None:
        """Note one page.

        Args:
            next_token: what the source says comes next; None at the end.
            content: anything that is equal for equal pages and false for an empty one.

        Raises:
            PaginationLoopError: the walk would not end.
        """
        is_idle = not content or (self.is_repeated(content) and not self.may_repeat)
        self._last = content or self._last
        if next_token is None:
            self._pages.add()
            return
        self._idle = self._idle + 1 if is_idle else 0
        if self._idle > MOST_EMPTY_PAGES:
            what = f"the same page {self._idle + 1} times" if content else f"{self._idle} empty pages"
            raise PaginationLoopError(f"the source sent {what} in a row")
        if next_token in self._tokens and not self.may_repeat:
            raise PaginationLoopError(f"the source repeats the page token {next_token[:40]}")
        self._tokens.add(next_token)
        self._pages.add(is_last=False)
