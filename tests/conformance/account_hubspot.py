"""A HubSpot account on the fake: reading as the hook does, changes by the fake's own operations."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import requests

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.reads import HubSpotAssociationsRead, HubSpotObjectsRead
from crm_sync.rest.pacing import Unlimited
from crm_sync.rest.rate_limits import resolve_limits
from crm_sync.rest.registry import ConnectionFacts, build_client
from crm_sync.rest.retries import RetryPolicy
from crm_sync.rest.waits import Waiter, never
from crm_sync.sources.base import Source
from crm_sync.sources.registry import create_source
from crm_sync.storage.rate_budget import PostgresRateBudget
from sandbox.hubspot import HubSpotSandbox
from sandbox.hubspot.projection import Projection
from tests.conformance.expected import ExpectedTable, Key, build_expected

COUNTS = {
    "contacts": 320,
    "companies": 210,
    "deals": 210,
    "tickets": 210,
    "products": 210,
    "line_items": 210,
    "calls": 210,
    "owners": 120,
}
CHANGED_PROPERTY = {
    "contacts": "city",
    "companies": "city",
    "deals": "description",
    "tickets": "content",
    "products": "description",
    "line_items": "description",
    "calls": "hs_call_body",
}
_NEW = {
    "deals": {"dealname": "A new deal"},
    "products": {"name": "A new product"},
    "calls": {"hs_timestamp": "2026-01-05T10:00:00.000Z"},
}
_FAST = RetryPolicy(max_retries=4, first_wait_s=0.01)


class HubSpotAccount:
    """One fake account."""

    def __init__(self, fake: HubSpotSandbox, source: SourceConfig, extra: dict[str, Any]) -> None:
        self.fake = fake
        self.source = source
        self.facts = {
            "crm_source": source.crm_source,
            "url": fake.url,
            "token": fake.access_token,
            "extra": extra,
        }
        self._random = random.Random(11)

    def open_source(
        self, entity: EntityConfig, connect: Callable[[], Any], *, stop: Callable[[], bool] = never
    ) -> Source:
        is_paced = self.facts["extra"].get("rate_limits") is not False
        return open_hubspot_source(
            self.source,
            entity,
            self.facts,
            connect,
            stop=stop,
            waiter=Waiter(stop=stop) if is_paced else _leap(stop),
        )

    def expected(self, entity: EntityConfig) -> ExpectedTable:
        return build_expected(entity, self.list_records(entity))

    def list_records(self, entity: EntityConfig) -> list[dict[str, Any]]:
        """Give every record as its own read answers it, straight from the store."""
        store = self.fake.store
        if entity.sync_type == "owners":
            return [owner.answer() for owner in store.owners.values()]
        if isinstance(entity.read, HubSpotAssociationsRead):
            return list(self._list_links(entity.read))
        assert isinstance(entity.read, HubSpotObjectsRead)
        types = store.types[entity.read.object_type]
        show = Projection(types, types.definitions, portal_id=self.fake.config.portal_id).show
        return [show(record) for record in types.records.values()]

    def _list_links(self, read: HubSpotAssociationsRead) -> Iterator[dict[str, Any]]:
        store = self.fake.store
        for pair in read.pairs:
            parents = self.source.entities[pair.from_type]
            # links are read for the parents that the warehouse has
            unknown = build_expected(parents, self.list_records(parents)).rejected
            for from_id in store.ids(pair.from_type):
                if (from_id,) in unknown:
                    continue
                for to_id, link_types in store.links.of((pair.from_type, pair.to_type), int(from_id)).items():
                    if not store.is_visible(pair.to_type, to_id):
                        continue
                    for link_type in link_types:
                        yield {
                            "from_object_type": pair.from_type,
                            "from_object_id": from_id,
                            "to_object_type": pair.to_type,
                            "to_object_id": str(to_id),
                            "category": link_type.category,
                            "type_id": link_type.type_id,
                            "label": link_type.label,
                        }

    def count_calls(self) -> int:
        return len(self.fake.requests)

    def change(self, entity: EntityConfig, count: int) -> list[Key]:
        changes = self.fake.changes
        if entity.sync_type == "owners":
            ids = list(self.fake.store.owners)[:count]
            for number, one in enumerate(ids):
                changes.update_owner(one, last_name=f"Changed {number}")
            return [(str(one),) for one in ids]
        if entity.sync_type == "associations":
            return [self.add(entity) for _ in range(count)]
        ids = self._random.sample(self.fake.store.ids(entity.sync_type), count)
        for number, one in enumerate(ids):
            changes.update(entity.sync_type, one, {CHANGED_PROPERTY[entity.sync_type]: f"Changed {number}"})
        return [(one,) for one in ids]

    def add(self, entity: EntityConfig) -> Key:
        changes = self.fake.changes
        if entity.sync_type == "owners":
            return (changes.create_owner(email="new@example.com", first_name="New", last_name="Owner"),)
        if entity.sync_type == "associations":
            deal, contact = self.pick_unlinked("deals", "contacts")
            changes.link("deals", deal, "contacts", contact)
            # most edits of a link in HubSpot touch a record, too; one that doesn't is a check of its own
            changes.update("deals", deal, {"description": f"Linked to {contact}"})
            return ("deals", deal, "contacts", contact, "HUBSPOT_DEFINED", 3)
        return (changes.create(entity.sync_type, _NEW.get(entity.sync_type, {})),)

    def pick_unlinked(self, from_type: str, to_type: str) -> tuple[str, str]:
        """Find two records without a link."""
        store = self.fake.store
        while True:
            one = self._random.choice(store.ids(from_type))
            other = self._random.choice(store.ids(to_type))
            if int(other) not in store.links.of((from_type, to_type), int(one)):
                return one, other

    def remove(self, entity: EntityConfig, count: int) -> list[Key]:
        store = self.fake.store
        if entity.sync_type == "owners":
            active = sorted(one for one, owner in store.owners.items() if not owner.archived)
            ids = self._random.sample(active, count)
            for one in ids:
                del store.owners[one]
            return [(str(one),) for one in ids]
        if entity.sync_type == "associations":
            before = set(self.expected(entity).rows)
            for key in self._random.sample(sorted(before, key=str), count):
                if int(key[3]) in store.links.of((key[0], key[2]), int(key[1])):
                    self.fake.changes.unlink(key[0], key[1], key[2], key[3])
            # all types of a link go together
            return sorted(before - set(self.expected(entity).rows), key=str)
        ids = self._random.sample(store.ids(entity.sync_type), count)
        for one in ids:
            self.fake.changes.purge(entity.sync_type, one)
        return [(one,) for one in ids]

    def change_during_read(self, entity: EntityConfig) -> None:
        self.fake.hooks.before_page(_READ_PATHS.get(entity.sync_type, f"*/{entity.sync_type}"), 2,
                                    lambda: self.change(entity, 3))  # fmt: skip


_READ_PATHS = {"owners": "*/owners", "associations": "*/batch/read"}


def open_hubspot_source(
    source: SourceConfig,
    entity: EntityConfig,
    facts: dict[str, Any],
    connect: Callable[[], Any],
    *,
    stop: Callable[[], bool] = never,
    waiter: Waiter | None = None,
) -> Source:
    """Build the source as `hooks/crm.py` does, with retries that wait for hundredths of a second."""
    assert source.rest is not None
    extra = facts["extra"]
    session = requests.Session()
    session.trust_env = False
    budget = (
        Unlimited()
        if extra.get("rate_limits") is False
        else PostgresRateBudget(
            connect,
            source.crm_source,
            account="conformance",
            limits=resolve_limits(source.rest, extra),
            reserve=0.0,
        )
    )
    client = build_client(
        source.rest.model_copy(update={"read_timeout_s": facts.get("read_timeout_s", 10)}),
        session,
        facts["url"],
        connection=ConnectionFacts(source.connection_id, facts.get("login", ""), facts["token"], extra),
        budget=budget,
        crm_source=source.crm_source,
        stop=stop,
        longest_wait_s=None,
    )
    client.pacer.waiter = waiter or client.pacer.waiter
    return create_source(source, entity, client=replace(client, policy=_FAST))


def _leap(stop: Callable[[], bool]) -> Waiter:
    """Give a waiter whose waits take no time: its clock leaps ahead instead."""
    skipped = [0.0]
    lock = threading.Lock()

    def sleep(seconds: float) -> None:
        with lock:
            skipped[0] += seconds

    return Waiter(stop=stop, clock=lambda: time.monotonic() + skipped[0], sleep=sleep)


@contextmanager
def open_hubspot(
    source: SourceConfig, folder: Path, *, extra: dict[str, Any] | None = None, **settings: Any
) -> Iterator[HubSpotAccount]:
    """Start a fake account; settings as in its config, rate limits off unless asked for."""
    fake = HubSpotSandbox(**{"rate_limits": False, "counts": COUNTS, **settings})
    with fake.serve():
        yield HubSpotAccount(fake, source, {"rate_limits": False} if extra is None else extra)
