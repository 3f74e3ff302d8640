"""Gaps that a page shows by itself: words of a failure beside its records, or another page in its place."""

from __future__ import annotations

from collections.abc import Sequence

from crm_sync.config.paging import CursorPaging, LinkPaging, Paging
from crm_sync.rest.messages import find_failure, find_list
from crm_sync.untyped import Json


def describe_gap(data: Json, paths: Sequence[str], paging: Paging, *, is_again: bool) -> str | None:
    """Say what a page leaves open; None: nothing that it shows.

    Numbered pages may repeat one another honestly, since what is new at the front moves all others; a cursor
    or a link leads to other records.

    Args:
        data: the decoded answer.
        paths: where its records are.
        paging: page style.
        is_again: it is equal to the page before, also when it was asked for again, and may stand in the
            place of other records.
    """
    if find_list(data, paths) and (failure := find_failure(data, paths)) is not None:
        return f"an answer has {failure} beside its records"
    if is_again and isinstance(paging, CursorPaging | LinkPaging):
        return "a page repeats the one before it, so what belongs in its place is not known"
    return None
