"""The pages of one part: one after the other, or several numbered ones at once, handed on in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from crm_sync.config.rest_reads import OffsetPaging, Paging
from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.rest.client import RestClient
from crm_sync.rest.messages import Answer, Request, expect_list_at, find_list
from crm_sync.rest.paginators import LoopGuard, OffsetPaginator, Paginator, build_paginator
from crm_sync.rest.waits import never
from crm_sync.sources.base import Record
from crm_sync.sources.rest.list_ends import EmptyEnds
from crm_sync.sources.rest.parts import Part

EMPTY_PAGE_REPEATS = 2
"""How often an empty page that names a next one is asked for again before its token is followed."""


@dataclass(frozen=True)
class ListPage:
    """One page as the source sent it."""

    records: list[Record]
    following: str | None
    """Token of the page after it; None: it is the last."""
    calls: int
    answer: Answer
    """With a status that the part accepts and no records, if it was one."""
    is_promised: bool = False
    """The answer said that there is a page after it, whatever its own length."""


class PageReader:
    """Asks for pages of one part.

    Args:
        client: of the account.
        part: what its pages share.
        paging: page style.
        page_size: records asked for.
    """

    def __init__(self, client: RestClient, part: Part, paging: Paging, page_size: int) -> None:
        self._client = client
        self._part = part
        self._paginator: Paginator | None = build_paginator(paging) if part.one.paged else None
        self._page_size = page_size

    def read(self, token: str | None, cancelled: Callable[[], bool] = never) -> ListPage:
        """Read one page; an empty one that names a next one is asked for again first."""
        calls = 0
        while True:
            calls += 1
            answer = self._send(token, cancelled)
            if not 200 <= answer.status < 300:
                return ListPage([], None, calls, answer)
            records = find_list(answer.data, self._part.one.record_paths) or []
            following = self._find_next(answer.data, token, records)
            # still empty: the source filtered the page itself; only its token can lead to what follows
            if records or following is None or calls > EMPTY_PAGE_REPEATS:
                return ListPage(records, following, calls, answer, self._promises(answer.data, token))

    def begin_walk(self, token: str | None) -> EmptyEnds:
        """Give what watches over the end of a walk from a token on."""
        return EmptyEnds(self._page_size, is_resumed=token is not None)

    def confirm(
        self, page: ListPage, token: str | None, ends: EmptyEnds, cancelled: Callable[[], bool]
    ) -> ListPage:
        """Ask for an empty page once more where it is no ordinary end; any other comes back as it is."""
        if ends.is_doubtful and page.following is None and not page.records:
            again = self.read(token, cancelled)
            page = replace(again, calls=page.calls + again.calls)
        ends.note(len(page.records), is_promised=page.is_promised)
        return page

    def is_full(self, page: ListPage) -> bool:
        """Tell whether a page has as many records as were asked for."""
        return len(page.records) >= self._page_size

    def _find_next(self, data: Any, token: str | None, records: list[Record]) -> str | None:  # noqa: ANN401
        if self._paginator is None:
            return None
        return self._paginator.find_next(data, token, records, self._page_size)

    def _promises(self, data: Any, token: str | None) -> bool:  # noqa: ANN401
        if not isinstance(self._paginator, OffsetPaginator):
            return False  # a token leads on, yet nobody says that there is anything behind it
        return self._paginator.find_next(data, token, (), self._page_size) is not None

    def _send(self, token: str | None, cancelled: Callable[[], bool]) -> Answer:
        part = self._part
        page = {} if self._paginator is None else self._paginator.build_params(token, self._page_size)
        request = Request(
            "GET",
            part.path,
            params={**part.params, **page},
            rate_classes=(part.one.rate_class,),
            check=_expect_records(part.one.record_paths),
            headers=part.headers,
            # once records came, neither "nothing changed" nor "no such feature" can be true
            accepts=part.accepts if token is None else frozenset(),
        )
        return self._client.send(request, cancelled=cancelled)


def walk_in_turn(
    reader: PageReader, guard: LoopGuard, token: str | None, *, ahead: bool = True
) -> Generator[ListPage]:
    """Read page after page; with `ahead` the next is asked for while the caller works on the one before it.

    Raises:
        PaginationLoopError: the walk would not end.
    """
    cancelled = threading.Event()
    pool = ThreadPoolExecutor(1, thread_name_prefix="crm-sync-page")
    ends = reader.begin_walk(token)
    try:
        coming = pool.submit(reader.read, token, cancelled.is_set)
        while True:
            page = reader.confirm(coming.result(), token, ends, cancelled.is_set)
            token = page.following
            guard.note(page.following, page.records)
            if ahead and page.following is not None:
                coming = pool.submit(reader.read, page.following, cancelled.is_set)
            yield page
            if page.following is None:
                return
            if not ahead:
                coming = pool.submit(reader.read, page.following, cancelled.is_set)
    finally:
        cancelled.set()
        pool.shutdown(wait=True, cancel_futures=True)


def walk_side_by_side(
    reader: PageReader, guard: LoopGuard, token: str | None, *, first: int, parallel: int
) -> Generator[ListPage]:
    """Read numbered pages, `parallel` of them at once; handed on in order up to the first that ends the list.

    The first page is asked for alone, and so is the second where the first was not full: most lists of a read
    by windows end there, and a turn under the rate limit that was taken for a page behind the end is lost.

    A page that fails ends the read with its error once the pages before it are handed on: it is no end.

    Raises:
        UnexpectedResponseError: a page ended the list and one behind it has records.
        PaginationLoopError: the walk would not end.
    """
    cancelled = threading.Event()
    pool = ThreadPoolExecutor(parallel, thread_name_prefix="crm-sync-page")
    number = first if token is None else int(token)
    ends = reader.begin_walk(token)
    pending: deque[Future[ListPage]] = deque()
    at_once, pages = 1, 0
    try:
        while True:
            while len(pending) < at_once:
                pending.append(pool.submit(reader.read, str(number), cancelled.is_set))
                number += 1
            page = pending.popleft().result()
            page = reader.confirm(page, str(number - len(pending) - 1), ends, cancelled.is_set)
            pages += 1
            at_once = parallel if pages > 1 or reader.is_full(page) else 1
            guard.note(page.following, page.records)
            if page.following is None:
                # those that still wait for their turn are called off, those on their way are looked at
                cancelled.set()
                pool.shutdown(wait=True, cancel_futures=True)
                _refuse_records_behind(pending)
            yield page
            if page.following is None:
                return
    finally:
        cancelled.set()
        pool.shutdown(wait=True, cancel_futures=True)


def walk_pages(
    reader: PageReader, guard: LoopGuard, paging: Paging, token: str | None, *, parallel: int = 1
) -> Generator[ListPage]:
    """Read the pages of a part from a token on.

    Args:
        reader: of the part.
        guard: of this walk.
        paging: page style.
        token: where to begin; None: the first page.
        parallel: pages asked for at once; 0: none before the caller wants it.
    """
    if parallel > 1 and isinstance(paging, OffsetPaging):
        return walk_side_by_side(reader, guard, token, first=paging.first, parallel=parallel)
    return walk_in_turn(reader, guard, token, ahead=parallel > 0)


def _refuse_records_behind(pending: deque[Future[ListPage]]) -> None:
    """Look at the pages that were asked for beyond the end; all of them are over."""
    for future in pending:
        if not future.cancelled() and future.exception() is None and future.result().records:
            raise UnexpectedResponseError(
                "a page that ends the list is followed by one with records: the source changed while it was "
                "read, or its pages end otherwise than `paging.end` says"
            )


def _expect_records(paths: tuple[str, ...]) -> Callable[[Any], str | None]:
    expect_list = expect_list_at(*paths)

    def check(data: Any) -> str | None:  # noqa: ANN401
        if (fault := expect_list(data)) is not None:
            return fault
        is_good = all(isinstance(record, dict) for record in find_list(data, paths) or ())
        return None if is_good else "has a list with something in it that is no record"

    return check
