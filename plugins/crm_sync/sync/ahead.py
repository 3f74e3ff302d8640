"""What a run would read, as it is known before it begins."""

from __future__ import annotations

from dataclasses import dataclass

from crm_sync.sources.pace import Pace
from crm_sync.sync.window import RunPlan


@dataclass(frozen=True)
class Ahead:
    """What a run would read.

    Args:
        plan: mode and window.
        page_size: records that it asks for at a time.
        max_records: most records that it reads; 0: all.
        count: records, as the source says; None: it does not.
        calls: requests that the run makes before its first page.
        pace: the account's limits.
        refreshes: columns that go stale are due to be read again, for all records.
    """

    plan: RunPlan
    page_size: int
    max_records: int
    count: int | None
    calls: float
    pace: Pace
    refreshes: bool = False
