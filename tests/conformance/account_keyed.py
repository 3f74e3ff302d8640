"""Accounts whose fake changes its records by one id, which is the table's key too."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from crm_sync.config.models import EntityConfig
from tests.conformance.account_rest import RestAccount
from tests.conformance.expected import Key


class KeyedAccount(RestAccount):
    """One account of such a fake; a CRM says which field of each entity is changed, and how a record goes."""

    changed: Mapping[str, str]
    """By entity, a field with a text that a column has."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._random = random.Random(11)
        self._changes = 0

    def change(self, entity: EntityConfig, count: int) -> list[Key]:
        def change(one: Any) -> None:
            self._changes += 1
            values = {self.changed[entity.sync_type]: f"Changed {self._changes}"}
            self.fake.changes.update(entity.sync_type, one, values)

        return self.do_to_some(entity, count, change)

    def add(self, entity: EntityConfig) -> Key:
        return (self.fake.changes.create(entity.sync_type),)

    def stamp(self, entity: EntityConfig, at: datetime, keys: Iterable[Key] | None = None) -> None:
        ids = None if keys is None else [key[0] for key in keys]
        self.fake.changes.touch(entity.sync_type, ids, at_ms=int(at.timestamp() * 1000))

    def do_to_some(self, entity: EntityConfig, count: int, do: Callable[[Any], object]) -> list[Key]:
        """Do something to the ids of up to `count` live records; gives their keys."""
        keys = self._random.sample(sorted(self.expected(entity).live), count)
        for (one,) in keys:
            do(one)
        return keys
