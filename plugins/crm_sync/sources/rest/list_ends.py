"""Lists that may not end where they seem to: which empty pages to ask for again, which pages are cut."""

from __future__ import annotations

ROUND_SIZE = 50
"""Sources cut pages at multiples of it."""


def may_be_cut(records: int, page_size: int) -> bool:
    """Tell whether a page is as long as one that there is more behind.

    Args:
        records: in it.
        page_size: asked for.
    """
    return records >= page_size or (records > 0 and records % ROUND_SIZE == 0)


class EmptyEnds:
    """Tells which empty page is no ordinary end: one answer that is empty by mistake would cut a list off.

    An ordinary end comes behind a short page, and costs no further call.

    Args:
        page_size: records asked for.
        is_resumed: the page before was read by an earlier try, so nothing is known of it.
    """

    def __init__(self, page_size: int, *, is_resumed: bool) -> None:
        self.is_doubtful = is_resumed
        """The next page would be no ordinary end if it came empty."""
        self._page_size = page_size
        self._longest = 0

    def note(self, records: int, *, is_promised: bool) -> None:
        """Note a page.

        Args:
            records: in it.
            is_promised: its answer said that there is a page after it.
        """
        is_as_long = 0 < self._longest <= records
        self.is_doubtful = is_promised or may_be_cut(records, self._page_size) or is_as_long
        self._longest = max(self._longest, records)
