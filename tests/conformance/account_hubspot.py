"""A HubSpot account on the fake: reading as the hook does, changes by the fake's own operations."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.config.rest_links import RestLinksRead
from sandbox.hubspot import HubSpotSandbox
from sandbox.hubspot.projection import Projection
from tests.conformance.account_rest import RestAccount
from tests.conformance.expected import Key, build_expected

COUNTS = {
    "contacts": 220,
    "companies": 210,
    "deals": 210,
    "tickets": 210,
    "products": 210,
    "line_items": 210,
    "calls": 210,
    "quotes": 210,
    "meetings": 210,
    "tasks": 210,
    "emails": 210,
    "notes": 210,
    "2-1234567": 210,
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
    "quotes": "hs_comments",
    "meetings": "hs_meeting_body",
    "tasks": "hs_task_body",
    "emails": "hs_email_text",
    "notes": "hs_note_body",
    "2-1234567": "inspection_remarks",
}
"""By type, a property that a change sets."""
_NEW = {
    "deals": {"dealname": "A new deal"},
    "products": {"name": "A new product"},
    "calls": {"hs_timestamp": "2026-01-05T10:00:00.000Z"},
}
OBJECT_BY_ENTITY = {"roof_inspections": "2-1234567"}
"""Type of an entity's records, where it is not the entity's name."""
_ENVELOPE = {"id", "properties", "createdAt", "updatedAt", "archived"}
_MAY = {"archivedAt", "url", "propertiesWithHistory", "associations"}


class HubSpotAccount(RestAccount):
    """One fake account."""

    def __init__(self, fake: HubSpotSandbox, source: SourceConfig, extra: dict[str, Any] | None) -> None:
        super().__init__(fake, source, password=fake.access_token, extra=extra)
        self._random = random.Random(11)

    def new_path(self, entity: EntityConfig) -> str:
        name = super().new_path(entity)
        return f"properties.{name}" if isinstance(entity.read, RestIdsRead) else name

    def read_paths(self, entity: EntityConfig) -> list[str]:
        paths = {"owners": "*/owners", "associations": "*/batch/read"}
        kind = name_object(entity)
        # a list for full reads, a search for deltas
        return [paths.get(kind, f"*/objects/{kind}"), f"*/{kind}/search"]

    def list_records(self, entity: EntityConfig) -> list[dict[str, Any]]:
        """Give every record as its own read answers it, straight from the store."""
        store = self.fake.store
        if entity.sync_type == "owners":
            return [owner.answer() for owner in store.owners.values()]
        if isinstance(entity.read, RestLinksRead):
            return list(self._list_links(entity.read))
        assert isinstance(entity.read, RestIdsRead)
        types = store.types[entity.read.slots["object"]]
        show = Projection(types, types.definitions, portal_id=self.fake.config.portal_id).show
        return [show(record) for record in types.records.values()]

    def _list_links(self, read: RestLinksRead) -> Iterator[dict[str, Any]]:
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

    def change(self, entity: EntityConfig, count: int) -> list[Key]:
        changes = self.fake.changes
        if entity.sync_type == "owners":
            ids = list(self.fake.store.owners)[:count]
            for number, one in enumerate(ids):
                changes.update_owner(one, last_name=f"Changed {number}")
            return [(str(one),) for one in ids]
        if entity.sync_type == "associations":
            return [self.add(entity) for _ in range(count)]
        kind = name_object(entity)
        ids = self._random.sample(self.fake.store.ids(kind), count)
        for number, one in enumerate(ids):
            changes.update(kind, one, {CHANGED_PROPERTY[kind]: f"Changed {number}"})
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
        kind = name_object(entity)
        return (changes.create(kind, _NEW.get(kind, {})),)

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
        ids = self._random.sample(store.ids(name_object(entity)), count)
        for one in ids:
            self.fake.changes.purge(name_object(entity), one)
        return [(one,) for one in ids]

    def clear(self, entity: EntityConfig) -> None:
        store = self.fake.store
        if entity.sync_type == "owners":
            store.owners.clear()
        elif entity.sync_type == "associations":
            store.links._by_pair.clear()
        else:
            types = store.types[name_object(entity)]
            for one in list(types.records):
                types.remove(one)

    def stamp(self, entity: EntityConfig, at: datetime, keys: Iterable[Key] | None = None) -> None:
        ids = None if keys is None else [key[0] for key in keys]
        self.fake.changes.touch(name_object(entity), ids, at_ms=int(at.timestamp() * 1000))

    def mark_gone(self, entity: EntityConfig, count: int) -> list[Key]:
        keys = self._random.sample(sorted(self.expected(entity).live, key=str), count)
        for (one,) in keys:
            if entity.sync_type == "owners":
                self.fake.changes.archive_owner(one)
            else:
                self.fake.changes.archive(name_object(entity), one)
        return keys

    def restore(self, entity: EntityConfig, keys: Iterable[Key]) -> None:
        for (one,) in keys:
            if entity.sync_type == "owners":
                self.fake.changes.update_owner(one, archived=False)
            else:
                self.fake.changes.restore(name_object(entity), one, moves_modified=True)

    def list_known_paths(self, entity: EntityConfig) -> set[str]:
        if not isinstance(entity.read, RestIdsRead):
            return set()
        definitions = self.fake.store.types[entity.read.slots["object"]].definitions
        return {f"properties.{name}" for name in definitions}

    def check_bound(self, entity: EntityConfig, since: datetime, until: datetime) -> None:
        assert isinstance(entity.read, RestIdsRead)
        bound = str(int(since.timestamp() * 1000))
        awaited = {"propertyName": entity.read.slots["modified"], "operator": "GTE", "value": bound}
        searches = [request for request in self._watched if request.path.endswith("/search")]
        assert searches
        for request in searches:
            assert awaited in request.json_object()["filterGroups"][0]["filters"]
        # the archived pass has no filter: it is a list
        lists = [request for request in self._watched if request not in searches]
        assert all(request.param("archived") == "true" for request in lists)

    def check_envelope(self, entity: EntityConfig, record: Mapping[str, Any]) -> None:
        if isinstance(entity.read, RestIdsRead):
            assert record.keys() >= _ENVELOPE
            assert record.keys() <= _ENVELOPE | _MAY
            assert all(value is None or isinstance(value, str) for value in record["properties"].values())


def name_object(entity: EntityConfig) -> str:
    """Give the type of an entity's records, as the fake calls it."""
    return OBJECT_BY_ENTITY.get(entity.sync_type, entity.sync_type)


@contextmanager
def open_hubspot(
    source: SourceConfig, folder: Path, *, extra: dict[str, Any] | None = None, **settings: Any
) -> Iterator[HubSpotAccount]:
    """Start a fake account; settings as in its config, rate limits off unless asked for."""
    fake = HubSpotSandbox(**{"rate_limits": False, "counts": COUNTS, **settings})
    with fake.serve():
        yield HubSpotAccount(fake, source, extra)
