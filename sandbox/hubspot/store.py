"""The account's data: all types, links, owners and pipelines, behind one lock."""

from __future__ import annotations

import threading
from random import Random
from typing import Any

from sandbox.hubspot.config import HubSpotConfig
from sandbox.hubspot.generate import generate_type
from sandbox.hubspot.generate_links import generate_links
from sandbox.hubspot.object_types import OBJECT_TYPES
from sandbox.hubspot.owners import Owner, generate_owners
from sandbox.hubspot.pipelines import PIPELINES
from sandbox.hubspot.records import Record, TypeStore


class ObjectStore:
    """Everything the fake serves; changes go through `Changes`.

    Args:
        config: What to generate.
    """

    def __init__(self, config: HubSpotConfig) -> None:
        self.lock = threading.RLock()
        anchor_ms = config.anchor_ms
        owners = generate_owners(Random(f"{config.seed}:owners"), config.count_of("owners"), anchor_ms)
        self.owners: dict[int, Owner] = owners
        owner_ids = [str(owner_id) for owner_id in owners]
        self.types: dict[str, TypeStore] = {
            object_type.name: generate_type(object_type, config, owner_ids) for object_type in OBJECT_TYPES
        }
        self.links = generate_links(self.types, config)
        self.pipelines: dict[str, list[dict[str, Any]]] = PIPELINES

    def record(self, type_name: str, record_id: int | str) -> Record:
        """A record by id, archived or not.

        Raises:
            KeyError: No such type or record.
        """
        return self.types[type_name].records[int(record_id)]

    def ids(self, type_name: str, *, archived: bool = False) -> list[str]:
        """Ids of a type in numeric order, as answers write them."""
        store = self.types[type_name]
        return [str(record_id) for record_id in (store.archived_ids if archived else store.live_ids)]

    def is_visible(self, type_name: str, record_id: int) -> bool:
        """Whether the record exists and is not archived, so that links to it are shown."""
        record = self.types[type_name].records.get(record_id)
        return record is not None and record.archived_ms is None

    def counts(self) -> dict[str, dict[str, int]]:
        """Live and archived records by type."""
        by_type = {
            name: {"live": len(store.live_ids), "archived": len(store.archived_ids)}
            for name, store in self.types.items()
        }
        archived = sum(owner.archived for owner in self.owners.values())
        by_type["owners"] = {"live": len(self.owners) - archived, "archived": archived}
        return by_type
