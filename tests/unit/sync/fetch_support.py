"""A scripted source and the folder of one run, for tests of fetch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.config.run_options import RunOptions
from crm_sync.exceptions import SourceUnavailableError
from crm_sync.sources.base import Page, ReadRequest, build_page
from crm_sync.storage.history.watermark import Watermark
from crm_sync.storage.staging import Staging, open_staging
from crm_sync.sync.fetch import fetch_entity
from crm_sync.sync.fetch_job import FetchJob, FetchOutcome

NOW = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
RECENT = Watermark(until=NOW - timedelta(hours=1), last_full_at=NOW - timedelta(days=1), source={"etag": "a"})


@dataclass
class ScriptedSource:
    """Gives pages of records out of a list; `fail_at` breaks one page, once, before it is given."""

    records: int = 10
    per_page: int = 2
    fail_at: int | None = None
    clock: datetime | None = NOW
    reason: str | None = None
    reads_whole: bool = False
    is_whole: bool = True
    quota: int | None = None
    can_resume: bool = False
    sweep_scope: Any = None
    requests: list[ReadRequest] = field(default_factory=list)
    calls: int = 0
    given_ids: list[int] = field(default_factory=list)
    closed_pages: int = 0
    incomplete_reason: str | None = None
    notes: list[str] = field(default_factory=list)
    is_snapshot: bool = False

    def read_clock(self) -> datetime | None:
        """Give the scripted clock."""
        return self.clock

    def count(self, request: ReadRequest) -> int | None:  # the protocol's shape
        """Give the total."""
        return self.records

    def describe(self) -> dict[str, Any]:
        """Give a fact to keep."""
        return {"etag": "b"}

    def metrics(self) -> dict[str, float]:
        """Give figures."""
        return {"api_calls": self.calls, "clock_skew_seconds": 3.0}

    def close(self) -> None:
        """Nothing to give back."""

    def read_pages(self, request: ReadRequest, cursors: Mapping[str, Any]) -> Iterator[Page]:
        """Give pages after the cursor."""
        self.requests.append(request)
        self.incomplete_reason = None
        try:
            yield from self._pages(cursors.get("live", 0))
        finally:
            self.closed_pages += 1
        self.incomplete_reason = self.reason

    def _pages(self, start: int | None) -> Iterator[Page]:
        while start is not None and start < self.records:
            if self.fail_at is not None and start >= self.fail_at:
                self.fail_at = None
                raise SourceUnavailableError("No answer.")
            if self.quota is not None and self.calls >= self.quota:
                self.can_resume, self.reason = True, "The day's quota is used up."
                return
            self.calls += 1
            stop = min(start + self.per_page, self.records)
            self.given_ids.extend(range(start, stop))
            records = [{"id": number, "properties": {"name": f"n{number}"}} for number in range(start, stop)]
            start = stop if stop < self.records else None
            yield build_page(records, cursor_key="live", cursor=start)


def make_entity(**changes: Any) -> EntityConfig:
    values: dict[str, Any] = {
        "crm_source": "demo",
        "sync_type": "items",
        "table_schema": "demo",
        "read": {"strategy": "files", "path": "items.csv"},
        "primary_key": ["id"],
        "fields": {"id": {"type": "integer"}},
        "page_size": 200,
        "max_page_size": 500,
    }
    return EntityConfig.model_validate({**values, **changes})


def open_items(folder: Path) -> Staging:
    return open_staging(folder, crm_source="demo", sync_type="items")


@dataclass
class Run:
    """One run's folder; `fetch` is one try."""

    folder: Path
    source: ScriptedSource = field(default_factory=ScriptedSource)
    entity: EntityConfig = field(default_factory=make_entity)
    watermark: Watermark | None = None
    stop: Callable[[], bool] = lambda: False
    now: datetime = NOW
    second_clock: Callable[[], datetime] | None = None
    resume: dict[str, Any] | None = None

    def fetch(self, *, checkpoint_s: float = 60, warn: Any = None, **flags: Any) -> FetchOutcome:
        """Make one try; between its first and last page no time passes that would call for a checkpoint."""
        return fetch_entity(
            FetchJob(
                entity=self.entity,
                options=RunOptions(**flags),
                staging=open_items(self.folder),
                source=self.source,  # type: ignore[arg-type]
                watermark=self.watermark,
                stop=self.stop,
                now=lambda: self.now,
                second_clock=self.second_clock,
                checkpoint_s=checkpoint_s,
                resume=self.resume,
                warn=warn,
            )
        )

    @property
    def staging(self) -> Staging:
        """Open the folder as the next task does."""
        return open_items(self.folder)

    def ids(self) -> list[int]:
        """List what is staged, in order."""
        staging = self.staging
        return [
            record["id"]
            for chunk in staging.manifest.chunks
            for record in read_lines(staging.read_raw(chunk))
        ]


def read_lines(raw: bytes | pl.DataFrame) -> list[dict[str, Any]]:
    if isinstance(raw, pl.DataFrame):
        return raw.to_dicts()
    return [json.loads(line) for line in raw.splitlines()]
