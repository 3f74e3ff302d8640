"""HubSpot's sources against the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from crm_sync.config.models import SourceConfig
from crm_sync.rest.retries import RetryPolicy
from sandbox.hubspot import HubSpotSandbox
from tests.shipped import read_shipped
from tests.sources.rest_kit import RestKit, opened_accounts

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class HubSpotKit(RestKit):
    """One fake account and ways to read it as the product does."""

    policy = RetryPolicy(max_retries=4, first_wait_s=0.01)

    def credentials(self, extra: Mapping[str, Any]) -> tuple[str, str]:
        config = self.fake.config
        is_oauth = extra.get("auth") == "oauth"
        return config.oauth_client_id, config.oauth_client_secret if is_oauth else config.access_token

    def stored_ids(self, type_name: str) -> list[str]:
        """Ids of all records of the account, archived ones included."""
        return sorted(map(str, self.fake.store.types[type_name].records))


@pytest.fixture(scope="session")
def hubspot_source() -> SourceConfig:
    return read_shipped("hubspot")


@pytest.fixture
def open_account() -> Iterator[Callable[..., HubSpotKit]]:
    with opened_accounts("hubspot", HubSpotKit, HubSpotSandbox) as start:
        yield start
