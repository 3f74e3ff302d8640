"""Gaps that a page shows by itself: words of a failure beside its records, or another page in its place."""

from __future__ import annotations

from collections.abc import Sequence

from crm_sync.config.paging import OffsetPaging, Paging
from crm_sync.rest.messages import find_failure
from crm_sync.rest.paginators import Records
from crm_sync.untyped import Json


class PageGaps:
    """Looks at the pages of one walk in their order.

    A source that leaves records out of its numbered pages has short ones, too, and an empty one of it says
    nothing. Short pages that come again say nothing either: some sources end a list with them.

    Args:
        paging: page style.
        page_size: records asked for.
        may_repeat: the list ends by sending a page again.
    """

    def __init__(self, paging: Paging, page_size: int, *, may_repeat: bool) -> None:
        self._is_numbered = isinstance(paging, OffsetPaging)
        self._page_size = page_size
        self._may_repeat = may_repeat
        self._pages = 0
        self._are_full = True

    def look(
        self, data: Json, paths: Sequence[str], records: Records, *, is_again: bool, is_inner: bool
    ) -> str | None:
        """Say what a page leaves open, whatever comes after it; None: nothing that it shows.

        Args:
            data: the decoded answer.
            paths: where its records are.
            records: in it.
            is_again: it is equal to the page before, also when it was asked for again.
            is_inner: another one follows, and no total says how many records there are.
        """
        are_full = self._pages > 0 and self._are_full
        self._pages += 1
        self._are_full = self._are_full and len(records) >= self._page_size
        if records and (failure := find_failure(data, paths)) is not None:
            return f"an answer has {failure} beside its records"
        if not is_inner or self._may_repeat:
            return None
        if is_again and len(records) >= self._page_size:
            return "a page repeats the one before it, so what belongs in its place is not known"
        if not records and self._is_numbered and are_full:
            return "a page is empty although others follow it, so what belongs in its place is not known"
        return None
