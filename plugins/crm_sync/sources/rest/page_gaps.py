"""Gaps that a page shows by itself: words of a failure beside its records, or another page in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from crm_sync.config.paging import CursorPaging, LinkPaging, OffsetPaging, Paging
from crm_sync.fields.key_paths import split_path
from crm_sync.rest.failure_words import find_failure, fold_key
from crm_sync.rest.messages import EACH
from crm_sync.rest.paginators import Records
from crm_sync.untyped import Json

_MOST_DEPTH = 4
"""Levels around a list at which a next page is looked for."""
_COUNTED = ("available", "data", "items", "itemsincollection", "pages", "records", "results", "rows")
_MORE = frozenset(
    {
        *(
            "more",
            "hasmore",
            "ismore",
            "hasnext",
            "nextpage",
            "hasnextpage",
            "truncated",
            "istruncated",
            "partial",
        ),
        *(f"{has}more{what}" for has in ("", "has") for what in _COUNTED),
    }
)
"""Flags, as `fold_key` writes them, that are true where a list goes on."""


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
        self._next_path = paging.next_path if isinstance(paging, CursorPaging | LinkPaging) else None
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

    def look_at_end(self, data: Json, paths: Sequence[str], records: Records) -> str | None:
        """Say that the last page has words for a next one where nobody looks for them; None: it does not.

        A source that calls its token by another name one day would end each list with its first page. A token
        beside a page that is not full may be that of the page itself; a flag is plain.

        Args:
            data: the decoded answer, which names neither a next page at its place nor the end.
            paths: where its records are.
            records: in it.
        """
        if (flag := find_more_flag(data, paths)) is not None:
            return flag
        is_bare = any(EACH in split_path(path) for path in paths)
        if self._next_path is None or is_bare or len(records) < self._page_size:
            return None
        known = self._next_path
        found = _find(data, (), lambda path, value: path != known and _is_next(path, value))
        return f"it names no next page at '{self._next_path}', but one at '{found}'" if found else None


def find_more_flag(data: Json, paths: Sequence[str]) -> str | None:
    """Say that an answer has a flag, where nobody looks for it, that more follows; None: it has none."""
    if any(EACH in split_path(path) for path in paths):
        return None  # values around which no list tells them from the answer's own words
    flag = _find(data, (), _says_more)
    return None if flag is None else f"the answer says at '{flag}' that more follows"


def _find(place: Json, path: tuple[str, ...], is_wanted: Callable[[str, Json], bool]) -> str | None:
    """Give the path of a value around the list that is wanted; None: there is none."""
    for key, value in place.items() if isinstance(place, Mapping) and len(path) < _MOST_DEPTH else ():
        here = ".".join((*path, key))
        if is_wanted(here, value):
            return here
        if (found := _find(value, (*path, key), is_wanted)) is not None:
            return found
    return None


def _says_more(path: str, value: Json) -> bool:
    return value is True and fold_key(path.rpartition(".")[2]) in _MORE


def _is_next(path: str, value: Json) -> bool:
    """Tell whether a value is called next and is a token, or holds one."""
    is_held = isinstance(value, Mapping) and any(map(_is_token, value.values()))
    return "next" in path.rpartition(".")[2].lower() and (_is_token(value) or is_held)


def _is_token(value: Json) -> bool:
    """Tell a text or a number from the words for no next page: null, false, 0 and an empty text."""
    return bool(value) and isinstance(value, str | int) and not isinstance(value, bool)
