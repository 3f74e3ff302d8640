"""The fake's own clock, which can run ahead of or behind the worker's.

Rate windows do not use it: they measure real elapsed time.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import formatdate


class SandboxClock:
    """Wall clock of the fake: real time plus an offset.

    Args:
        offset_s: Seconds added to real time; negative runs behind.
    """

    def __init__(self, offset_s: float = 0.0) -> None:
        self.offset_s = offset_s
        self._date_second = -1
        self._date_header = b""

    def now_s(self) -> float:
        """Seconds since the epoch by the fake's clock."""
        return time.time() + self.offset_s

    def now_ms(self) -> int:
        """Milliseconds since the epoch by the fake's clock."""
        return int(self.now_s() * 1000)

    def now(self) -> datetime:
        """Aware UTC datetime by the fake's clock."""
        return datetime.fromtimestamp(self.now_s(), UTC)

    def advance(self, seconds: float) -> None:
        """Move the clock; negative values move it back."""
        self.offset_s += seconds

    def http_date(self, *, in_s: float = 0.0) -> bytes:
        """An HTTP date `in_s` seconds from now, as the `Date` and `Retry-After` headers use it."""
        second = int(self.now_s() + in_s)
        if in_s:
            return formatdate(second, usegmt=True).encode()
        if second != self._date_second:
            self._date_header = formatdate(second, usegmt=True).encode()
            self._date_second = second
        return self._date_header
