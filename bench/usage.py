"""Wall time, processor time and memory of pieces of work; what is measured is left to others."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

_PEAK_LINE = "VmHWM:"


@dataclass
class Usage:
    """What a piece of work took; filled in when it is over."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    """User and system seconds of this process and of the children that it waited for."""


@contextmanager
def measured() -> Iterator[Usage]:
    """Measure the block; the figures are there after it."""
    usage = Usage()
    wall, cpu = time.perf_counter(), get_own_cpu_s()
    try:
        yield usage
    finally:
        usage.wall_s, usage.cpu_s = time.perf_counter() - wall, get_own_cpu_s() - cpu


def get_own_cpu_s() -> float:
    """Give user and system seconds of this process and its ended children."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def get_tree_cpu_s(pid: int) -> float:
    """Give user and system seconds of a process, of the children it has and of those that it had."""
    root = psutil.Process(pid)
    seconds = 0.0
    for process in (root, *root.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        seconds += times.user + times.system + times.children_user + times.children_system
    return seconds


def get_peak_mb() -> float:
    """Give the greatest resident size of this process since its program was started.

    Not `ru_maxrss`, which on Linux begins at the size of the process that started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith(_PEAK_LINE):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS counts in bytes
