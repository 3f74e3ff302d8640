"""LeadConduit's source against the fake, and the real pipeline to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crm_sync.sync.transform import transform_chunk
from sandbox.leadconduit import LeadConduitSandbox
from tests.conformance.account_leadconduit import LeadConduitAccount
from tests.conformance.driver import Pipeline
from tests.shipped import read_shipped
from tests.sources.rest_kit import ReadResult, RestKit, opened_accounts
from tests.warehouse import Warehouse

SMALL = {"counts": {"leads": 60}, "history_s": 20 * 86_400, "odd_numbers": False, "long_text": 600}


class LeadConduitResult(ReadResult):
    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """Typed rows by the event's id."""
        return {row["event_id"]: row for row in transform_chunk(self.lines, self.entity).typed.to_dicts()}


class LeadConduitKit(RestKit):
    """One fake account and ways to read it as the product does."""

    result_class = LeadConduitResult

    def credentials(self, extra: Mapping[str, Any]) -> tuple[str, str]:
        return "any-name-will-do", self.fake.api_key

    def now(self) -> datetime:
        """The fake's clock."""
        return self.fake.clock.now()

    def ago_ms(self, **span: float) -> int:
        """A moment before now, in milliseconds."""
        return int((self.now() - timedelta(**span)).timestamp() * 1000)

    def sources(self) -> list[str]:
        """Ids of the fake's source events."""
        return [one["id"] for one in self.fake.store.list_type("source")]

    def asked(self) -> list[dict[str, str]]:
        """Parameters of the requests for pages, the look at the clock left out."""
        return [one for one in self.queries("/events") if one["limit"] != "1"]


@pytest.fixture
def open_account() -> Iterator[Callable[..., LeadConduitKit]]:
    with opened_accounts("leadconduit", LeadConduitKit, LeadConduitSandbox, **SMALL) as start:
        yield start


@pytest.fixture
def kit(open_account: Callable[..., LeadConduitKit]) -> LeadConduitKit:
    """A small account of the test's own, with events of twenty days."""
    return open_account()


@pytest.fixture
def open_log(warehouse: Warehouse, tmp_path: Path) -> Iterator[Callable[..., Pipeline]]:
    """Start a fake and give a pipeline that reads it; `extra` is the connection's."""
    with ExitStack() as stack:

        def start(*, extra: dict[str, Any] | None = None, **settings: Any) -> Pipeline:
            usual = {"rate_limits": False, **SMALL, "anchor": datetime.now(UTC)}
            fake = stack.enter_context(LeadConduitSandbox(**{**usual, **settings}).serve())
            account = LeadConduitAccount(fake, read_shipped("leadconduit"), extra)
            return Pipeline(account, warehouse, tmp_path / "staging")

        yield start


@pytest.fixture
def log(open_log: Callable[..., Pipeline]) -> Pipeline:
    """A pipeline of the test's own."""
    return open_log()
