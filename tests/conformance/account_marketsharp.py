"""A MarketSharp account on the fake: its entity sets, and changes by the fake's own operations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.fields.reading import ZONE_COLUMN
from sandbox.marketsharp import MarketSharpSandbox
from sandbox.marketsharp.sandbox import BASE
from sandbox.marketsharp.sets import BY_KIND, KINDS
from tests.conformance.account_keyed import KeyedAccount
from tests.conformance.expected import ExpectedTable, Key, build_expected

COUNT = 150
FEW = dict.fromkeys(KINDS, 10)
MARKETSHARP_SETTINGS: dict[str, dict[str, Any]] = {kind: {"counts": {**FEW, kind: COUNT}} for kind in KINDS}
"""Each set alone is large: a fake with fewer records starts sooner."""
_CHANGED = {
    **dict.fromkeys(KINDS, "name"),
    **dict.fromkeys(("contacts", "prospects", "customers", "leads"), "lastName"),
    **dict.fromkeys(("inquiries", "appointments", "jobs"), "note"),
    "activities": "notes",
    "contact_phones": "otherPhone",
    "addresses": "city",
    "custom_fields": "value",
    "contact_types": "contactType",
    "product_interests": "productTypeId",
}
_BOUND = re.compile(r"^lastUpdate ge datetime'([^']+)'( and \(|$)")


class MarketSharpAccount(KeyedAccount):
    """One fake account."""

    changed = _CHANGED

    def __init__(self, fake: MarketSharpSandbox, source: SourceConfig, extra: dict[str, Any] | None) -> None:
        config = fake.config
        own = {"api_key": config.api_key, "time_zone": config.time_zone}
        login, password = config.company_id, config.secret
        super().__init__(fake, source, login=login, password=password, extra=extra, own_extra=own)
        self._zoned: dict[int, tuple[EntityConfig, EntityConfig]] = {}

    def zone_of(self, entity: EntityConfig) -> str:
        """Give the zone of times without one: the company's, unless their names end in Utc."""
        is_local = getattr(entity.read, "zone_extra", "")
        zone: str = self.fake.config.time_zone if is_local else entity.source_time_zone
        return zone

    def expected(self, entity: EntityConfig) -> ExpectedTable:
        zone = self.zone_of(entity)
        if zone != entity.source_time_zone:
            # one copy for the whole account: what is known of its rows is known by its place in memory
            _, entity = self._zoned.setdefault(
                id(entity), (entity, entity.model_copy(update={"source_time_zone": zone}))
            )
        return build_expected(entity, self.list_sent(entity))

    def list_records(self, entity: EntityConfig) -> list[dict[str, Any]]:
        # what the read notes for later, as it does the value of a parent
        note = {ZONE_COLUMN: self.zone_of(entity)} if getattr(entity.read, "zone_extra", "") else {}
        return [{**record, **note} for record in deepcopy(self.fake.store.list_all(entity.sync_type))]

    def list_sent(self, entity: EntityConfig) -> Iterator[dict[str, Any]]:
        for record in super().list_sent(entity):
            yield {name: value for name, value in record.items() if name != ZONE_COLUMN}

    def read_paths(self, entity: EntityConfig) -> list[str]:
        return [f"{BASE}/{BY_KIND[entity.sync_type].name}"]

    def find_records(self, entity: EntityConfig, payload: Any) -> Iterable[dict[str, Any]]:
        inner = payload.get("d")
        found: list[dict[str, Any]] = inner["results"] if isinstance(inner, dict) else inner
        return found

    def list_secrets(self) -> list[str]:
        # the company's id is in its records, too
        return [self.fake.config.secret, self.fake.config.api_key]

    def remove(self, entity: EntityConfig, count: int) -> list[Key]:
        return self.do_to_some(entity, count, lambda one: self.fake.changes.remove(entity.sync_type, one))

    def clear(self, entity: EntityConfig) -> None:
        self.fake.changes.clear(entity.sync_type)

    def check_bound(self, entity: EntityConfig, since: datetime, until: datetime) -> None:
        zone = ZoneInfo(self.zone_of(entity))
        # the source's clock is taken from an answer with a single record
        texts = [one.param("$filter") or "" for one in self._watched if one.param("$top") != "1"]
        assert texts, "nothing was asked"
        for text in texts:
            found = _BOUND.search(text)
            assert found, f"asked without a bound: {text}"
            bound = datetime.fromisoformat(found[1]).replace(tzinfo=zone).astimezone(UTC)
            assert since - timedelta(seconds=1) < bound <= since

    def check_envelope(self, entity: EntityConfig, record: Mapping[str, Any]) -> None:
        entity_set = BY_KIND[entity.sync_type]
        assert record.keys() - {ZONE_COLUMN} <= entity_set.properties.keys()
        assert isinstance(record[entity_set.key], int if entity_set.has_number else str)
        assert all("Z" not in str(value)[19:] for name, value in record.items() if name == "lastUpdate")


@contextmanager
def open_marketsharp(
    source: SourceConfig, folder: Path, *, extra: dict[str, Any] | None = None, **settings: Any
) -> Iterator[MarketSharpAccount]:
    """Start a fake account; settings as in its config, rate limits off unless asked for."""
    fake = MarketSharpSandbox(**{"rate_limits": False, "counts": dict.fromkeys(KINDS, 60), **settings})
    with fake.serve():
        yield MarketSharpAccount(fake, source, extra)
