"""Pipedrive's sources against the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from crm_sync.config.models import EntityConfig
from crm_sync.fields.labels import settle_labels
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.registry import create_source
from crm_sync.sync.transform import TransformedChunk, transform_chunk
from sandbox.pipedrive import PipedriveSandbox
from tests.sources.rest_kit import ReadResult, RestKit, opened_accounts

SMALL = {
    "users": 8,
    "organizations": 30,
    "persons": 45,
    "products": 25,
    "leads": 60,
    "deals": 70,
    "activities": 45,
}
PATHS = {
    "users": "/api/v1/users",
    "leads": "/api/v1/leads",
    **{name: f"/api/v2/{name}" for name in ("pipelines", "stages", "organizations", "persons", "products")},
    **{name: f"/api/v2/{name}" for name in ("deals", "activities")},
}


class PipedriveResult(ReadResult):
    @property
    def ids(self) -> list[Any]:
        """Ids, each record once, as the save keeps them."""
        return sorted({record["id"] for record in self.records})


class PipedriveKit(RestKit):
    """One fake account and ways to read it as the product does."""

    result_class = PipedriveResult

    def credentials(self, extra: Mapping[str, Any]) -> tuple[str, str]:
        config = self.fake.config
        is_oauth = extra.get("auth") == "oauth"
        return (config.client_id, config.client_secret) if is_oauth else ("", config.api_token)

    def tell_oauth(self) -> dict[str, Any]:
        """Extras of a connection that fetches tokens from the fake."""
        config = self.fake.config
        return {"auth": "oauth", "refresh_token": config.refresh_token, "token_url": "/oauth/token"}

    def read_by_label(self, sync_type: str, **fields: dict[str, Any]) -> tuple[dict[Any, Any], Any]:
        """Read with columns by label; rows by id, and the source for its notes."""
        known = self.source.entities[sync_type].model_dump()
        entity = EntityConfig.model_validate({**known, "fields": {**known["fields"], **fields}})
        source = create_source(self.source, entity, client=self.make_client())
        request = ReadRequest(
            entity=entity, mode="full", since=None, until=self.fake.clock.now(), page_size=500
        )
        lines = b"".join(page.lines or b"" for page in source.read_pages(request, {}))
        chunk: TransformedChunk = transform_chunk(lines, settle_labels(entity, source.labels))
        return {row["id"]: row for row in chunk.typed.to_dicts()}, source


@pytest.fixture
def open_account() -> Iterator[Callable[..., PipedriveKit]]:
    with opened_accounts("pipedrive", PipedriveKit, PipedriveSandbox, counts=SMALL) as start:
        yield start


@pytest.fixture
def account(open_account: Callable[..., PipedriveKit]) -> PipedriveKit:
    """A small account of the test's own."""
    return open_account()
