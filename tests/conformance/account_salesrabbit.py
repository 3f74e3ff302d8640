"""A SalesRabbit account on the fake: its three lists, and changes by the fake's own operations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crm_sync.config.models import EntityConfig, SourceConfig
from sandbox.salesrabbit import SalesRabbitSandbox
from tests.conformance.account_keyed import KeyedAccount
from tests.conformance.expected import Key

COUNTS = {"leads": 150, "users": 150, "lead_statuses": 110}
_CHANGED = {"leads": "city", "users": "team", "lead_statuses": "name"}
_TEXTS = {"firstName", "lastName", "email", "dateCreated"}


class SalesRabbitAccount(KeyedAccount):
    """One fake account."""

    changed = _CHANGED

    def __init__(self, fake: SalesRabbitSandbox, source: SourceConfig, extra: dict[str, Any] | None) -> None:
        super().__init__(fake, source, password=fake.access_token, extra=extra)

    def list_records(self, entity: EntityConfig) -> list[dict[str, Any]]:
        return list(self.fake.store.list_all(entity.sync_type))

    def remove(self, entity: EntityConfig, count: int) -> list[Key]:
        return self.do_to_some(entity, count, lambda one: self.fake.changes.remove(entity.sync_type, one))

    def clear(self, entity: EntityConfig) -> None:
        self.fake.changes.clear(entity.sync_type)

    def mark_gone(self, entity: EntityConfig, count: int) -> list[Key]:
        return self.do_to_some(entity, count, self.fake.changes.delete)

    def restore(self, entity: EntityConfig, keys: Iterable[Key]) -> None:
        for (one,) in keys:
            self.fake.changes.restore(one)

    def check_envelope(self, entity: EntityConfig, record: Mapping[str, Any]) -> None:
        assert isinstance(record["id"], int)
        if entity.sync_type != "lead_statuses":
            assert all(isinstance(record[name], str) for name in _TEXTS)
            assert record["dateModified"].endswith("+00:00")


@contextmanager
def open_salesrabbit(
    source: SourceConfig, folder: Path, *, extra: dict[str, Any] | None = None, **settings: Any
) -> Iterator[SalesRabbitAccount]:
    """Start a fake account; settings as in its config, rate limits off unless asked for."""
    fake = SalesRabbitSandbox(**{"rate_limits": False, "counts": COUNTS, **settings})
    with fake.serve():
        yield SalesRabbitAccount(fake, source, extra)
