"""How much of a vendor's allowed rate the reading of a list uses when each answer takes 200 ms.

Where the limit is not what binds (calls an hour, say), the share is of what latency and page style allow: one
page after the other, or as many at once as `concurrent_pages` says. Latency is the fake's 200 ms and the few
milliseconds in which it makes its answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.services import Server, running_fake, running_server
from bench.tables import judge, make_table
from bench.worker import run_job

TARGET = 0.95
LATENCY_S = 0.2


@dataclass(frozen=True)
class Case:
    """One list read whole.

    Args:
        crm_source: whose fake is read.
        sync_type: which entity.
        records: of the fake.
        limit: calls in a window that the connection allows.
        window_s: length of that window.
        at_once: pages asked for at once.
        arguments: further ones of the fake.
        connection: of the account: login, password and extra.
        page_size: records a page.
    """

    crm_source: str
    sync_type: str
    records: int
    limit: int
    window_s: int
    at_once: int = 1
    arguments: tuple[str, ...] = ()
    connection: Mapping[str, Any] = field(default_factory=dict)
    page_size: int | None = None

    @property
    def name(self) -> str:
        """Name in the table."""
        beside = f", {self.at_once} pages at once" if self.at_once > 1 else ""
        return f"{self.crm_source} {self.sync_type}, {self.limit:,} in {self.window_s:,} s{beside}"


_ARRIVY: Mapping[str, Any] = {"login": "sandbox-key", "password": "sandbox-token"}
_FAST_ARRIVY = {**_ARRIVY, "extra": {"requests_per_minute": 1200}}
_FAST, _SLOW = ("--requests-per-minute", "1200"), ("--requests-per-minute", "30")
CASES = (
    Case("callrail", "calls", 60_000, 1000, 3600, connection={"password": "sandbox-token"}, page_size=100),
    Case("salesrabbit", "leads", 60_000, 50, 60, connection={"password": "sandbox-token"}, page_size=500),
    Case("arrivy", "tasks", 4000, 30, 60, arguments=_SLOW, connection=_ARRIVY, page_size=200),
    *(
        Case("arrivy", "customers", 240_000, 1200, 60, at_once, _FAST, _FAST_ARRIVY, page_size=50)
        for at_once in (1, 4, 16)
    ),
)


def measure(folder: Path, crm_source: str = "") -> str:
    """Run the cases of one CRM, or all; gives the report."""
    with running_server(folder) as server:
        rows = [_measure(folder, server, case) for case in CASES if crm_source in ("", case.crm_source)]
    head = ["list", "calls", "s", "records/s", "best possible, s", "share", f"target ≥ {TARGET:.0%}"]
    return make_table([*head, "429s (target 0)"], rows)


def _measure(folder: Path, server: Server, case: Case) -> list[str]:
    dsn = server.make_database("lists")
    arguments = ["--records", str(case.records), "--latency-ms", str(LATENCY_S * 1000), *case.arguments]
    with running_fake(folder, *arguments, crm_source=case.crm_source) as fake:
        result = run_job(
            folder / "list",
            "list",
            url=fake.url,
            dsn=dsn,
            crm_source=case.crm_source,
            sync_type=case.sync_type,
            page_size=case.page_size,
            connection=dict(case.connection),
            own_options={"concurrent_pages": case.at_once} if case.at_once > 1 else {},
        )
        found = fake.summarise(limit=case.limit, window_s=case.window_s)
    calls, refused, seconds = result["calls"], found["by_status"].get("429", 0), result["seconds"]
    best_s = find_best_s(calls, result["answer_s"], case)
    print(f"  {case.name}: {calls} calls in {seconds:.1f} s, {best_s / seconds:.1%}", flush=True)
    return [
        case.name,
        f"{calls:,}",
        f"{seconds:.1f}",
        f"{result['records'] / seconds:,.0f}",
        f"{best_s:.1f}",
        f"{best_s / seconds:.1%}",
        judge(best_s / seconds, at_least=TARGET),
        f"{refused} ({judge(refused, at_most=0)})",
    ]


def find_best_s(calls: int, answer_s: float, case: Case) -> float:
    """Give the least time that so many calls can take.

    Args:
        calls: that were made.
        answer_s: mean time from a request's leaving to its answer's last byte.
        case: its limit, and how many calls may be under way at once.
    """
    full_windows = (calls - 1) // case.limit
    last_ones = calls - full_windows * case.limit
    by_limit = full_windows * case.window_s + last_ones * answer_s / case.at_once
    return max(by_limit, calls * answer_s / case.at_once)
