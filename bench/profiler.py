"""Runs something under `cProfile` and says which functions took its time."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable
from pathlib import Path

_LINES = 12


def profile(work: Callable[[], object]) -> list[list[str]]:
    """Run something under the profiler; gives the rows of the functions that took longest themselves."""
    profiler = cProfile.Profile()
    profiler.runcall(work)
    found = sorted(
        pstats.Stats(profiler).get_stats_profile().func_profiles.items(), key=lambda item: -item[1].tottime
    )
    return [
        [
            f"{Path(one.file_name).name}:{one.line_number} {name}",
            one.ncalls,
            f"{one.tottime:.2f}",
            f"{one.cumtime:.2f}",
        ]
        for name, one in found[:_LINES]
    ]
