"""Progress lines of a long stage: how much is done, how fast, and how much longer it will take."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from crm_sync.sync.news import tell

log = logging.getLogger(__name__)
INTERVAL_S = 10.0


class ProgressLog:
    """Logs at most one line per interval.

    Args:
        verb: first word of the line, `Fetched` or `Saved`.
        total: records expected, None if the source doesn't say.
        done: records done before, by an earlier try.
        clock: monotonic seconds.
    """

    def __init__(
        self, verb: str, *, total: int | None, done: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._verb = verb
        self._total = total
        self._start = self._done = done
        self._clock = clock
        self._started_at = self._logged_at = clock()
        tell("progress", done=done, total=total)

    def advance(self, done: int) -> None:
        """Note how many records are done in all, and log a line when one is due."""
        self._done = done
        tell("progress", done=done, total=self._total)
        if self._clock() - self._logged_at >= INTERVAL_S:
            self._logged_at = self._clock()
            self._log_line()

    def close(self) -> None:
        """Log the last line."""
        self._log_line()

    def _log_line(self) -> None:
        seconds = max(self._clock() - self._started_at, 1e-6)
        rate = (self._done - self._start) / seconds
        of_total = f" of {self._total:,}" if self._total is not None and self._total >= self._done else ""
        remaining = ""
        if self._total is not None and rate > 0 and self._total > self._done:
            remaining = f", about {(self._total - self._done) / rate:,.0f} s left"
        log.info(
            "%s %s%s records, %s records/s%s",
            self._verb,
            f"{self._done:,}",
            of_total,
            f"{rate:,.0f}",
            remaining,
        )
