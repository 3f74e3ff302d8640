"""Google Sheets' sources against the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from crm_sync.config.models import EntityConfig
from crm_sync.rest.client import RestClient
from crm_sync.sync.transform import TransformedChunk, transform_chunk
from sandbox.googlesheets import GoogleSheetsSandbox
from sandbox.googlesheets.key_file import build_key_file
from tests.sources.rest_kit import ReadResult, RestKit, opened_accounts

KINDS = {"marketing_leads": "Leads 2026", "marketing_spends": "Spend"}
SMALL = {"marketing_leads": 60, "marketing_spends": 30}


@cache
def read_key_file() -> dict[str, str]:
    """Give one key file for all tests: a fresh key takes a while."""
    return build_key_file()


class SheetsKit(RestKit):
    """One fake and ways to read it as the product does, by its API key unless asked otherwise."""

    def credentials(self, extra: Mapping[str, Any]) -> tuple[str, str]:
        if extra.get("auth") == "refresh_token":
            return self.fake.config.client_id, self.fake.config.client_secret
        return "", self.fake.config.api_key

    def make_client(self, **settings: Any) -> RestClient:
        named = {"spreadsheet_id": self.fake.config.spreadsheet_id, "token_url": "/token"}
        return super().make_client(**{**named, "drive_base_url": self.fake.url, **settings})

    def sign_in(self, **settings: Any) -> RestClient:
        """Give a client that signs in with a service account's key file."""
        file = settings.pop("keyfile_dict", read_key_file())
        return self.make_client(auth="service_account", keyfile_dict=file, **settings)

    def read(self, entity: EntityConfig | str = "marketing_leads", **request: Any) -> ReadResult:
        return super().read(entity, **request)

    def transform(self, sync_type: str = "marketing_leads", **request: Any) -> TransformedChunk:
        return transform_chunk(self.read(sync_type, **request).lines, self.source.entities[sync_type])

    def put(self, values: Mapping[str, Any], kind: str = "marketing_leads", row: int = 2) -> None:
        """Write cells of a row, the first record unless asked otherwise."""
        self.fake.changes.write(kind, row, values)

    def typed(self, column: str, kind: str = "marketing_leads", row: int = 0) -> Any:
        """Give what a column of a record becomes."""
        return self.transform(kind).typed[column][row]

    def ranges(self) -> list[str]:
        """List the ranges that were asked for."""
        paths = [entry.path for entry in self.fake.requests.entries("*/values/*")]
        return [path.rpartition("/values/")[2] for path in paths]


@pytest.fixture
def open_account() -> Iterator[Callable[..., SheetsKit]]:
    with opened_accounts("googlesheets", SheetsKit, GoogleSheetsSandbox, counts=SMALL, quirks=False) as start:
        yield start


@pytest.fixture
def account(open_account: Callable[..., SheetsKit]) -> SheetsKit:
    """A small spreadsheet of the test's own."""
    return open_account()
