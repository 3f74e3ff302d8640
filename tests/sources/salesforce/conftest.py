"""Salesforce's sources against the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from sandbox.salesforce import SalesforceSandbox
from tests.sources.rest_kit import ReadResult, RestKit, opened_accounts

SMALL = {
    "users": 12,
    "campaigns": 12,
    "accounts": 45,
    "contacts": 45,
    "opportunities": 45,
    "leads": 45,
    "tasks": 45,
}


class SalesforceResult(ReadResult):
    @property
    def ids(self) -> list[str]:
        """Ids as often as they came."""
        return sorted(record["Id"] for record in self.records)


class SalesforceKit(RestKit):
    """One fake org and ways to read it as the product does."""

    result_class = SalesforceResult

    def credentials(self, extra: Mapping[str, Any]) -> tuple[str, str]:
        return self.fake.config.client_id, self.fake.config.client_secret

    def stored_ids(self, kind: str) -> list[str]:
        """Ids of all records of the org, those in the recycle bin too."""
        return sorted(self.fake.store.tables[kind].records)

    def asked(self) -> list[str]:
        """The SOQL of each query, in the order of arrival; pages behind the first have none."""
        return [one["q"] for one in self.queries("*/queryAll")]


@pytest.fixture
def open_account() -> Iterator[Callable[..., SalesforceKit]]:
    """Start fakes of 20 rows a page."""
    with opened_accounts("salesforce", SalesforceKit, SalesforceSandbox, counts=SMALL, page_size=20) as start:
        yield start


@pytest.fixture
def kit(open_account: Callable[..., SalesforceKit]) -> SalesforceKit:
    """An org of the test's own."""
    return open_account()
