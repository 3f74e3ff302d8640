"""How much of HubSpot's allowed rate a fetch uses when each answer takes 200 ms, paced in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.services import Server, running_fake, running_server
from bench.tables import judge, make_table
from bench.worker import run_job

TARGET = 0.95
LATENCY_MS = 200


@dataclass(frozen=True)
class Case:
    """One kind of read and the limit that binds it.

    Args:
        name: shown in the table.
        contacts: of the fake; enough for more than half a minute.
        start_date: of the run; None: a full read.
        bucket: the fake's rate window.
        limit: requests in it.
        window_s: its length.
    """

    name: str
    contacts: int
    start_date: str | None
    bucket: str
    limit: int
    window_s: int


CASES = (
    Case("full read by lists, 190 in 10 s", 72_000, None, "general", 190, 10),
    Case("delta by searches, 5 in 1 s", 40_000, "2000-01-01T00:00:00+00:00", "search", 5, 1),
)


def measure(folder: Path) -> str:
    """Run both cases; gives the report."""
    with running_server(folder) as server:
        rows = [_measure_case(folder, server, case) for case in CASES]
    head = ["read", "requests", "s", "allowed rate used", f"target ≥ {TARGET:.0%}"]
    return make_table([*head, "most in a window", "429s (target 0)"], rows)


def _measure_case(folder: Path, server: Server, case: Case) -> list[str]:
    dsn = server.make_database(case.bucket)
    arguments = ["--counts", f"contacts={case.contacts}", "--latency-ms", str(LATENCY_MS)]
    with running_fake(folder, *arguments, "--tier", "professional") as fake:
        job: dict[str, Any] = {
            "url": fake.url,
            "dsn": dsn,
            "run_id": "latency",
            "start_date": case.start_date,
        }
        place = folder / case.bucket
        history_id = run_job(place, "stage", stage="open", **job)["history_id"]
        result = run_job(place, "stage", stage="fetch", history_id=history_id, rate_limits=True, **job)
        found = fake.summarise(limit=case.limit, window_s=case.window_s, bucket=case.bucket)
        calls = fake.list_calls(case.bucket)
    refused = found["by_status"].get("429", 0)
    used = get_used_share(calls, case.limit, case.window_s)
    print(f"  {case.name}: {used:.1%}, {refused} x 429, {result['seconds']:.0f} s", flush=True)
    return [
        case.name,
        f"{len(calls):,}",
        f"{result['seconds']:.0f}",
        f"{used:.1%}",
        judge(used, at_least=TARGET),
        f"{found['max_in_window']} of {case.limit}",
        f"{refused} ({judge(refused, at_most=0)})",
    ]


def get_used_share(calls: Sequence[float], limit: int, window_s: float) -> float:
    """Give the share of an allowed rate that calls use while they are limited by it.

    The limit lets call n + `limit` go one window after call n at the earliest; the share is the window
    divided by the mean of what it was. Unlike calls per second, that counts no burst at the start as extra.

    Args:
        calls: moments in seconds.
        limit: calls in a window.
        window_s: its length.
    """
    ordered = sorted(calls)
    gaps = [later - earlier for earlier, later in zip(ordered, ordered[limit:], strict=False)]
    return window_s * len(gaps) / sum(gaps) if gaps else 0.0
