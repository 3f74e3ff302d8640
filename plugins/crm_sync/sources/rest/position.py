"""Where the read of one part of a list stands, as the manifest keeps it.

The other sources keep plain tokens: an id (`sources/ids`, `sources/links`) or the key of a row
(`sources/sql`) says by itself what is read, whatever the size of a page, the number of the walk or what came
before. A job at the source is no place in a list: see `sources/jobs/position.py`.
"""

from __future__ import annotations

import logging
from typing import Any, Self

import msgspec

from crm_sync.config.paging import OffsetPaging, Paging
from crm_sync.sources.base import Cursor

logger = logging.getLogger(__name__)


class Position(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Where a part is read up to, and what its pages so far left to be known.

    Every key of its JSON has one meaning, and a position with any other key is not believed.
    """

    token: str | None = None
    """Of the page to go on with; None: the first of the walk."""
    size: int | None = None
    """Records of a page, where the token is the number of one; None: the size of pages does not matter."""
    read: int | None = None
    """Records of the walk before it; None: not known, or the list names no total."""
    walk: int = 1
    """How often the list is walked through, this time included."""
    is_over: bool = False
    """Nothing of the part is left."""
    bookmark: str | None = None
    """With an event cursor: id of the last event before the first young one; None: there is none yet."""
    is_passed: bool | None = None
    """With an event cursor: whether a young event came; None: nobody noted it."""
    skipped: str | None = None
    """Why the account does not have the list; None: it has."""
    doubt: str | None = None
    """Why the pages so far may not have shown everything."""

    @classmethod
    def from_cursor(cls, cursor: Cursor) -> Self | None:
        """Read a position from the manifest; None: it is of another kind, so the part is read anew.

        Args:
            cursor: as `to_cursor` gave it; a text is a token alone, as versions before this one wrote it.
        """
        if cursor is None:
            return cls(is_over=True)
        try:
            return msgspec.convert({"token": cursor} if isinstance(cursor, str) else cursor, cls)
        except msgspec.ValidationError:
            logger.warning("A stored position can't be read by this version: its part is read anew.")
            return None

    @classmethod
    def behind(cls, paging: Paging, following: str | None, page_size: int, *, read: int | None) -> Self:
        """Give the position behind a page.

        Args:
            paging: page style; where it names a total, what was read counts.
            following: token of the page after it; None: it was the last.
            page_size: records asked for.
            read: records of the walk up to there; None: not known.
        """
        if following is None:
            return cls(is_over=True)
        size = find_size(paging, page_size)
        return cls(token=following, size=size, read=read if paging.total_path else None)

    def fit(self, paging: Paging, page_size: int) -> Position:
        """Give the same position, or the start of its walk where its token means another place by now."""
        if self.token is None or self.size == find_size(paging, page_size):
            return self
        logger.info("The page size has changed since page %s: this part is read anew.", self.token)
        return Position(walk=self.walk)

    def to_cursor(self) -> Cursor:
        """Give what the manifest keeps; None: nothing is left, and nothing else is to be known."""
        if self == Position(walk=self.walk, is_over=True):
            return None
        kept: dict[str, Any] = msgspec.to_builtins(self)
        return kept


def find_size(paging: Paging, page_size: int) -> int | None:
    """Give the size of the pages that a token of a page style counts; None: it counts none."""
    return page_size if isinstance(paging, OffsetPaging) and paging.counts == "pages" else None
