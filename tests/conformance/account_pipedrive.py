"""A Pipedrive account on the fake: its nine entities, and changes by the fake's own operations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from crm_sync.config.models import EntityConfig, SourceConfig
from sandbox.frame.messages import encode_json
from sandbox.pipedrive import PipedriveSandbox
from sandbox.pipedrive.visibility import list_shown
from tests.conformance.account_keyed import KeyedAccount
from tests.conformance.expected import Key

MANY = {
    "users": 110,
    "pipelines": 110,
    "stages": 110,
    "organizations": 150,
    "persons": 150,
    "products": 150,
    "leads": 150,
    "deals": 150,
    "activities": 150,
}
FEW = {"users": 9, "pipelines": 2, "stages": 6, "organizations": 9, "persons": 9}
PIPEDRIVE_SETTINGS: dict[str, dict[str, Any]] = {
    name: {"counts": {**FEW, name: count}} for name, count in MANY.items()
}
"""By entity: only what it needs, so that the fake starts at once."""
_CHANGED = {
    "users": "locale",
    "pipelines": "name",
    "stages": "name",
    "organizations": "name",
    "persons": "first_name",
    "products": "unit",
    "leads": "source_name",
    "deals": "lost_reason",
    "activities": "subject",
}
_HASH = re.compile("[0-9a-f]{40}")
ALWAYS_LISTED = ("organizations", "persons", "products", "activities")


class PipedriveAccount(KeyedAccount):
    """One fake account."""

    changed = _CHANGED

    def __init__(self, fake: PipedriveSandbox, source: SourceConfig, extra: dict[str, Any] | None) -> None:
        super().__init__(fake, source, password=fake.config.api_token, extra=extra)

    def list_records(self, entity: EntityConfig) -> list[dict[str, Any]]:
        return [shape_record(entity.sync_type, one) for one in self._list_raw(entity.sync_type)]

    def _list_raw(self, kind: str) -> list[dict[str, Any]]:
        status = "open,won,lost,deleted" if kind == "deals" else None
        account = self.fake._account
        lists = [list_shown(account, kind, status=status)]
        if kind in ("deals", "leads"):
            lists.append(list_shown(account, kind, status=status, archived=True))
        return [_decode(one) for records in lists for one in records]

    def list_sent(self, entity: EntityConfig) -> Iterator[dict[str, Any]]:
        # the read gives records their form after they were sent
        edits = [edit for sync_type, edit in self._edits if sync_type == entity.sync_type]
        for record in self._list_raw(entity.sync_type):
            for edit in edits:
                edit(record)
            yield shape_record(entity.sync_type, record)

    def remove(self, entity: EntityConfig, count: int) -> list[Key]:
        return self.do_to_some(entity, count, lambda one: self.fake.changes.remove(entity.sync_type, one))

    def clear(self, entity: EntityConfig) -> None:
        self.fake.changes.clear(entity.sync_type)

    def mark_gone(self, entity: EntityConfig, count: int) -> list[Key]:
        return self.do_to_some(entity, count, lambda one: self.fake.changes.delete(entity.sync_type, one))

    def restore(self, entity: EntityConfig, keys: Iterable[Key]) -> None:
        for (one,) in keys:
            self.fake.changes.restore(entity.sync_type, one)

    def list_known_paths(self, entity: EntityConfig) -> set[str]:
        # answers have them only where they are asked for
        return {"attendees", "source_lead_id", "next_activity_id", "last_activity_id"}

    def check_envelope(self, entity: EntityConfig, record: Mapping[str, Any]) -> None:
        if entity.sync_type == "leads":
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["add_time"])
            assert not any(map(_HASH.fullmatch, record)), "custom fields are in an object of their own"
        elif entity.sync_type == "users":
            assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", record["created"])
        else:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record["add_time"])


def shape_record(kind: str, record: dict[str, Any]) -> dict[str, Any]:
    """Give a record as it is staged: custom fields in an object, the address that was picked beside them."""
    if kind == "leads":
        values = {key: one for key, one in record.items() if _HASH.fullmatch(key)}
        there = record.get("custom_fields") or {}
        if not values or not isinstance(there, dict):
            return record
        kept = {key: one for key, one in record.items() if key not in values}
        return {**kept, "custom_fields": {**there, **values}}
    if kind == "persons":
        chosen = {f"_{one}": _choose(record.get(f"{one}s")) for one in ("email", "phone")}
        return {**record, **{name: one.get("value") for name, one in chosen.items() if one is not None}}
    return record


def _choose(listed: Any) -> dict[str, Any] | None:
    objects = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    primary = [one for one in objects if one.get("primary") is True]
    return next(iter(primary or objects), None)


def _decode(record: dict[str, Any]) -> dict[str, Any]:
    """Give a record as JSON has it; a number that a double can't hold as its digits."""
    decoded: dict[str, Any] = json.loads(encode_json(record), parse_float=_keep)
    return decoded


def _keep(text: str) -> float | str:
    return float(text) if Decimal(repr(float(text))) == Decimal(text) else text


@contextmanager
def open_pipedrive(
    source: SourceConfig, folder: Path, *, extra: dict[str, Any] | None = None, **settings: Any
) -> Iterator[PipedriveAccount]:
    """Start a fake account; settings as in its config, rate limits off unless asked for."""
    usual = {"rate_limits": False, "counts": {**MANY}, "lists_deleted": frozenset(ALWAYS_LISTED)}
    # edits of answers decode numbers as doubles; tests/sources looks at such money
    usual["huge_money"] = False
    fake = PipedriveSandbox(**{**usual, **settings})
    with fake.serve():
        yield PipedriveAccount(fake, source, extra)
