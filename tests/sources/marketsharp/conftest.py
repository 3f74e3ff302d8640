"""MarketSharp's sources against the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from crm_sync.rest.client import RestClient
from crm_sync.sync.transform import TransformedChunk, transform_chunk
from sandbox.marketsharp import MarketSharpSandbox
from sandbox.marketsharp.sandbox import BASE
from sandbox.marketsharp.sets import BY_KIND, KINDS
from tests.sources.rest_kit import ReadResult, RestKit, opened_accounts

SMALL = dict.fromkeys(KINDS, 60)


class MarketSharpResult(ReadResult):
    @property
    def ids(self) -> list[Any]:
        """Keys as often as they came, sorted."""
        key = BY_KIND[self.entity.sync_type].key
        return sorted(record[key] for record in self.records)

    @property
    def chunk(self) -> TransformedChunk:
        """Columns and findings of all records."""
        return transform_chunk(self.lines, self.entity)

    @property
    def rows(self) -> dict[Any, dict[str, Any]]:
        """Typed rows by key."""
        frame: pl.DataFrame = self.chunk.typed
        return {row[self.entity.primary_key[0]]: row for row in frame.to_dicts()}


class MarketSharpKit(RestKit):
    """One fake and ways to read it as the product does."""

    result_class = MarketSharpResult

    def credentials(self, extra: Mapping[str, Any]) -> tuple[str, str]:
        return self.fake.config.company_id, self.fake.config.secret

    def make_client(self, **extra: Any) -> RestClient:
        own = {"api_key": self.fake.config.api_key, "time_zone": self.fake.config.time_zone}
        return super().make_client(**{**own, **extra})

    def wall(self, text: str) -> datetime:
        """A moment by the company's clock."""
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(self.fake.config.time_zone))

    def store_ids(self, kind: str) -> list[Any]:
        """The fake's keys, sorted."""
        return sorted(self.fake.store.tables[kind])

    def asked(self, kind: str) -> list[dict[str, str]]:
        """Parameters of the requests for a set, in order."""
        return self.queries(f"{BASE}/{BY_KIND[kind].name}")


@pytest.fixture
def open_account() -> Iterator[Callable[..., MarketSharpKit]]:
    with opened_accounts("marketsharp", MarketSharpKit, MarketSharpSandbox, counts=SMALL) as start:
        yield start


@pytest.fixture
def account(open_account: Callable[..., MarketSharpKit]) -> MarketSharpKit:
    """A small account of the test's own."""
    return open_account()
