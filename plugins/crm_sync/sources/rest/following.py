"""What follows a page of a list, and whether a page is so long that something may follow it."""

from __future__ import annotations

from dataclasses import dataclass

ROUND_SIZE = 50
"""Sources cut pages at multiples of it."""


def may_be_cut(records: int, page_size: int) -> bool:
    """Tell whether a page is as long as one that there is more behind.

    Args:
        records: in it.
        page_size: asked for.
    """
    return records >= page_size or (records > 0 and records % ROUND_SIZE == 0)


@dataclass(frozen=True)
class Following:
    """What follows a page."""

    following: str | None
    """Token of the page after it; None: the list ends here."""
    is_promised: bool = False
    """The answer said that there is a page after it, whatever its own length."""
    is_beyond: bool = False
    """The answer said that this page is the last, and one after it can be asked for all the same."""
