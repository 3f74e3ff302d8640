"""SalesRabbit's sources against the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.sync.transform import TransformedChunk
from sandbox.salesrabbit import SalesRabbitSandbox
from tests.shipped import read_shipped
from tests.sources.rest_kit import ReadResult, RestKit, opened_accounts

SMALL = {"leads": 230, "users": 40}


class SalesRabbitResult(ReadResult):
    @property
    def ids(self) -> list[int]:
        """Ids, each record once, as the save keeps them."""
        return sorted({record["id"] for record in self.records})


class SalesRabbitKit(RestKit):
    """One fake and ways to read it as the product does."""

    result_class = SalesRabbitResult
    usual_extra: Mapping[str, Any] = {}

    def credentials(self, extra: Mapping[str, Any]) -> tuple[str, str]:
        return "", self.fake.access_token

    def read(self, entity: EntityConfig | str = "leads", **request: Any) -> ReadResult:
        return super().read(entity, **request)

    def transform(self, sync_type: str = "leads") -> TransformedChunk:
        return super().transform(sync_type)

    def queries(self, path: str = "/leads") -> list[dict[str, str]]:
        return super().queries(path)


@pytest.fixture(scope="session")
def salesrabbit_source() -> SourceConfig:
    return read_shipped("salesrabbit")


@pytest.fixture
def open_account() -> Iterator[Callable[..., SalesRabbitKit]]:
    with opened_accounts("salesrabbit", SalesRabbitKit, SalesRabbitSandbox, counts=SMALL) as start:
        yield start


@pytest.fixture
def account(open_account: Callable[..., SalesRabbitKit]) -> SalesRabbitKit:
    """A small account of the test's own."""
    return open_account()
