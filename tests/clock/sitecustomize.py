"""Mends `time.sleep` in Python processes that libfaketime gives another date, see scripts/awkward_days.py.

libfaketime 0.9.10 leaves the monotonic clock alone when asked to, yet still shifts the absolute deadline that
CPython hands to clock_nanosleep(2) for it, which the kernel refuses; select(2) takes a span.
"""

from __future__ import annotations

import os
import select
import time

if "FAKETIME" in os.environ:

    def _sleep(seconds: float, /) -> None:
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        select.select([], [], [], seconds)

    time.sleep = _sleep
