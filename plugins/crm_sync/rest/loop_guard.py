"""Keeps a walk from page to page from going in circles."""

from __future__ import annotations

from crm_sync.exceptions import PaginationLoopError

MOST_EMPTY_PAGES = 10
"""Pages in a row without anything new that a walk follows; each was asked for several times before."""


class LoopGuard:
    """Refuses a token seen before, page after page that brings nothing new, and too many pages.

    A record or a page that comes twice is no loop as long as the source leads on from there.

    Args:
        max_pages: most pages of one walk.
        token: the token that the walk starts with, when it is resumed.
        may_repeat: the caller itself ends the walk when a page brings nothing new.
    """

    def __init__(self, *, max_pages: int, token: str | None = None, may_repeat: bool = False) -> None:
        self.may_repeat = may_repeat
        self._max_pages = max_pages
        self._tokens = {token}
        self._pages = 0
        self._idle = 0
        self._last: object = None

    def is_repeated(self, content: object) -> bool:
        """Tell whether a page is equal to the one noted last."""
        return bool(content) and content == self._last

    def knows(self, token: str | None) -> bool:
        """Tell whether a token was followed before."""
        return token in self._tokens

    def note(self, next_token: str | None, content: object) -> None:
        """Note one page.

        Args:
            next_token: what the source says comes next; None at the end.
            content: anything that is equal for equal pages and false for an empty one.

        Raises:
            PaginationLoopError: the walk would not end.
        """
        self._pages += 1
        is_idle = not content or (self.is_repeated(content) and not self.may_repeat)
        self._last = content or self._last
        if next_token is None:
            return
        self._idle = self._idle + 1 if is_idle else 0
        if self._idle > MOST_EMPTY_PAGES:
            what = f"the same page {self._idle + 1} times" if content else f"{self._idle} empty pages"
            raise PaginationLoopError(f"the source sent {what} in a row")
        if next_token in self._tokens and not self.may_repeat:
            raise PaginationLoopError(f"the source repeats the page token {next_token[:40]}")
        self._tokens.add(next_token)
        if self._pages >= self._max_pages:
            raise PaginationLoopError(f"the source has more than {self._max_pages} pages (max_pages)")
