"""Peak memory of each stage in a process of its own, for one chunk of records and for ten.

Measured twice: as it is, and with Polars' allocator told to give freed memory back at once, which shows what
the stages hold without what the allocator keeps for later.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.product import STAGES
from bench.services import Server, running_fake, running_server
from bench.tables import judge, make_table
from bench.worker import run_job

TOLERANCE = 0.10
_ALLOCATOR = "_RJEM_MALLOC_CONF"
_SETTINGS = {"as it is": None, "freed memory given back": "dirty_decay_ms:0,muzzy_decay_ms:0"}


def measure(folder: Path, *, few: int, many: int) -> str:
    """Run the stages for both sizes; gives the report."""
    tables = []
    with running_server(folder) as server:
        for title, setting in _SETTINGS.items():
            with _allocator_set(setting):
                peaks = {records: _measure_size(folder, server, records) for records in (few, many)}
            print(f"  {title}: {peaks}", flush=True)
            tables.append(_report(title, peaks, few=few, many=many))
    return "\n\n".join(tables)


def _measure_size(folder: Path, server: Server, records: int) -> dict[str, float]:
    dsn = server.make_database(f"memory_{records}")
    history_id = None
    peaks = {}
    with running_fake(folder, "--static", "--records", str(records), "--no-rate-limits") as fake:
        for stage in STAGES:
            job = {"url": fake.url, "dsn": dsn, "run_id": "memory", "stage": stage, "history_id": history_id}
            result = run_job(folder / f"memory_{records}", "stage", **job)
            history_id = result["history_id"]
            peaks[stage] = round(result["peak_mb"], 1)
    return peaks


@contextmanager
def _allocator_set(setting: str | None) -> Iterator[None]:
    before = os.environ.pop(_ALLOCATOR, None)
    if setting is not None:
        os.environ[_ALLOCATOR] = setting
    try:
        yield
    finally:
        os.environ.pop(_ALLOCATOR, None)
        if before is not None:
            os.environ[_ALLOCATOR] = before


def _report(title: str, peaks: dict[int, dict[str, float]], *, few: int, many: int) -> str:
    rows = []
    for stage in STAGES[1:]:
        ratio = peaks[many][stage] / peaks[few][stage]
        met = judge(ratio, at_least=1 - TOLERANCE, at_most=1 + TOLERANCE)
        rows.append([stage, f"{peaks[few][stage]:,.0f}", f"{peaks[many][stage]:,.0f}", f"{ratio:.2f}", met])
    head = [f"stage, {title}", f"{few:,} records, MB", f"{many:,} records, MB", "ratio"]
    return make_table([*head, f"target 1 ± {TOLERANCE:.0%}"], rows)
