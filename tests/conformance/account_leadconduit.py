"""A LeadConduit account on the fake: its source events, and changes by the fake's own operations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crm_sync.config.models import EntityConfig, SourceConfig
from sandbox.leadconduit import LeadConduitSandbox
from tests.conformance.account_keyed import KeyedAccount
from tests.conformance.expected import Key

COUNTS = {"leads": 150}
_CHANGED = {"leads": "reason"}


class LeadConduitAccount(KeyedAccount):
    """One fake account."""

    changed = _CHANGED

    def __init__(self, fake: LeadConduitSandbox, source: SourceConfig, extra: dict[str, Any] | None) -> None:
        super().__init__(fake, source, login="any-name-will-do", password=fake.api_key, extra=extra)

    def list_records(self, entity: EntityConfig) -> list[dict[str, Any]]:
        return self.fake.store.list_type("source")

    def remove(self, entity: EntityConfig, count: int) -> list[Key]:
        return self.do_to_some(entity, count, self.fake.changes.remove)

    def clear(self, entity: EntityConfig) -> None:
        self.fake.changes.clear()

    def check_envelope(self, entity: EntityConfig, record: Mapping[str, Any]) -> None:
        assert len(record["id"]) == 24
        assert record["type"] == "source"
        assert isinstance(record["end_timestamp"], int)
        assert record["vars"]["lead"]["id"] == record["id"]


@contextmanager
def open_leadconduit(
    source: SourceConfig, folder: Path, *, extra: dict[str, Any] | None = None, **settings: Any
) -> Iterator[LeadConduitAccount]:
    """Start a fake account; settings as in its config, rate limits off unless asked for.

    All leads are younger than the look-back, so that a delta reads them again: what changes in an older event
    is for the next whole read, which tests/sources/leadconduit shows. Each lead has one to three steps.
    """
    usual = {"rate_limits": False, "counts": COUNTS, "history_s": 3600, "steps": (1, 3), "newest_s": 300}
    usual |= {"anchor": datetime.now(UTC), "odd_numbers": False, "long_text": 600}
    with LeadConduitSandbox(**{**usual, **settings}).serve() as fake:
        yield LeadConduitAccount(fake, source, extra)
