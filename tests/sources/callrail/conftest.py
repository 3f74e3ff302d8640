"""CallRail's sources against the fake: a client whose waits cost no time, and readers of whole entities."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
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
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.registry import create_source
from crm_sync.sync.transform import TransformedChunk, transform_chunk
from sandbox.callrail import CallRailSandbox
from sandbox.callrail.kinds import KINDS
from sandbox.callrail.lists import show

CONFIGS = Path(__file__).parents[3] / "dags" / "configs"
SMALL = {
    "companies": 4,
    "trackers": 8,
    "tags": 9,
    "users": 7,
    "calls": 420,
    "form_submissions": 60,
    "text_messages": 40,
}


@dataclass
class ReadResult:
    """Everything that one read gave."""

    lines: bytes = b""
    records: list[dict[str, Any]] = field(default_factory=list)
    cursors: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None
    is_whole: bool = False

    @property
    def ids(self) -> list[str]:
        """Ids, each record once, as the save keeps them."""
        return sorted({str(record["id"]) for record in self.records})


class CallRailKit:
    """One fake and ways to read it as the product does."""

    def __init__(self, fake: CallRailSandbox, source: SourceConfig) -> None:
        self.fake = fake
        self.source = source
        self.skipped_s = 0.0

    def make_client(self, *, key: str | None = None, **extra: Any) -> RestClient:
        """Build the client as the hook does."""
        assert self.source.rest is not None
        session = requests.Session()
        session.trust_env = False
        client = build_client(
            self.source.rest,
            session,
            self.fake.url,
            connection=ConnectionFacts(
                "callrail_default", "", key or self.fake.api_key, {"rate_limits": False, **extra}
            ),
            budget=Unlimited(),
            crm_source="callrail",
            longest_wait_s=None,
        )
        client.pacer.waiter = Waiter(clock=lambda: time.monotonic() + self.skipped_s, sleep=self._leap)
        return replace(client, policy=RetryPolicy(max_retries=2, first_wait_s=0.01))

    def _leap(self, seconds: float) -> None:
        self.skipped_s += seconds

    def entity(self, sync_type: str, **read: Any) -> EntityConfig:
        """An entity, some keys of its `read` changed."""
        entity = self.source.entities[sync_type]
        return entity.model_copy(update={"read": entity.read.model_copy(update=read)})

    def read(
        self,
        entity: EntityConfig | str,
        *,
        since: datetime | None = None,
        known_walks: tuple[str, ...] | None = None,
        client: RestClient | None = None,
        **request: Any,
    ) -> ReadResult:
        """Read an entity; `since` makes it a delta, the lookback not yet taken off."""
        if isinstance(entity, str):
            entity = self.source.entities[entity]
        source = create_source(self.source, entity, client=client or self.make_client())
        now = source.read_clock() or datetime.now(UTC)
        asked = ReadRequest(
            entity=entity,
            mode=SyncMode.FULL if since is None else SyncMode.DELTA,
            since=None if since is None else since - timedelta(seconds=entity.lookback_s),
            until=now - timedelta(seconds=60),
            page_size=request.pop("page_size", entity.page_size),
            known_walks=known_walks,
            **request,
        )
        result = ReadResult()
        lines = []
        for page in source.read_pages(asked, {}):
            lines.append(page.lines or b"")
            result.cursors[page.cursor_key] = page.cursor
        result.lines = b"".join(lines)
        result.records = [json.loads(line) for line in result.lines.splitlines()]
        result.reason, result.is_whole = source.incomplete_reason, source.is_whole
        result.facts = source.describe()
        return result

    def transform(self, sync_type: str) -> TransformedChunk:
        """Read an entity whole and turn it into typed columns."""
        return transform_chunk(self.read(sync_type).lines, self.source.entities[sync_type])

    def stored_ids(self, kind: str) -> list[str]:
        """Ids of everything that the fake has of a kind, hidden records included."""
        return sorted(self.fake.store.ids(kind))

    def stored(self, kind: str, record_id: str) -> dict[str, Any]:
        """A record with all its fields."""
        return show(self.fake.store.get(kind, record_id), KINDS[kind], KINDS[kind].optional)

    def now(self) -> datetime:
        """The fake's clock."""
        return self.fake.clock.now()

    def queries(self, path: str) -> list[dict[str, str]]:
        """What was asked of a path so far."""
        from urllib.parse import parse_qsl

        return [dict(parse_qsl(entry.query)) for entry in self.fake.requests.entries(path)]


@pytest.fixture(scope="session")
def callrail_source() -> SourceConfig:
    return load_source(CONFIGS, "callrail")


@pytest.fixture
def open_account(callrail_source: SourceConfig) -> Iterator[Callable[..., CallRailKit]]:
    """Start fakes; settings as in the fake's config, rate limits off unless asked for."""
    with ExitStack() as stack:

        def start(**settings: Any) -> CallRailKit:
            fake = CallRailSandbox(**{"rate_limits": False, "counts": SMALL, **settings})
            return CallRailKit(stack.enter_context(fake.serve()), callrail_source)

        yield start


@pytest.fixture
def kit(open_account: Callable[..., CallRailKit]) -> CallRailKit:
    """A small account of the test's own."""
    return open_account()
