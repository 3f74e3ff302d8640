"""A Five9 domain on the fake: its contacts, and changes by the fake's own operations.

What a cell becomes is written here once more, from the vendor page and in plain Python.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from crm_sync.config.models import EntityConfig, SourceConfig
from sandbox.five9 import Five9Sandbox
from sandbox.five9.fields import ContactField
from tests.conformance.account_keyed import KeyedAccount
from tests.conformance.expected import ExpectedTable, Key, build_expected

CAP = 30
"""Of the vendor's 1,000, so that few contacts are read in parts."""
COUNTS = {"contacts": 36}
"""More than the cap, so that it is read in a dozen parts."""
_ID = "f9_contact_id"
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_CHANGED = {"contacts": "company"}
_DAYS = {"yyyy-MM-dd": "%Y-%m-%d", "MM/dd/yyyy": "%m/%d/%Y"}
_PATTERNS = {**_DAYS, "HH:mm:ss.SSS": "%H:%M:%S.%f", "hh:mm a": "%I:%M %p"}


class Five9Account(KeyedAccount):
    """One fake domain."""

    changed = _CHANGED
    has_header = True

    def __init__(self, fake: Five9Sandbox, source: SourceConfig, extra: dict[str, Any] | None) -> None:
        config = fake.config
        super().__init__(fake, source, login=config.user, password=config.password, extra=extra)

    def list_records(self, entity: EntityConfig) -> Iterator[dict[str, Any]]:
        store = self.fake.store
        for number, contact in list(store.contacts.items()):
            cells = {one.name: read_cell(contact.get(one.name, ""), one, store.zone) for one in store.fields}
            yield {_ID: str(number), **cells}

    def expected(self, entity: EntityConfig) -> ExpectedTable:
        return build_expected(self.settle(entity), self.list_sent(entity))

    def settle(self, entity: EntityConfig) -> EntityConfig:
        """Give the entity with the names of the domain's fields in place of their mappings."""
        named = {
            name: entity.fields[name].model_copy(update={"source": path, "label": None})
            for name, path in self.find_labelled(entity).items()
        }
        return entity.model_copy(update={"fields": {**entity.fields, **named}})

    def find_labelled(self, entity: EntityConfig) -> dict[str, str]:
        labels = {name: str(one.label) for name, one in entity.fields.items() if one.label}
        store = self.fake.store
        return {name: store.find_field(label) or "no such field" for name, label in labels.items()}

    def remove(self, entity: EntityConfig, count: int) -> list[Key]:
        return self.do_to_some(entity, count, self.fake.changes.remove)

    def clear(self, entity: EntityConfig) -> None:
        self.fake.changes.clear()

    def plant(self, entity: EntityConfig, values: Mapping[str, Any]) -> Key:
        expected = self.expected(entity)
        key = min(expected.live - expected.rejected, key=str)
        texts = {self._find_name(entity, path): write_cell(value) for path, value in values.items()}
        for name in texts.keys() - {one.name for one in self.fake.store.fields}:
            self.fake.changes.add_field(name)
        self.fake.changes.update(entity.sync_type, key[0], texts, is_silent=True)
        return key

    def drop_path(self, entity: EntityConfig, path: str) -> None:
        self.fake.changes.drop_field(self._find_name(entity, path))

    def read_body(self, body: bytes) -> Any:
        return body.decode()

    def find_records(self, entity: EntityConfig, payload: Any) -> list[Any]:
        # a text, in which nothing is edited
        return []

    def list_odd_texts(self) -> list[str]:
        # XML holds neither NUL nor half a surrogate pair
        return [text for text in super().list_odd_texts() if not re.search("[\0\ud800]", text)]

    def list_known_paths(self, entity: EntityConfig) -> set[str]:
        return {one.name for one in self.fake.store.fields}

    def check_envelope(self, entity: EntityConfig, record: Mapping[str, Any]) -> None:
        assert list(record) == [_ID, *(one.name for one in self.fake.store.fields)]
        assert record[_ID].isdecimal()

    def _find_name(self, entity: EntityConfig, path: str) -> str:
        """Give the field behind a column by label, or the path itself."""
        known = self.settle(entity).fields
        return known[path].source if path in known and entity.fields[path].label else path


def write_cell(value: Any) -> str:
    """Give the text that a value is in XML."""
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


def read_cell(text: str, field: ContactField, zone: ZoneInfo) -> Any:
    """Give the JSON value that a cell has in a record."""
    # XML says nothing about blanks alone
    if not text.strip():
        return None
    if field.type in ("NUMBER", "CURRENCY", "PERCENT"):
        return _read_number(text)
    if field.type == "BOOLEAN":
        return _FLAGS.get(text.strip().lower(), text)
    if field.type in ("DATE", "DATE_TIME"):
        return _read_time(text, field, zone)
    return text


def _read_number(text: str) -> Any:
    if not re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", text):
        return text
    number = Decimal(text)
    if abs(number) >= 10**19:
        return text
    if number == number.to_integral_value():
        return int(number)
    return float(text) if Decimal(repr(float(text))) == number else text


def _read_time(text: str, field: ContactField, zone: ZoneInfo) -> Any:
    date, time = field.restriction("DateFormat"), field.restriction("TimeFormat")
    forms = [_PATTERNS[date or "yyyy-MM-dd"] + (f" {_PATTERNS[time]}" if time else "")]
    forms += ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S.%f"]
    for form in forms:
        with suppress(ValueError):
            moment = datetime.strptime(text.strip(), form).replace(tzinfo=zone)
            if field.type == "DATE":
                return moment.date().isoformat() if f"{moment:%T}" == "00:00:00" else text
            return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return text


@contextmanager
def open_five9(
    source: SourceConfig, folder: Path, *, extra: dict[str, Any] | None = None, **settings: Any
) -> Iterator[Five9Account]:
    """Start a fake domain; settings as in its config, rate limits off unless asked for."""
    fake = Five9Sandbox(**{"rate_limits": False, "counts": COUNTS, "cap": CAP, **settings})
    with fake.serve():
        yield Five9Account(fake, _set_cap(source), extra)


def _set_cap(source: SourceConfig) -> SourceConfig:
    """Give the configuration with the cap that the fake has."""
    changed = source.model_dump()
    for entity in changed["entities"].values():
        entity["read"]["partition"]["cap"] = CAP
    return SourceConfig.model_validate(changed)
