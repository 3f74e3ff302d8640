"""A REST CRM's sources against its fake: clients whose waits cost no time, and readers of whole entities."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import polars as pl
import requests

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.constants import SyncMode
from crm_sync.rest.client import RestClient
from crm_sync.rest.pacing import Budget, Unlimited
from crm_sync.rest.registry import ConnectionFacts, build_client
from crm_sync.rest.retries import RetryPolicy
from crm_sync.rest.waits import Waiter
from crm_sync.sources.base import Page, ReadRequest
from crm_sync.sources.registry import create_source
from crm_sync.sync.transform import TransformedChunk, transform_chunk
from tests.shipped import read_shipped


class LeapingTime:
    """Real time in which sleeping is skipped: the clock leaps ahead instead."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.skipped_s = 0.0
        self._lock = threading.Lock()

    def clock(self) -> float:
        return time.monotonic() + self.skipped_s

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.waits.append(seconds)
            self.skipped_s += seconds
        time.sleep(0)


@dataclass
class ReadResult:
    """Everything that one read gave."""

    entity: EntityConfig
    pages: list[Page] = field(default_factory=list)
    cursors: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    reason: str | None = None
    is_whole: bool = False
    error: Exception | None = None
    notes: list[str] = field(default_factory=list)
    scope: Any = None

    @property
    def lines(self) -> bytes:
        return b"".join(page.lines or b"" for page in self.pages)

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines.splitlines()]

    @property
    def calls(self) -> int:
        return sum(page.calls for page in self.pages)

    @property
    def ids(self) -> list[str]:
        """Ids as often as they came, sorted as text."""
        return sorted(str(record["id"]) for record in self.records)

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """Typed rows by id."""
        frame: pl.DataFrame = transform_chunk(self.lines, self.entity).typed
        return {row["id"]: row for row in frame.to_dicts()}


class RestKit:
    """One fake account and ways to read it as the product does; a CRM says what is its own.

    Args:
        fake: that is being served.
        source: the CRM's configuration.
    """

    result_class = ReadResult
    usual_extra: Mapping[str, Any] = {"rate_limits": False}
    policy: RetryPolicy | None = RetryPolicy(max_retries=2, first_wait_s=0.01)
    """Of its clients; None: the one of the CRM's configuration."""

    def __init__(self, fake: Any, source: SourceConfig) -> None:
        self.fake = fake
        self.source = source
        self.time = LeapingTime()

    @property
    def skipped_s(self) -> float:
        """Seconds that its clients would have waited."""
        return self.time.skipped_s

    def credentials(self, extra: Mapping[str, Any]) -> tuple[str, str]:
        """Give login and password of the connection."""
        raise NotImplementedError

    def make_client(
        self,
        *,
        url: str | None = None,
        login: str | None = None,
        password: str | None = None,
        budget: Budget | None = None,
        read_timeout_s: float = 60,
        **extra: Any,
    ) -> RestClient:
        """Build the client as the hook does; `extra` is the connection's."""
        assert self.source.rest is not None
        session = requests.Session()
        session.trust_env = False
        known = self.credentials(extra)
        client = build_client(
            self.source.rest.model_copy(update={"read_timeout_s": read_timeout_s}),
            session,
            url or self.fake.api_url,
            connection=ConnectionFacts(
                self.source.connection_id,
                login or known[0],
                password or known[1],
                {**self.usual_extra, **extra},
            ),
            budget=budget or Unlimited(),
            crm_source=self.source.crm_source,
            longest_wait_s=None,
        )
        client.pacer.waiter = Waiter(clock=self.time.clock, sleep=self.time.sleep, slice_s=3600)
        return client if self.policy is None else replace(client, policy=self.policy)

    def entity(self, sync_type: str, read: Mapping[str, Any] | None = None, **changes: Any) -> EntityConfig:
        """Give an entity's configuration, some keys of it and of its `read` replaced."""
        known = self.source.entities[sync_type]
        if not read and not changes:
            return known
        values = {**known.model_dump(), **changes}
        return EntityConfig.model_validate({**values, "read": {**values["read"], **(read or {})}})

    def read(
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
            since: makes it a delta; the lookback is already taken off.
            cursors: of an earlier try.
            stop_after: closes the read after so many pages.
            client: instead of a fresh one.
            catch: errors that end up in the result.
            **request: further fields of the ReadRequest.
        """
        entity = self.entity(entity) if isinstance(entity, str) else entity
        source = create_source(self.source, entity, client=client or self.make_client())
        asked: dict[str, Any] = {
            "mode": SyncMode.FULL if since is None else SyncMode.DELTA,
            "until": self.fake.clock.now() - timedelta(seconds=60),
            "page_size": entity.page_size,
        }
        asked |= {name: value for name, value in request.items() if value is not None}
        result = self.result_class(entity, cursors=dict(cursors or {}))
        wanted = ReadRequest(entity=entity, since=since, **asked)
        pages = source.read_pages(wanted, dict(result.cursors))
        try:
            for page in pages:
                result.pages.append(page)
                result.cursors[page.cursor_key] = page.cursor
                if stop_after is not None and len(result.pages) >= stop_after:
                    break
        except catch as error:
            result.error = error
        finally:
            pages.close()
        result.reason, result.is_whole = source.incomplete_reason, source.is_whole
        result.notes = list(getattr(source, "notes", ()))
        result.scope = source.sweep_scope
        result.facts, result.metrics = source.describe(), source.metrics()
        return result

    def transform(self, sync_type: str) -> TransformedChunk:
        """Read an entity whole and turn it into typed columns."""
        return transform_chunk(self.read(sync_type).lines, self.source.entities[sync_type])

    def queries(self, path: str = "*") -> list[dict[str, str]]:
        """Parameters of each request to a path, decoded once, in the order of arrival."""
        return [dict(parse_qsl(entry.query)) for entry in self.fake.requests.entries(path)]


@contextmanager
def opened_accounts(crm_source: str, kit: type[RestKit], fake: type[Any], **usual: Any) -> Iterator[Any]:
    """Give a function that starts fakes; settings as in the fake's, rate limits off unless asked for."""
    source = read_shipped(crm_source)
    with ExitStack() as stack:

        def start(**settings: Any) -> Any:
            served = fake(**{"rate_limits": False, **usual, **settings}).serve()
            return kit(stack.enter_context(served), source)

        yield start
