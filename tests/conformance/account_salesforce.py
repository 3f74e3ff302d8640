"""A Salesforce org on the fake: its seven objects, and changes by the fake's own operations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from crm_sync.config.models import EntityConfig, SourceConfig
from sandbox.frame.messages import encode_json
from sandbox.salesforce import SalesforceSandbox
from sandbox.salesforce.object_types import TYPE_BY_KIND
from sandbox.salesforce.projection import show_record
from sandbox.salesforce.soql_run import select
from tests.conformance.account_keyed import KeyedAccount
from tests.conformance.expected import Key

COUNTS = {
    "users": 110,
    "campaigns": 110,
    "accounts": 220,
    "contacts": 220,
    "opportunities": 220,
    "leads": 220,
    "tasks": 220,
}
SALESFORCE_SETTINGS: dict[str, dict[str, Any]] = {
    **{name: {"counts": {"users": 20, "accounts": 20, name: count}} for name, count in COUNTS.items()},
    "users": {"counts": {"users": COUNTS["users"]}},
}
"""By entity: only what it needs, so that the fake starts at once."""
_CHANGED = {
    "users": "Title",
    "campaigns": "Description",
    "accounts": "Site",
    "contacts": "Title",
    "opportunities": "NextStep",
    "leads": "Title",
    "tasks": "Subject",
}


class SalesforceAccount(KeyedAccount):
    """One fake org."""

    changed = _CHANGED

    def __init__(self, fake: SalesforceSandbox, source: SourceConfig, extra: dict[str, Any] | None) -> None:
        config = fake.config
        super().__init__(fake, source, login=config.client_id, password=config.client_secret, extra=extra)

    def read_paths(self, entity: EntityConfig) -> list[str]:
        # the first page at queryAll, the others at query/<locator>; query jobs lie elsewhere
        return ["*/v62.0/query*", "*/v62.0/query/*"]

    def count_reads(self, entity: EntityConfig) -> int:
        # the first pattern of a log or a fault has the others, too
        return len(self.fake.requests.entries(self.read_paths(entity)[0]))

    def list_records(self, entity: EntityConfig) -> list[dict[str, Any]]:
        store, name = self.fake.store, TYPE_BY_KIND[entity.sync_type].name
        selection = select(
            store, f"SELECT {', '.join(self._fields(entity))} FROM {name}", includes_deleted=True
        )
        shown = [show_record(store, selection, record, "v62.0") for record in selection.pick()]
        decoded: list[dict[str, Any]] = msgspec.json.decode(encode_json(shown))
        # where a record's own page is says nothing about it; YAML drops it
        return [{name: value for name, value in one.items() if name != "attributes"} for one in decoded]

    def _fields(self, entity: EntityConfig) -> list[str]:
        """The mapped ones that the user may see, and the org's own."""
        visible = self.fake.store.tables[entity.sync_type].visible
        mapped = dict.fromkeys(str(one.source) for one in entity.fields.values() if one.source in visible)
        return [*mapped, *(name for name, spec in visible.items() if spec.is_custom)]

    def remove(self, entity: EntityConfig, count: int) -> list[Key]:
        return self.do_to_some(entity, count, lambda one: self.fake.changes.purge(entity.sync_type, one))

    def clear(self, entity: EntityConfig) -> None:
        for one in list(self.fake.store.tables[entity.sync_type].records):
            self.fake.changes.purge(entity.sync_type, one)

    def mark_gone(self, entity: EntityConfig, count: int) -> list[Key]:
        return self.do_to_some(entity, count, lambda one: self.fake.changes.delete(entity.sync_type, one))

    def restore(self, entity: EntityConfig, keys: Iterable[Key]) -> None:
        for (one,) in keys:
            self.fake.changes.undelete(entity.sync_type, str(one))

    def check_envelope(self, entity: EntityConfig, record: Mapping[str, Any]) -> None:
        assert len(record["Id"]) == 18
        assert record["SystemModstamp"].endswith("+0000")
        assert ("IsDeleted" in record) == (entity.sync_type != "users")


@contextmanager
def open_salesforce(
    source: SourceConfig, folder: Path, *, extra: dict[str, Any] | None = None, **settings: Any
) -> Iterator[SalesforceAccount]:
    """Start a fake org; settings as in its config, rate limits off unless asked for."""
    fake = SalesforceSandbox(**{"rate_limits": False, "counts": COUNTS, "page_size": 100, **settings})
    with fake.serve():
        yield SalesforceAccount(fake, source, extra)
