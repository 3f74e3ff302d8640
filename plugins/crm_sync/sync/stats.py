"""Figures of the stages: their time, seconds per statement of save, and the process's peak memory.

The database works out rates and durations of the whole run when the history row is closed.
"""

from __future__ import annotations

import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from crm_sync.constants import Stage

_BYTES_PER_UNIT = 1 if sys.platform == "darwin" else 1024
"""ru_maxrss is in kilobytes on Linux, in bytes on macOS."""


class SaveStats:
    """Adds up where the time of a save goes."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)
        self._started = time.monotonic()

    def add(self, seconds: Mapping[str, float]) -> None:
        """Add the seconds of one chunk, by statement."""
        for name, value in seconds.items():
            self._seconds[name] += value

    def to_metrics(self) -> dict[str, Any]:
        """Give the figures for performance_metrics."""
        return {
            "save_seconds": round(time.monotonic() - self._started, 3),
            "save_statement_seconds": {
                name: round(value, 3) for name, value in sorted(self._seconds.items())
            },
            "peak_memory_mb": get_peak_memory_mb(),
        }


def get_peak_memory_mb() -> int:
    """Give the greatest resident size of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _BYTES_PER_UNIT // 2**20


@contextmanager
def measure(stage: Stage, metrics: dict[str, float]) -> Iterator[None]:
    """Add the time and the memory of a stage to the figures of a run, if it comes to its end."""
    started = time.monotonic()
    yield
    taken_s = round(time.monotonic() - started, 3)
    metrics |= {"peak_memory_mb": get_peak_memory_mb(), f"{stage}_seconds": taken_s}
