"""Three share the work of a read: the database, a thread that builds the page before, and the caller."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from crm_sync.exceptions import SourceError
from crm_sync.sources.ahead import Ahead
from crm_sync.sources.sql.keyset import KeysetWalk, RowPage
from crm_sync.sources.sql.kinds import Key

T = TypeVar("T")


class ReadAhead:
    """The two threads of one read; close it at the end."""

    def __init__(self) -> None:
        # one thread owns the connection: some drivers insist on that
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="crm-sync-sql")
        self._builder = ThreadPoolExecutor(max_workers=1, thread_name_prefix="crm-sync-frames")

    def call(self, work: Callable[[], T]) -> T:
        """Do something in the thread that owns the connection."""
        return self._reader.submit(work).result()

    def read(self, walk: KeysetWalk, after: list[Key] | None, most: int | None) -> Iterator[RowPage]:
        """Yield the pages of a walk, the next one being read meanwhile.

        Args:
            walk: to the end of which it reads.
            after: where it starts; None: at the start.
            most: rows that are wanted; None: all.
        """
        with Ahead[RowPage](self._reader, is_lent=True) as coming:
            coming.give(walk.read, after, most)
            while coming:
                page = coming.take()
                # rows that share a key come together, however few are wanted
                most = None if most is None else max(0, most - page.block.rows)
                if page.after is not None and most != 0:
                    coming.give(walk.read, page.after, most)
                yield page

    def build(self, pages: Iterable[RowPage], build: Callable[[RowPage], T]) -> Iterator[T]:
        """Yield what is made of each page, the next one being made meanwhile.

        Raises:
            SourceError: as `pages` does; the pages before are yielded first, so that they are kept.
        """
        coming = iter(pages)
        with Ahead[T](self._builder, is_lent=True) as built:
            while True:
                try:
                    page = next(coming, None)
                except SourceError:
                    if built:
                        yield built.take()
                    raise
                is_first = not built
                if page is not None:
                    built.give(build, page)
                if not is_first:
                    yield built.take()
                if page is None:
                    return

    def close(self, last: Callable[[], None]) -> None:
        """End the threads, after a last piece of work in the one that owns the connection."""
        self._builder.shutdown(wait=True)
        self._reader.submit(last)
        self._reader.shutdown(wait=True)
