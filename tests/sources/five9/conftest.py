"""Domains on the Five9 fake, and reads of their contacts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from crm_sync.config.models import EntityConfig
from crm_sync.rest.client import RestClient
from sandbox.five9 import Five9Sandbox
from tests.sources.rest_kit import ReadResult, RestKit, opened_accounts


class Contacts(ReadResult):
    """What a read of contacts gave."""

    @property
    def ids(self) -> list[str]:
        return sorted(record["f9_contact_id"] for record in self.records)

    @property
    def by_id(self) -> dict[str, dict[str, Any]]:
        return {record["f9_contact_id"]: record for record in self.records}


class Five9Kit(RestKit):
    """One fake domain."""

    result_class = Contacts

    def credentials(self, extra: Mapping[str, Any]) -> tuple[str, str]:
        return self.fake.config.user, self.fake.config.password

    def capped(self) -> EntityConfig:
        """Give contacts whose YAML knows the fake's cap, which is another one than the real service's."""
        partition = self.entity("contacts").read.model_dump()["partition"]
        return self.entity("contacts", read={"partition": {**partition, "cap": self.fake.config.cap}})

    def make_wrong_client(self, **extra: Any) -> RestClient:
        """Build a client whose password is another one."""
        return self.make_client(password="wrong", **extra)

    def operations(self) -> list[str]:
        """Name the operations that were asked for, in order."""
        return [entry.bucket for entry in self.fake.requests.entries("*")]

    def criteria(self) -> list[list[tuple[str, str]]]:
        """Give the criteria of each request for contacts."""
        bodies = (entry.request_body.decode() for entry in self.fake.requests.entries("*"))
        pattern = r"<field>(.*?)</field><value>(.*?)</value>"
        return [re.findall(pattern, body) for body in bodies if "getContactRecords" in body]

    def everybody(self) -> list[str]:
        """Give the ids of all contacts."""
        return sorted(map(str, self.fake.store.contacts))

    def first(self) -> str:
        """Give the id of one contact."""
        return str(next(iter(self.fake.store.contacts)))


@pytest.fixture
def open_domain() -> Iterator[Any]:
    """Give a function that starts a fake domain; settings as in the fake's."""
    with opened_accounts("five9", Five9Kit, Five9Sandbox, counts={"contacts": 60}) as start:
        yield start
