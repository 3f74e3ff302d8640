"""One cursor from page to page, in one thread or with one page read ahead."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor

from crm_sync.rest.loop_guard import LoopGuard, PageCount
from crm_sync.rest.waits import never
from crm_sync.sources.ahead import Ahead
from crm_sync.sources.ids.ranges import IdPage, IdRange, SplitPlan
from crm_sync.sources.ids.reader import IdReader, Piece


def walk_alone(
    reader: IdReader, key: str, taken: IdRange, pages_so_far: PageCount, *, parallel: int
) -> Generator[Piece, None, SplitPlan | None]:
    """Read from one position on.

    Args:
        reader: knows the requests.
        key: prefix of the cursor key.
        taken: a range without end; its position moves along.
        pages_so_far: of the pass.
        parallel: 1 keeps to one request at a time; more lets the reader say whether the rest is worth
            splitting, and where it is not, the next page is read while the caller is busy with this one.

    Yields:
        Pieces in order.

    Returns:
        A plan when the rest should be read side by side; None when everything was read.
    """
    guard = LoopGuard(pages_so_far, token=taken.token)
    pages: list[IdPage] = []
    stays_alone = parallel == 1
    for page in _read_on(reader, taken):
        guard.note(page.next, page.ids)
        yield _finish(reader, page, f"{key}:{taken.start}")
        if page.next is None:
            return None
        taken.token, taken.left = page.next, page.left
        if stays_alone:
            continue
        pages.append(page)
        if len(pages) == reader.pages_before_split:
            if stays_alone := reader.count_threads(parallel) == 1:
                continue
            if (plan := reader.plan_split(pages)) is not None:
                taken.ids_per_record, taken.is_measured = _measure(page), True
                return plan
            break
    for page in _read_ahead(reader, taken, guard):
        yield _finish(reader, page, f"{key}:{taken.start}")
    return None


def _finish(reader: IdReader, page: IdPage, key: str) -> Piece:
    records = reader.finish(page.records, never)
    return Piece(records, key, page.next, page.calls, page.get_lines(records))


def _read_on(reader: IdReader, taken: IdRange) -> Iterator[IdPage]:
    while True:
        yield reader.read(taken.token, None, never)


def _read_ahead(reader: IdReader, taken: IdRange, guard: LoopGuard) -> Iterator[IdPage]:
    with Ahead[IdPage](ThreadPoolExecutor(1, thread_name_prefix="crm-sync-ahead")) as ahead:
        ahead.give(reader.read, taken.token, None, ahead.is_cancelled)
        while ahead:
            page = ahead.take()
            guard.note(page.next, page.ids)
            if page.next is not None:
                ahead.give(reader.read, page.next, None, ahead.is_cancelled)
            yield page


def _measure(page: IdPage) -> float:
    """Ids per record at this page."""
    return max(1.0, (page.ids[-1] - page.ids[0]) / max(1, len(page.ids) - 1)) if page.ids else 1.0
