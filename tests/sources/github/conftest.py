"""GitHub's source against the fake repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from crm_sync.config.models import EntityConfig
from crm_sync.rest.client import RestClient
from sandbox.github import GithubSandbox
from tests.sources.rest_kit import ReadResult, RestKit, opened_accounts

HEADER = "zipcode,division,city,county,state\r\n"
DATA = "/repos/example/data"


@dataclass
class FileResult(ReadResult):
    """A read of files: its pages are frames."""

    @property
    def frame(self) -> pl.DataFrame:
        """All records, the cells of the file as texts."""
        return (
            pl.concat([page.frame for page in self.pages], how="diagonal") if self.pages else pl.DataFrame()
        )

    @property
    def keys(self) -> list[str]:
        """ZIP codes in the order in which they came."""
        return self.frame["zipcode"].to_list() if self.pages else []


class GithubKit(RestKit):
    """One fake and ways to read it as the product does."""

    result_class = FileResult

    def credentials(self, extra: Mapping[str, Any]) -> tuple[str, str]:
        return "", self.fake.config.token

    def make_client(self, **settings: Any) -> RestClient:
        return super().make_client(**{"owner": "example", "repo": "data", **settings})

    def read(self, entity: EntityConfig | str = "zipcodes", **request: Any) -> FileResult:
        result: FileResult = super().read(entity, **request)
        return result

    def at(self, path: str, **read: Any) -> EntityConfig:
        """Give the entity that reads another path."""
        return self.entity("zipcodes", read={"path": path, **read})

    def refuse(self, error: type[Exception], entity: EntityConfig | str = "zipcodes", **request: Any) -> str:
        """Read what can't be read; gives the sentence."""
        read = self.read(entity, catch=error, **request)
        assert read.error is not None
        assert read.pages == []
        assert not read.is_whole
        return str(read.error)

    def paths(self) -> list[str]:
        """List what was asked for."""
        return [entry.path for entry in self.fake.requests.entries()]

    def write(self, path: str, *rows: str, **more: Any) -> None:
        """Write a CSV file of ZIP codes."""
        self.fake.changes.write(path, (HEADER + "".join(f"{row}\r\n" for row in rows)).encode(), **more)


@pytest.fixture
def open_account() -> Iterator[Callable[..., GithubKit]]:
    with opened_accounts("github", GithubKit, GithubSandbox, counts={"zipcodes": 20}) as start:
        yield start


@pytest.fixture
def account(open_account: Callable[..., GithubKit]) -> GithubKit:
    """A small repository of the test's own."""
    return open_account()
