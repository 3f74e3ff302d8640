"""HubSpot's sources against the fake: clients whose waits cost no time, and readers of whole entities."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from crm_sync.config.loader import load_source
from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.constants import SyncMode
from crm_sync.rest.client import RestClient
from crm_sync.rest.pacing import Unlimited
from crm_sync.rest.registry import ConnectionFacts, build_client
from crm_sync.rest.retries import RetryPolicy
from crm_sync.rest.waits import Waiter
from crm_sync.sources.base import Page, ReadRequest
from crm_sync.sources.registry import create_source
from sandbox.hubspot import HubSpotSandbox

CONFIGS = Path(__file__).parents[3] / "dags" / "configs"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class LeapingTime:
    """Real time in which sleeping is skipped: the clock leaps ahead instead."""

    def __init__(self) -> None:
        self._skipped = 0.0
        self._lock = threading.Lock()

    def clock(self) -> float:
        return time.monotonic() + self._skipped

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._skipped += seconds
        time.sleep(0)


@dataclass
class ReadResult:
    """Everything that one read gave."""

    records: list[dict[str, Any]] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    cursors: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None
    is_whole: bool = False
    metrics: dict[str, float] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        return sorted(record["id"] for record in self.records)


class HubSpotKit:
    """One fake account and ways to read it as the product does."""

    def __init__(self, fake: HubSpotSandbox, source: SourceConfig) -> None:
        self.fake = fake
        self.source = source
        self.time = LeapingTime()

    def make_client(self, *, read_timeout_s: float = 60, **extra: Any) -> RestClient:
        assert self.source.rest is not None
        secret = (
            self.fake.config.oauth_client_secret if extra.get("auth") == "oauth" else self.fake.access_token
        )
        client = build_client(
            self.source.rest.model_copy(update={"read_timeout_s": read_timeout_s}),
            requests.Session(),
            self.fake.url,
            connection=ConnectionFacts(
                "hubspot_default", self.fake.config.oauth_client_id, secret, {"rate_limits": False, **extra}
            ),
            budget=Unlimited(),
            crm_source="hubspot",
            longest_wait_s=None,
        )
        client.pacer.waiter = Waiter(clock=self.time.clock, sleep=self.time.sleep)
        return replace(client, policy=RetryPolicy(max_retries=4, first_wait_s=0.01))

    def entity(self, sync_type: str, read: Mapping[str, Any] | None = None, **changes: Any) -> EntityConfig:
        entity = self.source.entities[sync_type]
        changed = entity.read.model_copy(update=dict(read or {}))
        return entity.model_copy(update={**changes, "read": changed})

    def read(
        self,
        entity: EntityConfig | str,
        *,
        since: datetime | None = None,
        cursors: Mapping[str, Any] | None = None,
        stop_after: int | None = None,
        client: RestClient | None = None,
        **request: Any,
    ) -> ReadResult:
        """Read an entity; `since` makes it a delta, `stop_after` closes the read after so many pages."""
        if isinstance(entity, str):
            entity = self.source.entities[entity]
        source = create_source(self.source, entity, client=client or self.make_client())
        now = source.read_clock() or datetime.now(UTC)
        asked = ReadRequest(
            entity=entity,
            mode=request.pop("mode", SyncMode.FULL if since is None else SyncMode.DELTA),
            since=since,
            until=request.pop("until", now - timedelta(seconds=60)),
            page_size=request.pop("page_size", entity.page_size),
            **request,
        )
        result = ReadResult(cursors=dict(cursors or {}))
        pages = source.read_pages(asked, dict(result.cursors))
        try:
            for page in pages:
                result.pages.append(page)
                result.records.extend(json.loads(line) for line in (page.lines or b"").splitlines())
                result.cursors[page.cursor_key] = page.cursor
                if stop_after is not None and len(result.pages) >= stop_after:
                    break
        finally:
            pages.close()
        result.reason, result.is_whole = source.incomplete_reason, source.is_whole
        result.metrics = source.metrics()
        return result

    def stored_ids(self, type_name: str) -> list[str]:
        """Ids of all records of the account, archived ones included."""
        return sorted(map(str, self.fake.store.types[type_name].records))


@pytest.fixture(scope="session")
def hubspot_source() -> SourceConfig:
    return load_source(CONFIGS, "hubspot")


@pytest.fixture
def open_account(hubspot_source) -> Iterator[Callable[..., HubSpotKit]]:
    """Start fakes; settings as in the fake's config, rate limits off unless asked for."""
    with ExitStack() as stack:

        def start(**settings: Any) -> HubSpotKit:
            fake = HubSpotSandbox(**{"rate_limits": False, **settings})
            return HubSpotKit(stack.enter_context(fake.serve()), hubspot_source)

        yield start
