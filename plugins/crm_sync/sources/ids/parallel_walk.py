"""Threads that read id ranges side by side and hand over their pages in one stream."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Generator, Iterator, Mapping
from typing import Any

from crm_sync.exceptions import SyncCancelledError
from crm_sync.rest.loop_guard import PageCount
from crm_sync.sources.ids.ranges import IdRange, RangeBook, SplitPlan, resume_ranges
from crm_sync.sources.ids.reader import IdReader, Piece
from crm_sync.sources.ids.single_walk import walk_alone

_FAREWELL_S = 5.0
"""How long a cancelled read waits for its threads; one that waits for an answer is left to end by itself."""
_MOST_WAITING = 16
"""Pages that wait to be stored while the disk is slow; each takes up to ten times the bytes of its answer."""


def walk_ids(
    reader: IdReader, key: str, cursors: Mapping[str, Any], *, parallel: int, max_pages: int
) -> Generator[Piece, None, None]:
    """Read one pass.

    Args:
        reader: knows the requests.
        key: name of the pass, prefix of its cursor keys.
        cursors: stored positions of an earlier try.
        parallel: most threads; 1 reads in the caller's thread and never sends a cursor of our own.
        max_pages: more pages than this are a loop.

    Yields:
        Pieces; those of one cursor key in order. Closing the iterator stops all threads.

    Raises:
        SourceError: the first error that a thread met, after the pages read so far.
    """
    ranges = resume_ranges(key, cursors)
    plan: SplitPlan | None = None
    pages = PageCount(max_pages)
    if len(ranges) == 1 and ranges[0].end is None:
        plan = yield from walk_alone(reader, key, ranges[0], pages, parallel=parallel)
        if plan is None:
            return
    if ranges:
        if plan is None:
            plan = reader.plan_split([])
        book = RangeBook(ranges, page_size=reader.page_size, plan=plan)
        threads = reader.count_threads(parallel)
        yield from _Crew(reader, book, key, pages).run(threads)


class _Crew:
    """Threads over one book of ranges."""

    def __init__(self, reader: IdReader, book: RangeBook, key: str, pages: PageCount) -> None:
        self._reader = reader
        self._book = book
        self._key = key
        self._pages = pages
        self._cancelled = threading.Event()
        self._results: queue.Queue[Piece | BaseException | None] = queue.Queue(maxsize=_MOST_WAITING)

    def run(self, threads: int) -> Iterator[Piece]:
        crew = [
            threading.Thread(target=self._work, name=f"crm-sync-read-{n}", daemon=True)
            for n in range(threads)
        ]
        for thread in crew:
            thread.start()
        try:
            yield from self._collect(len(crew))
        finally:
            self._cancelled.set()
            self._wait_for(crew)

    def _wait_for(self, crew: list[threading.Thread]) -> None:
        deadline = time.monotonic() + _FAREWELL_S
        while any(thread.is_alive() for thread in crew) and time.monotonic() < deadline:
            # a thread may be waiting to hand over what nobody will take
            with contextlib.suppress(queue.Empty):
                self._results.get(timeout=0.05)

    def _collect(self, running: int) -> Iterator[Piece]:
        failure: BaseException | None = None
        while running:
            result = self._results.get()
            if result is None:
                running -= 1
            elif isinstance(result, Piece):
                self._pages.add()
                yield result
            elif failure is None or isinstance(failure, SyncCancelledError):
                failure = result
                self._cancelled.set()
        if failure is not None:
            raise failure

    def _work(self) -> None:
        try:
            while (taken := self._book.claim(self._cancelled.is_set)) is not None:
                self._read_range(taken)
        except BaseException as error:  # noqa: BLE001  # raised again in the reading thread
            self._hand_over(error, always=True)
        finally:
            self._hand_over(None, always=True)

    def _read_range(self, taken: IdRange) -> None:
        key, is_finished = f"{self._key}:{taken.start}", False
        while not is_finished and not self._cancelled.is_set():
            page = self._reader.read(taken.token, taken.end, self._cancelled.is_set)
            records, cursor, is_finished = self._book.store(taken, page)
            records = self._reader.finish(records, self._cancelled.is_set)
            self._hand_over(Piece(records, key, cursor, page.calls, page.get_lines(records)))

    def _hand_over(self, result: Piece | BaseException | None, *, always: bool = False) -> None:
        while True:
            try:
                self._results.put(result, timeout=0.2)
            except queue.Full:
                if self._cancelled.is_set() and not always:
                    return
            else:
                return
