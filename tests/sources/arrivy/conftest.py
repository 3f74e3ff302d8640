"""Arrivy's sources against the fake: clients whose waits cost no time, and readers of whole entities."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import polars as pl
import pytest
import requests

from crm_sync.config.loader import load_source
from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.constants import SyncMode
from crm_sync.rest.client import RestClient
from crm_sync.rest.pacing import Budget, Unlimited
from crm_sync.rest.registry import ConnectionFacts, build_client
from crm_sync.rest.waits import Waiter
from crm_sync.sources.base import Page, ReadRequest
from crm_sync.sources.registry import create_source
from crm_sync.sync.transform import transform_chunk
from sandbox.arrivy import ArrivySandbox

CONFIGS = Path(__file__).parents[3] / "dags" / "configs"
COUNTS = {"tasks": 240, "bookings": 60, "customers": 80, "entities": 60, "groups": 40}


class LeapingTime:
    """Real time in which sleeping is skipped: the clock leaps ahead instead."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self._lock = threading.Lock()

    def clock(self) -> float:
        return time.monotonic() + sum(self.waits)

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.waits.append(seconds)
        time.sleep(0)


@dataclass
class ReadResult:
    """Everything that one read gave."""

    entity: EntityConfig
    records: list[dict[str, Any]] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    cursors: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None
    is_whole: bool = False
    error: Exception | None = None

    @property
    def ids(self) -> list[str]:
        """Ids as often as they came, sorted."""
        return sorted(str(record["id"]) for record in self.records)

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """Typed rows by id."""
        frame: pl.DataFrame = transform_chunk(b"".join(p.lines or b"" for p in self.pages), self.entity).typed
        return {row["id"]: row for row in frame.to_dicts()}


class ArrivyKit:
    """One fake account and ways to read it as the product does."""

    def __init__(self, fake: ArrivySandbox, source: SourceConfig) -> None:
        self.fake = fake
        self.source = source
        self.time = LeapingTime()

    def make_client(
        self, *, budget: Budget | None = None, url: str | None = None, key: str | None = None, **extra: Any
    ) -> RestClient:
        assert self.source.rest is not None
        session = requests.Session()
        session.trust_env = False
        config = self.fake.config
        client = build_client(
            self.source.rest,
            session,
            url or self.fake.api_url,
            connection=ConnectionFacts(
                "arrivy_default", key or config.auth_key, config.auth_token, {"rate_limits": False, **extra}
            ),
            budget=budget or Unlimited(),
            crm_source="arrivy",
            longest_wait_s=None,
        )
        client.pacer.waiter = Waiter(clock=self.time.clock, sleep=self.time.sleep)
        return client

    def entity(
        self,
        sync_type: str,
        read: Mapping[str, Any] | None = None,
        *,
        first: date | None = None,
        **changes: Any,
    ) -> EntityConfig:
        """Give an entity's configuration, some keys replaced; `first` is the day full reads start from."""
        merged = {**self.source.entities[sync_type].model_dump(), **changes}
        merged["read"] = {**merged["read"], **(read or {})}
        if first is not None:
            merged["read"]["windows"] = {**merged["read"]["windows"], "first": first}
        return EntityConfig.model_validate(merged)

    def read(  # a test says in one call what it reads and how
        self,
        entity: EntityConfig | str,
        *,
        since: datetime | None = None,
        cursors: Mapping[str, Any] | None = None,
        stop_after: int | None = None,
        client: RestClient | None = None,
        catch: type[Exception] | tuple[type[Exception], ...] = (),
        **request: Any,
    ) -> ReadResult:
        """Read an entity.

        Args:
            entity: or its name.
            since: makes it a delta.
            cursors: of an earlier try.
            stop_after: closes the read after so many pages.
            client: instead of a fresh one.
            catch: errors that end up in the result.
            **request: further fields of the ReadRequest.
        """
        if isinstance(entity, str):
            entity = self.entity(entity, **self._usual(entity))
        source = create_source(self.source, entity, client=client or self.make_client())
        asked = ReadRequest(
            entity=entity,
            mode=request.pop("mode", SyncMode.FULL if since is None else SyncMode.DELTA),
            since=since,
            until=request.pop("until", self.fake.clock.now() - timedelta(seconds=60)),
            page_size=request.pop("page_size", entity.page_size),
            **request,
        )
        result = ReadResult(entity, cursors=dict(cursors or {}))
        pages = source.read_pages(asked, dict(result.cursors))
        try:
            for page in pages:
                result.pages.append(page)
                result.records.extend(json.loads(line) for line in (page.lines or b"").splitlines())
                result.cursors[page.cursor_key] = page.cursor
                if stop_after is not None and len(result.pages) >= stop_after:
                    break
        except catch as error:
            result.error = error
        finally:
            pages.close()
        result.reason, result.is_whole, result.facts = (
            source.incomplete_reason,
            source.is_whole,
            source.describe(),
        )
        return result

    def asked(self, path: str = "*") -> list[dict[str, str]]:
        """Parameters of each request to a path below `/api`, decoded once, in arrival order."""
        entries = self.fake.requests.entries(f"/api{path}" if path != "*" else "*")
        return [{name: values[0] for name, values in parse_qs(entry.query).items()} for entry in entries]

    def stored_ids(self, kind: str) -> list[str]:
        """Ids of all records of the account."""
        return sorted(self.fake.store.ids(kind))

    def _usual(self, sync_type: str) -> dict[str, Any]:
        """Full reads start where the fake's data does, which saves ten years of empty windows."""
        first = (self.fake.config.anchor - timedelta(days=self.fake.config.history_days + 1)).date()
        return {"first": first} if self.source.entities[sync_type].read.windows else {}


@pytest.fixture(scope="session")
def arrivy_source() -> SourceConfig:
    return load_source(CONFIGS, "arrivy")


@pytest.fixture
def open_account(arrivy_source) -> Iterator[Callable[..., ArrivyKit]]:
    """Start fakes two months old; settings as in the fake's config, rate limits off unless asked for."""
    anchor = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    usual = {
        "rate_limits": False,
        "counts": COUNTS,
        "anchor": anchor,
        "history_days": 60,
        "planned_days": 300,
    }
    with ExitStack() as stack:
        yield lambda **settings: ArrivyKit(
            stack.enter_context(ArrivySandbox(**{**usual, **settings}).serve()), arrivy_source
        )


@pytest.fixture
def kit(open_account) -> ArrivyKit:
    """An account of the test's own."""
    return open_account()
