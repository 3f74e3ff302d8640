"""An Arrivy account on the fake: what its lists hold, and changes that a delta can see."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crm_sync.config.models import EntityConfig, SourceConfig
from sandbox.arrivy import ArrivySandbox
from sandbox.arrivy.config import BASE_PATH
from tests.conformance.account_rest import RestAccount
from tests.conformance.expected import Key
from tests.shorter_windows import shorten

COUNTS = {"tasks": 150, "bookings": 150, "customers": 150, "entities": 150, "groups": 150}
ARRIVY_SETTINGS: dict[str, dict[str, Any]] = {
    **{name: {"counts": {name: COUNTS[name]}} for name in ("customers", "entities", "groups")},
    **{
        name: {"counts": {"customers": 20, "entities": 9, "groups": 4, name: COUNTS[name]}}
        for name in ("tasks", "bookings")
    },
}
"""By entity: only what it needs, so that the fake starts at once."""
HISTORY_DAYS = 36
_AHEAD = timedelta(days=40)
CHANGED_FIELD = {
    "tasks": "details",
    "bookings": "description",
    "customers": "notes",
    "entities": "details",
    "groups": "description",
    "statuses": "description",
}
_VISIBLE = timedelta(days=25)
"""A delta reads again what was planned after so long ago, and a bit more."""


class ArrivyAccount(RestAccount):
    """One fake account."""

    def __init__(self, fake: ArrivySandbox, source: SourceConfig, extra: dict[str, Any] | None) -> None:
        super().__init__(
            fake, source, login=fake.config.auth_key, password=fake.config.auth_token, extra=extra
        )
        self.facts["url"] = fake.api_url
        self._random = random.Random(11)
        self._changes = 0

    def read_paths(self, entity: EntityConfig) -> list[str]:
        return [BASE_PATH + path for path in super().read_paths(entity)]

    def list_records(self, entity: EntityConfig) -> list[dict[str, Any]]:
        table = self.fake.store.tables[entity.sync_type]
        if entity.sync_type != "tasks":
            return [one.fields for one in table]
        # the list of tasks without any date has ids as text
        return [one.fields if one.has_datetime else {**one.fields, "id": str(one.id)} for one in table]

    def change(self, entity: EntityConfig, count: int) -> list[Key]:
        kind = entity.sync_type
        ids = self._random.sample(self._list_visible(kind), count)
        for one in ids:
            self._changes += 1
            self.fake.changes.update(kind, one, {CHANGED_FIELD[kind]: f"Changed {self._changes}"})
        return [(str(one),) for one in ids]

    def add(self, entity: EntityConfig) -> Key:
        start = self.fake.clock.now() + timedelta(days=3)
        fields = {"start_datetime": start.strftime("%Y-%m-%dT15:00:00")}
        is_job = entity.sync_type in ("tasks", "bookings")
        return (self.fake.changes.create(entity.sync_type, fields if is_job else {}),)

    def remove(self, entity: EntityConfig, count: int) -> list[Key]:
        live = sorted(self.expected(entity).live)
        gone = self._random.sample(live, count)
        for key in gone:
            self.fake.changes.remove(entity.sync_type, key[0])
        return gone

    def clear(self, entity: EntityConfig) -> None:
        for one in self.fake.store.ids(entity.sync_type):
            self.fake.changes.remove(entity.sync_type, one)

    def stamp(self, entity: EntityConfig, at: datetime, keys: Iterable[Key] | None = None) -> None:
        ids = None if keys is None else [key[0] for key in keys]
        self.fake.changes.touch(entity.sync_type, ids, at_ms=round(at.timestamp() * 1000))

    def check_envelope(self, entity: EntityConfig, record: Mapping[str, Any]) -> None:
        assert isinstance(record["id"], int | str)
        assert all(record.get(name) is not None for name, one in entity.fields.items() if one.required)

    def _list_visible(self, kind: str) -> list[int]:
        """Ids of what a delta reads again: planned lately or ahead, or not planned at all."""
        oldest_ms = (self.fake.clock.now() - _VISIBLE).timestamp() * 1000
        table = self.fake.store.tables[kind]
        return sorted(one.id for one in table if one.schedule_ms is None or one.schedule_ms > oldest_ms)


@contextmanager
def open_arrivy(
    source: SourceConfig, folder: Path, *, extra: dict[str, Any] | None = None, **settings: Any
) -> Iterator[ArrivyAccount]:
    """Start a fake account five weeks old and planned for three; whole reads take a request a month."""
    # the same for an hour: an account that was made up before is copied
    anchor = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    usual = {"rate_limits": False, "counts": COUNTS, "anchor": anchor}
    usual |= {"history_days": HISTORY_DAYS, "planned_days": _AHEAD.days - 20}
    fake = ArrivySandbox(**{**usual, **settings})
    for kind in ("tasks", "bookings"):
        for record in fake.store.tables[kind]:
            # a record in two lists is fetched twice, which upsets checks that count; it has tests of its own
            if record.is_unscheduled and not record.has_datetime:
                record.fields["unscheduled"] = False
    with fake.serve():
        first = (fake.config.anchor - timedelta(days=fake.config.history_days + 1)).date()
        # full reads begin and end where the account's data does
        short = shorten(source, first=first, ahead_s=int(_AHEAD.total_seconds()))
        yield ArrivyAccount(fake, short, extra)
