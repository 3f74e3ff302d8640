"""SalesPro's sources against the fake lake, and the real pipeline to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from crm_sync.sources.shapes import shape_pages
from crm_sync.sync.transform import TransformedChunk, transform_chunk
from sandbox.salespro import SalesProSandbox
from sandbox.salespro.config import DATABASE, REGION
from tests.conformance.account_salespro import SalesProAccount
from tests.conformance.driver import Pipeline
from tests.shipped import read_shipped
from tests.sources.rest_kit import ReadResult, RestKit, opened_accounts
from tests.warehouse import Warehouse

SMALL: dict[str, Any] = {"counts": {"estimates": 45, "lead_results": 30}, "long_text": 600, "quirks": False}
EXTRA = {"rate_limits": False, "region_name": REGION, "database": DATABASE}


class SalesProResult(ReadResult):
    @property
    def shaped(self) -> TransformedChunk:
        """What transform makes of the pages, as a fetch shapes them."""
        pages = shape_pages(self.entity, (page for page in self.pages))
        return transform_chunk(b"".join(page.lines or b"" for page in pages), self.entity)


class SalesProKit(RestKit):
    """One fake lake and ways to read it as the product does."""

    result_class = SalesProResult
    usual_extra = EXTRA

    def credentials(self, extra: Mapping[str, Any]) -> tuple[str, str]:
        return self.fake.config.access_key, self.fake.config.secret_key

    def count(self, operation: str) -> int:
        """Count the calls of one of Athena's operations."""
        return len(self.fake.requests.entries(f"/{operation}/*"))

    def queries_sent(self) -> list[str]:
        """The SQL of each query, in the order of arrival."""
        return [one.text for one in self.fake.store.queries.values()]

    def show_row(self, sync_type: str, **fields: str | None) -> dict[str, Any]:
        """Add a row with these values to the lake, read the entity, and give the typed row."""
        self.fake.changes.clear(sync_type)
        self.fake.changes.create(sync_type, fields)
        (row,) = self.read(sync_type).shaped.typed.to_dicts()
        return dict(row)


@pytest.fixture
def open_account() -> Iterator[Callable[..., SalesProKit]]:
    with opened_accounts("salespro", SalesProKit, SalesProSandbox, **SMALL) as start:
        yield start


@pytest.fixture
def kit(open_account: Callable[..., SalesProKit]) -> SalesProKit:
    """A small lake of the test's own."""
    return open_account()


@pytest.fixture
def open_lake(warehouse: Warehouse, tmp_path: Path) -> Iterator[Callable[..., Pipeline]]:
    """Start a fake and give a pipeline that reads it; `extra` is the connection's."""
    with ExitStack() as stack:

        def start(*, extra: dict[str, Any] | None = None, **settings: Any) -> Pipeline:
            fake = stack.enter_context(SalesProSandbox(**{**SMALL, **settings}).serve())
            account = SalesProAccount(fake, read_shipped("salespro"), extra)
            return Pipeline(account, warehouse, tmp_path / "staging")

        yield start


@pytest.fixture
def lake(open_lake: Callable[..., Pipeline]) -> Pipeline:
    """A pipeline of the test's own."""
    return open_lake()
