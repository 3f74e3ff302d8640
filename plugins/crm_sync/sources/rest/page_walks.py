"""Walks through the pages of one part: one after the other, or several numbered ones at once, in order."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from crm_sync.config.paging import OffsetPaging, Paging
from crm_sync.exceptions import FatalSourceError, UnexpectedResponseError
from crm_sync.rest.loop_guard import LoopGuard
from crm_sync.rest.paginators import Said
from crm_sync.sources.ahead import Ahead
from crm_sync.sources.rest.page_line import PageLine
from crm_sync.sources.rest.pages import ListPage, PageReader

_NO_SUCH_PAGE = frozenset({400, 404, 410, 416, 422})
"""How sources refuse a page beyond the last one."""


def walk_in_turn(
    reader: PageReader,
    guard: LoopGuard,
    token: str | None,
    *,
    ahead: bool = True,
    read: int | None = None,
) -> Generator[ListPage]:
    """Read page after page; with `ahead` the next is asked for while the caller works on the one before it.

    Raises:
        PaginationLoopError: the walk would not end.
    """
    ends = reader.begin_walk(token, read, may_repeat=guard.may_repeat)
    beyond = _Beyond()
    with PageLine(reader, guard, early=ahead) as line:
        line.ask(token)
        while True:
            page, is_over = beyond.receive(line.take)
            if not is_over:
                page = reader.confirm(page, token, ends, guard, line.is_cancelled)
                page = beyond.look_at(page)
                if page.is_beyond and guard.knows(page.following):
                    page = replace(page, following=None)  # a last page that names itself as the next
            token = page.following
            guard.note(token, page.records)
            if ahead and token is not None:
                line.ask(token)
            yield page
            if token is None:
                return
            if not ahead:
                line.ask(token)


class _Beyond:
    """Looks at the page behind one that its answer calls the last, and believes it where it brings something.

    Many sources name a next page on the last one, too; where it is empty, the first or the same one again, or
    refused, the answer was right.
    """

    def __init__(self) -> None:
        self._last: ListPage | None = None
        self._first: list[object] | None = None

    def receive(self, result: Callable[[], ListPage]) -> tuple[ListPage, bool]:
        """Take the page that was asked for.

        Returns:
            The page and False; or, where it was beyond the end, the end that was known with the page before
            and True.
        """
        last = self._last
        try:
            page = result()
        except FatalSourceError as error:
            if last is None or not last.is_beyond or error.status_code not in _NO_SUCH_PAGE:
                raise
            return _end_after(last), True
        if last is not None and last.is_beyond and page.records in ([], last.records, self._first):
            return _end_after(last), True
        return page, False

    def look_at(self, page: ListPage) -> ListPage:
        """Remember a page."""
        if self._first is None:
            self._first = list(page.records)
        self._last = page
        return page


def _end_after(last: ListPage) -> ListPage:
    return replace(last, records=[], said=Said(None), following=None, is_beyond=False, calls=1)


def walk_side_by_side(  # one walk has that many sides
    reader: PageReader,
    guard: LoopGuard,
    token: str | None,
    *,
    first: int,
    parallel: int,
    read: int | None = None,
) -> Generator[ListPage]:
    """Read numbered pages, `parallel` of them at once; handed on in order up to the first that ends the list.

    The first page is asked for alone, and so is the second where the first was not full: most lists of a read
    by windows end there, and a turn under the rate limit that was taken for a page behind the end is lost.

    A page that fails ends the read with its error once the pages before it are handed on: it is no end.

    Raises:
        UnexpectedResponseError: a page ended the list and one behind it has records.
        PaginationLoopError: the walk would not end.
    """
    number = first if token is None else int(token)
    ends = reader.begin_walk(token, read, may_repeat=guard.may_repeat)
    at_once, pages, beyond = 1, 0, _Beyond()
    with Ahead[ListPage](ThreadPoolExecutor(parallel, thread_name_prefix="crm-sync-page")) as coming:
        while True:
            while len(coming) < at_once:
                coming.give(reader.read, str(number), coming.is_cancelled)
                number += 1
            its_token = str(number - len(coming))
            page, is_over = beyond.receive(coming.take)
            if not is_over:
                page = beyond.look_at(reader.confirm(page, its_token, ends, guard, coming.is_cancelled))
            pages += 1
            at_once = 1 if page.is_beyond else parallel if pages > 1 or reader.is_full(page) else 1
            guard.note(page.following, page.records)
            if page.following is None:
                # those still waiting are cancelled, those already sent are looked at
                _refuse_records(coming.give_up())
            yield page
            if page.following is None:
                return


def walk_pages(  # one walk has that many sides
    reader: PageReader,
    guard: LoopGuard,
    paging: Paging,
    token: str | None,
    *,
    parallel: int = 1,
    read: int | None = None,
) -> Generator[ListPage]:
    """Read the pages of a part from a token on.

    Args:
        reader: of the part.
        guard: of this walk.
        paging: page style.
        token: where to begin; None: the first page.
        parallel: pages asked for at once; 0: none before the caller wants it.
        read: records read before the token; None: not known.
    """
    if parallel > 1 and isinstance(paging, OffsetPaging):
        return walk_side_by_side(reader, guard, token, first=paging.first, parallel=parallel, read=read)
    return walk_in_turn(reader, guard, token, ahead=parallel > 0, read=read)


def _refuse_records(behind: Sequence[ListPage]) -> None:
    """Look at the pages that were asked for beyond the end."""
    if any(page.records for page in behind):
        raise UnexpectedResponseError(
            "a page that ends the list is followed by one with records: the source changed while it was "
            "read, or its pages end otherwise than `paging.end` says"
        )
