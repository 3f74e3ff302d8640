"""Arrivy's sources against the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from crm_sync.config.models import EntityConfig, SourceConfig
from sandbox.arrivy import ArrivySandbox
from tests.shipped import read_shipped
from tests.sources.rest_kit import ReadResult, RestKit, opened_accounts

COUNTS = {"tasks": 240, "bookings": 60, "customers": 80, "entities": 60, "groups": 40}


class ArrivyKit(RestKit):
    """One fake account and ways to read it as the product does."""

    policy = None

    def credentials(self, extra: Mapping[str, Any]) -> tuple[str, str]:
        return self.fake.config.auth_key, self.fake.config.auth_token

    def entity(
        self,
        sync_type: str,
        read: Mapping[str, Any] | None = None,
        *,
        first: date | None = None,
        **changes: Any,
    ) -> EntityConfig:
        """Give an entity's configuration, some keys replaced; `first` is the day full reads start from."""
        windows = self.source.entities[sync_type].read.windows
        if first is not None:
            read = {**(read or {}), "windows": {**windows.model_dump(), "first": first}}
        return super().entity(sync_type, read, **changes)

    def read(self, entity: EntityConfig | str, **request: Any) -> ReadResult:
        """Read an entity; by its name, full reads start where the fake's data does: no ten empty years."""
        if isinstance(entity, str):
            config = self.fake.config
            first = (config.anchor - timedelta(days=config.history_days + 1)).date()
            has_windows = self.source.entities[entity].read.windows is not None
            entity = self.entity(entity, first=first if has_windows else None)
        return super().read(entity, **request)

    def asked(self, path: str = "*") -> list[dict[str, str]]:
        """Parameters of each request to a path below `/api`, in arrival order."""
        return self.queries(f"/api{path}" if path != "*" else "*")

    def stored_ids(self, kind: str) -> list[str]:
        """Ids of all records of the account."""
        return sorted(self.fake.store.ids(kind))


@pytest.fixture(scope="session")
def arrivy_source() -> SourceConfig:
    return read_shipped("arrivy")


@pytest.fixture
def open_account() -> Iterator[Callable[..., ArrivyKit]]:
    """Start fakes two months old."""
    # the same for an hour: an account that was made up before is copied
    anchor = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    usual = {"counts": COUNTS, "anchor": anchor, "history_days": 60, "planned_days": 300}
    with opened_accounts("arrivy", ArrivyKit, ArrivySandbox, **usual) as start:
        yield start


@pytest.fixture
def kit(open_account) -> ArrivyKit:
    """An account of the test's own."""
    return open_account()
