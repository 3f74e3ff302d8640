"""Asks a source for its own counts of our calls, and lets no request go for which there is no room."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from crm_sync.config.counters import CounterWords
from crm_sync.exceptions import AuthenticationError, FatalSourceError
from crm_sync.rest.messages import find_path
from crm_sync.untyped import Json

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Window:
    """One count of the source."""

    limit: int
    used: int
    resets_in_s: float


@dataclass
class CallCounters:
    """Counts what is left after the source's own word; used by all threads of a client.

    Args:
        words: where the answer has the counts.
        ask: sends the request for them, and gives its decoded answer.
        clock: monotonic seconds.
        reserve: share of each limit that is left to other tools.
        crm_source: for the log.
    """

    words: CounterWords
    ask: Callable[[], Json]
    clock: Callable[[], float]
    reserve: float = 0.0
    crm_source: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _left: int | None = None
    _reset_at: float = 0.0
    """When the first count starts anew."""
    _free_at: float = 0.0
    """When every count that has nothing left starts anew."""
    _is_off: bool = False

    def make_room(self, wait: Callable[[float], None]) -> None:
        """Take one call; wait first where there is none.

        Args:
            wait: waits for so many seconds.

        Raises:
            AuthenticationError: the key is refused.
            LongWaitError: the wait is too long to hold a worker for.
        """
        with self._lock:
            while not self._is_off:
                if self._left is None or self.clock() >= self._reset_at:
                    self._look()
                elif self._left > 0:
                    self._left -= 1
                    return
                else:
                    seconds = max(self._free_at - self.clock(), 0.1)
                    logger.info(
                        "%s: no call is left by the source's own count; it starts anew in %.0f s.",
                        *(self.crm_source, seconds),
                    )
                    # the next look is due even if the wait is handed on
                    self._left = None
                    wait(seconds)

    def forget(self) -> None:
        """Look again before the next request: the source refused one all the same."""
        with self._lock:
            self._left = None

    def _look(self) -> None:
        try:
            windows = list(read_windows(self.words, self.ask()))
        except AuthenticationError:
            raise
        except FatalSourceError as error:
            # the pace of rest.rate_limits still holds
            logger.warning("%s does not tell how many calls are left: %s", self.crm_source, error)
            windows = []
        if not windows:
            self._is_off = True
            return
        now = self.clock()
        # the look itself may count, and may not be in the number yet
        left = [
            (int(one.limit * (1 - self.reserve)) - one.used - 1, now + one.resets_in_s) for one in windows
        ]
        self._left = max(0, min(count for count, _ in left))
        self._reset_at = min(at for _, at in left)
        self._free_at = max((at for count, at in left if count <= 0), default=self._reset_at)
        if self._left == 0:
            # nothing is gained by a look before that
            self._reset_at = self._free_at


def read_windows(words: CounterWords, data: Json) -> Iterator[Window]:
    """Give the counts that our requests are in; one that can't be read is left out."""
    for window in _as_list(find_path(data, words.records_path)):
        seconds = _read_number(find_path(window, words.reset_path))
        counts = _as_list(find_path(window, words.counts_path)) if words.counts_path else [window]
        for one in counts:
            name = str(find_path(one, words.name_path)) if words.name_path else ""
            limit, used = (_read_number(find_path(one, path)) for path in (words.limit_path, words.used_path))
            is_ours = not words.counted or name in words.counted
            if is_ours and None not in (seconds, limit, used) and limit:
                yield Window(int(limit), int(used or 0), min(seconds or 0.0, words.longest_s))


def _as_list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def _read_number(value: object) -> float | None:
    text = str(value).strip()
    return float(text) if text.replace(".", "", 1).isdecimal() and text.isascii() else None
