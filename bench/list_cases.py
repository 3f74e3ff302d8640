"""The lists that `list_rates` reads: whose, how large, and what limits them. Latency is 200 ms everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """One list read whole.

    Args:
        crm_source: whose fake is read.
        sync_type: which entity.
        data: arguments of the fake that say how much it has.
        limit: calls in a window that the connection allows.
        window_s: length of that window.
        style: how pages are asked for, for the table.
        at_once: pages asked for at once.
        arguments: further ones of the fake.
        connection: of the account: login, password and extra.
        own_options: of the run.
        page_size: records a page.
        work_s: time in which the source works at a job before it gives its first record.
        files: files to be put into a repository first, of so many rows each.
    """

    crm_source: str
    sync_type: str
    data: str
    limit: int
    window_s: float
    style: str = "one after the other"
    at_once: int = 1
    arguments: tuple[str, ...] = ()
    connection: Mapping[str, Any] = field(default_factory=dict)
    own_options: Mapping[str, Any] = field(default_factory=dict)
    page_size: int | None = None
    work_s: float = 0.0
    files: tuple[int, int] = (0, 0)

    @property
    def name(self) -> str:
        """Name in the table."""
        return f"{self.crm_source} {self.sync_type}, {self.limit:,} in {self.window_s:,g} s, {self.style}"

    def find_best_s(self, calls: int, answer_s: float) -> float:
        """Give the least time that so many calls can take.

        Args:
            calls: that were made.
            answer_s: mean time from a request's leaving to its answer's last byte.
        """
        full_windows = (calls - 1) // self.limit
        last_ones = calls - full_windows * self.limit
        by_limit = full_windows * self.window_s + last_ones * answer_s / self.at_once
        return self.work_s + max(by_limit, calls * answer_s / self.at_once)


_TOKEN: Mapping[str, Any] = {"password": "sandbox-token"}
_ARRIVY: Mapping[str, Any] = {"login": "sandbox-key", "password": "sandbox-token"}
_FAST_ARRIVY = {**_ARRIVY, "extra": {"requests_per_minute": 1200}}
_FAST, _SLOW = ("--requests-per-minute", "1200"), ("--requests-per-minute", "30")
_SALESFORCE: Mapping[str, Any] = {"login": "sandbox-consumer-key", "password": "sandbox-consumer-secret"}
_MARKETSHARP: Mapping[str, Any] = {
    "login": "1234",
    "password": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "extra": {"api_key": "00000000-1111-2222-3333-444444444444", "time_zone": "America/New_York"},
}
_SALESPRO: Mapping[str, Any] = {
    "login": "AKIASANDBOX000000000",
    "password": "sandbox/secret+key/0000000000000000000000",
    "extra": {"region_name": "us-east-1", "database": "sandbox_lake"},
}
_POLLS_S = 2.0
"""First pause of a job: two of them are what the fakes' jobs take at least."""

CASES = (
    Case("callrail", "calls", "60_000", 1000, 3600, connection=_TOKEN, page_size=100),
    Case("salesrabbit", "leads", "60_000", 50, 60, connection=_TOKEN, page_size=500),
    Case("arrivy", "tasks", "4000", 30, 60, arguments=_SLOW, connection=_ARRIVY, page_size=200),
    *(
        Case(
            "arrivy",
            "customers",
            "240_000",
            1200,
            60,
            f"{at_once} pages at once" if at_once > 1 else "one after the other",
            at_once,
            _FAST,
            _FAST_ARRIVY,
            {"concurrent_pages": at_once} if at_once > 1 else {},
            page_size=50,
        )
        for at_once in (1, 4, 16)
    ),
    # the fake's own tier has the same limit; page ranges by id, with as many threads as the limit needs
    Case("hubspot", "contacts", "120_000", 190, 10, "by ranges of ids", 16, ("--static",), _TOKEN),
    Case("pipedrive", "persons", "persons=80_000", 20, 2, "cursor, 10 tokens each", connection=_TOKEN),
    Case(
        "salesforce",
        "contacts",
        "contacts=60_000",
        20,
        1,
        "query pages",
        connection={**_SALESFORCE, "extra": {"bulk_threshold": "10000000"}},
        page_size=500,
    ),
    Case(
        "salesforce",
        "contacts",
        "contacts=60_000",
        20,
        1,
        "a Bulk job's pages",
        connection=_SALESFORCE,
        page_size=500,
        work_s=2 * _POLLS_S,
    ),
    Case(
        "leadconduit",
        "leads",
        "115_000",
        60,
        60,
        "after a time",
        arguments=("--requests-per-minute", "60"),
        connection={"login": "API", **_TOKEN},
    ),
    Case(
        "marketsharp",
        "contacts",
        "contacts=60_000",
        1,
        0.2,
        "keyset, signed",
        arguments=("--requests-per-second", "5"),
        connection=_MARKETSHARP,
        page_size=500,
    ),
    Case(
        "five9",
        "contacts",
        "12_000",
        1,
        0.3,
        "pieces below a cap",
        connection={"login": "sync@example.test", **_TOKEN},
    ),
    Case(
        "github",
        "zipcodes",
        "2000",
        5000,
        3600,
        "file after file",
        connection={**_TOKEN, "extra": {"owner": "example", "repo": "data", "path": "parts/*.csv"}},
        files=(150, 1000),
    ),
    Case(
        "salespro",
        "estimates",
        "estimates=150_000",
        10,
        1,
        "an Athena query's pages",
        connection=_SALESPRO,
        work_s=2 * _POLLS_S,
    ),
)
