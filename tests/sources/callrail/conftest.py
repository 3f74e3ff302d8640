"""CallRail's sources against the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from crm_sync.config.models import EntityConfig, SourceConfig
from sandbox.callrail import CallRailSandbox
from sandbox.callrail.kinds import KINDS
from sandbox.callrail.lists import show
from tests.shipped import read_shipped
from tests.shorter_windows import shorten
from tests.sources.rest_kit import ReadResult, RestKit, opened_accounts

SMALL = {
    "companies": 4,
    "trackers": 8,
    "tags": 9,
    "users": 7,
    "calls": 420,
    "form_submissions": 60,
    "text_messages": 40,
}


FEW = {**SMALL, "calls": 90}


class CallRailResult(ReadResult):
    @property
    def ids(self) -> list[str]:
        """Ids, each record once, as the save keeps them."""
        return sorted(set(super().ids))


class CallRailKit(RestKit):
    """One fake and ways to read it as the product does."""

    result_class = CallRailResult

    def credentials(self, extra: Mapping[str, Any]) -> tuple[str, str]:
        return "", self.fake.api_key

    def read(
        self, entity: EntityConfig | str, *, since: datetime | None = None, **request: Any
    ) -> ReadResult:
        """Read an entity; the lookback is taken off `since` here."""
        entity = self.entity(entity) if isinstance(entity, str) else entity
        if since is not None:
            since -= timedelta(seconds=entity.lookback_s)
        return super().read(entity, since=since, **request)

    def stored_ids(self, kind: str) -> list[str]:
        """Ids of everything that the fake has of a kind, hidden records included."""
        return sorted(self.fake.store.ids(kind))

    def stored(self, kind: str, record_id: str) -> dict[str, Any]:
        """A record with all its fields."""
        return show(self.fake.store.get(kind, record_id), KINDS[kind], KINDS[kind].optional)

    def now(self) -> datetime:
        """The fake's clock."""
        return self.fake.clock.now()


class ShortKit(CallRailKit):
    """One whose whole reads go back two months: where a request for each month of two years tells no more."""

    def __init__(self, fake: CallRailSandbox, source: SourceConfig) -> None:
        super().__init__(fake, shorten(source, retention_days=60))


@pytest.fixture(scope="session")
def callrail_source() -> SourceConfig:
    return read_shipped("callrail")


@pytest.fixture
def open_account() -> Iterator[Callable[..., CallRailKit]]:
    with opened_accounts("callrail", CallRailKit, CallRailSandbox, counts=SMALL) as start:
        yield start


@pytest.fixture
def kit(open_account: Callable[..., CallRailKit]) -> CallRailKit:
    """A small account of the test's own."""
    return open_account()


@pytest.fixture
def open_short() -> Iterator[Callable[..., CallRailKit]]:
    with opened_accounts("callrail", ShortKit, CallRailSandbox, counts=FEW, history_days=45) as start:
        yield start


@pytest.fixture
def short_kit(open_short: Callable[..., CallRailKit]) -> CallRailKit:
    """A small account of two months, of the test's own."""
    return open_short()
