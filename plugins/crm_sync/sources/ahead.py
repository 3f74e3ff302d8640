"""Work done ahead in threads, and taken back in the order it was given; what to do next is the caller's."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, ParamSpec, Self, TypeVar

LEAVING_S = 0.02
"""How long other work waits until a request has left: both in Python, each would hold up the other by more.
One that has to wait for its turn under a rate limit is not waited for."""

P = ParamSpec("P")
T = TypeVar("T")


class Ahead(Generic[T]):
    """What is under way for one read, inside a `with` block.

    Leaving the block ends what was given: what has not begun never does, what waits for its turn under a rate
    limit is called off where it was given `is_cancelled`, and what is on its way is waited for. So nothing
    more is asked for once the caller stops, and no thread outlives the read.

    Args:
        pool: the threads; they end with the block.
        is_lent: they are somebody else's and go on.
    """

    def __init__(self, pool: ThreadPoolExecutor, *, is_lent: bool = False) -> None:
        self._pool = pool
        self._is_lent = is_lent
        self._cancelled = threading.Event()
        self._coming: deque[Future[T]] = deque()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what was given and is not taken."""
        self.give_up()
        if not self._is_lent:
            self._pool.shutdown(wait=True)

    def __len__(self) -> int:
        """Count what was given and is not taken."""
        return len(self._coming)

    def is_cancelled(self) -> bool:
        """Tell whether nobody wants what is under way any more; for the work itself."""
        return self._cancelled.is_set()

    def give(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> None:
        """Have something done behind what was given before."""
        self._coming.append(self._pool.submit(work, *args, **kwargs))

    def take(self) -> T:
        """Wait for what was given first, and give its result or raise its error."""
        return self._coming.popleft().result()

    def give_up(self) -> list[T]:
        """Take nothing more; gives, in order, what came all the same, without what failed or never began."""
        self._cancelled.set()
        coming, self._coming = self._coming, deque()
        for future in coming:
            future.cancel()
        # asking for its error waits for one that had begun
        return [one.result() for one in coming if not one.cancelled() and one.exception() is None]
