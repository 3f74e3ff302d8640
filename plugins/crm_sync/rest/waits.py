"""Waiting that can be interrupted; how long to wait is decided by `rate_limits` and `retries`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from crm_sync.exceptions import SyncCancelledError


def never() -> bool:
    """Answer False: nobody asks to stop."""
    return False


@dataclass(frozen=True)
class Waiter:
    """Sleeps in short slices and looks between them whether it should stop.

    Args:
        clock: monotonic seconds.
        sleep: takes seconds.
        stop: true once the task is asked to end; checked before and during each wait.
        slice_s: longest time between two looks.
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    stop: Callable[[], bool] = never
    slice_s: float = 0.25

    def check(self, cancelled: Callable[[], bool] = never) -> None:
        """Raise when someone asked to stop.

        Args:
            cancelled: the caller's own reason to stop, beside the task's.

        Raises:
            SyncCancelledError: the task or the caller should stop.
        """
        if self.stop():
            raise SyncCancelledError("The task was asked to stop.")
        if cancelled():
            raise SyncCancelledError("Another part of this read failed.")

    def wait(self, seconds: float, cancelled: Callable[[], bool] = never) -> None:
        """Wait, at once interruptible.

        Raises:
            SyncCancelledError: the task or the caller should stop.
        """
        until = self.clock() + seconds
        self.check(cancelled)
        while (left := until - self.clock()) > 0:
            self.sleep(min(left, self.slice_s))
            self.check(cancelled)
