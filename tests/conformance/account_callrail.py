"""CallRail accounts on the fake: its eight lists, and changes by the fake's own operations."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.rest_reads import RestListRead
from sandbox.callrail import CallRailSandbox
from sandbox.callrail.kinds import KINDS
from sandbox.callrail.lists import show
from sandbox.callrail.store import Record
from sandbox.callrail.times import day_start_ms
from tests.conformance.account_rest import RestAccount
from tests.conformance.expected import Key
from tests.shorter_windows import shorten

COUNTS = {
    "companies": 110,
    "calls": 150,
    "trackers": 110,
    "form_submissions": 150,
    "text_messages": 150,
    "tags": 110,
    "users": 110,
}
CALLRAIL_SETTINGS: dict[str, dict[str, Any]] = {
    **{name: {"counts": {"companies": 4, "trackers": 4, name: count}} for name, count in COUNTS.items()},
    "accounts": {"counts": {"accounts": 110}},
}
"""By entity: only what it needs, so that the fake starts at once."""
RETENTION_DAYS = 70
"""Of whole reads, three or four windows: two years of them are read in tests/sources/callrail."""
_CHANGED = {
    "accounts": "name",
    "companies": "name",
    "calls": "note",
    "trackers": "name",
    "form_submissions": "note",
    "text_messages": "customer_name",
    "tags": "name",
    "users": "last_name",
}
_NESTED = "_account_id"


class CallRailAccount(RestAccount):
    """What one key sees: two accounts."""

    def __init__(self, fake: CallRailSandbox, source: SourceConfig, extra: dict[str, Any] | None) -> None:
        super().__init__(fake, source, password=fake.api_key, extra=extra)
        self._random = random.Random(11)
        self._changes = 0

    def list_records(self, entity: EntityConfig) -> Iterator[dict[str, Any]]:
        assert isinstance(entity.read, RestListRead)
        asked = frozenset(entity.read.passes[0].params.get("fields", "").split(","))
        for record in self._list_shown(entity):
            own = {_NESTED: record.account} if entity.read.parents else {}
            yield {**show(record, KINDS[entity.sync_type], asked), **own}

    def change(self, entity: EntityConfig, count: int) -> list[Key]:
        picked = self._pick(entity, count)
        for record in picked:
            self._changes += 1
            values = {_CHANGED[entity.sync_type]: f"Changed {self._changes}"}
            self.fake.changes.update(entity.sync_type, record.id, values)
        return [_key(record) for record in picked]

    def add(self, entity: EntityConfig) -> Key:
        new = self.fake.changes.create(entity.sync_type)
        return _key(self.fake.store.get(entity.sync_type, new))

    def remove(self, entity: EntityConfig, count: int) -> list[Key]:
        picked = self._pick(entity, count)
        for record in picked:
            self.fake.changes.remove(entity.sync_type, record.id)
        return [_key(record) for record in picked]

    def clear(self, entity: EntityConfig) -> None:
        for record_id in self.fake.store.ids(entity.sync_type):
            self.fake.changes.remove(entity.sync_type, record_id)

    def check_envelope(self, entity: EntityConfig, record: Mapping[str, Any]) -> None:
        prefix = KINDS[entity.sync_type].prefix
        assert str(record["id"]).startswith(prefix)
        assert isinstance(record["id"], int if entity.sync_type == "tags" else str)
        if isinstance(entity.read, RestListRead) and entity.read.parents:
            assert record[_NESTED].startswith("ACC")

    def _list_shown(self, entity: EntityConfig) -> Iterator[Record]:
        """Leave out what the list hides, and what is older than a whole read looks back."""
        assert isinstance(entity.read, RestListRead)
        now = self.fake.clock.now()
        windows, oldest_ms = entity.read.windows, 0
        if windows is not None:
            first = now.date() - timedelta(days=windows.retention_days or 0)
            oldest_ms = day_start_ms(first, UTC)
        for record in self.fake.store.records[entity.sync_type].values():
            is_listed = record.listed_from_ms <= self.fake.clock.now_ms() and record.at_ms >= oldest_ms
            if windows is None or (is_listed and not record.is_spam):
                yield record

    def _pick(self, entity: EntityConfig, count: int) -> list[Record]:
        return self._random.sample(sorted(self._list_shown(entity), key=lambda one: one.id), count)


def _key(record: Record) -> Key:
    return (record.fields["id"],)


@contextmanager
def open_callrail(
    source: SourceConfig,
    folder: Path,
    *,
    extra: dict[str, Any] | None = None,
    retention_days: int = RETENTION_DAYS,
    **settings: Any,
) -> Iterator[CallRailAccount]:
    """Start fake accounts; settings as in their config, rate limits off unless asked for.

    All events are younger than the days that a delta reads again: a late edit of an older one is for the next
    whole read, which tests/sources/callrail shows.
    """
    usual = {"rate_limits": False, "counts": COUNTS, "history_days": 6, "plain_texts": False}
    with CallRailSandbox(**{**usual, **settings}).serve() as fake:
        yield CallRailAccount(fake, shorten(source, retention_days=retention_days), extra)
