"""SalesRabbit's sources against the fake: a client whose waits cost no time, readers of whole entities."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests

from crm_sync.config.loader import load_source
from crm_sync.config.models import SourceConfig
from crm_sync.constants import SyncMode
from crm_sync.rest.client import RestClient
from crm_sync.rest.pacing import Unlimited
from crm_sync.rest.registry import ConnectionFacts, build_client
from crm_sync.rest.retries import RetryPolicy
from crm_sync.rest.waits import Waiter
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.registry import create_source
from crm_sync.sync.transform import TransformedChunk, transform_chunk
from sandbox.salesrabbit import SalesRabbitSandbox

CONFIGS = Path(__file__).parents[3] / "dags" / "configs"
SMALL = {"leads": 230, "users": 40}


@dataclass
class ReadResult:
    """Everything that one read gave."""

    lines: bytes = b""
    records: list[dict[str, Any]] = field(default_factory=list)
    cursors: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None
    is_whole: bool = False
    calls: int = 0

    @property
    def ids(self) -> list[int]:
        """Ids, each record once, as the save keeps them."""
        return sorted({record["id"] for record in self.records})


class SalesRabbitKit:
    """One fake and ways to read it as the product does."""

    def __init__(self, fake: SalesRabbitSandbox, source: SourceConfig) -> None:
        self.fake = fake
        self.source = source
        self.skipped_s = 0.0

    def make_client(self, **extra: Any) -> RestClient:
        """Build the client as the hook does."""
        assert self.source.rest is not None
        session = requests.Session()
        session.trust_env = False
        client = build_client(
            self.source.rest,
            session,
            self.fake.url,
            connection=ConnectionFacts("salesrabbit_default", "", self.fake.access_token, extra),
            budget=Unlimited(),
            crm_source="salesrabbit",
            longest_wait_s=None,
        )
        client.pacer.waiter = Waiter(clock=lambda: time.monotonic() + self.skipped_s, sleep=self._leap)
        return replace(client, policy=RetryPolicy(max_retries=2, first_wait_s=0.01))

    def _leap(self, seconds: float) -> None:
        self.skipped_s += seconds

    def read(
        self,
        sync_type: str = "leads",
        *,
        since: datetime | None = None,
        page_size: int | None = None,
        client: RestClient | None = None,
    ) -> ReadResult:
        """Read an entity; `since` makes it a delta, the lookback already taken off."""
        entity = self.source.entities[sync_type]
        source = create_source(self.source, entity, client=client or self.make_client())
        asked = ReadRequest(
            entity=entity,
            mode=SyncMode.FULL if since is None else SyncMode.DELTA,
            since=since,
            until=datetime.now(UTC) - timedelta(seconds=60),
            page_size=page_size or entity.page_size,
        )
        result, lines = ReadResult(), []
        for page in source.read_pages(asked, {}):
            lines.append(page.lines or b"")
            result.cursors[page.cursor_key] = page.cursor
            result.calls += page.calls
        result.lines = b"".join(lines)
        result.records = [json.loads(line) for line in result.lines.splitlines()]
        result.reason, result.is_whole = source.incomplete_reason, source.is_whole
        return result

    def transform(self, sync_type: str = "leads") -> TransformedChunk:
        """Read an entity whole and turn it into typed columns."""
        return transform_chunk(self.read(sync_type).lines, self.source.entities[sync_type])

    def queries(self, path: str = "/leads") -> list[dict[str, str]]:
        """What was asked of a path so far."""
        return [dict(parse_qsl(entry.query)) for entry in self.fake.requests.entries(path)]


@pytest.fixture(scope="session")
def salesrabbit_source() -> SourceConfig:
    return load_source(CONFIGS, "salesrabbit")


@pytest.fixture
def open_account(salesrabbit_source: SourceConfig) -> Iterator[Callable[..., SalesRabbitKit]]:
    """Start fakes; settings as in the fake's config, rate limits off unless asked for."""
    with ExitStack() as stack:

        def start(**settings: Any) -> SalesRabbitKit:
            settings = {"counts": SMALL, "rate_limits": False, **settings}
            fake = stack.enter_context(SalesRabbitSandbox(**settings).serve())
            return SalesRabbitKit(fake, salesrabbit_source)

        yield start


@pytest.fixture
def account(open_account: Callable[..., SalesRabbitKit]) -> SalesRabbitKit:
    """A small account of the test's own."""
    return open_account()
