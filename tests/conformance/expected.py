"""What a target table must hold, worked out from the vendor's records in plain Python, record by record.

Nothing here comes from `crm_sync.fields`: the rules are those of the design, written a second time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import phonenumbers

from crm_sync.config.models import EntityConfig

Key = tuple[Any, ...]
Row = dict[str, Any]
Record = Mapping[str, Any]

_MISSING = object()
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")


class NotConvertibleError(Exception):
    """The value has no place in a column of that type."""


@dataclass
class ExpectedTable:
    """What the table must hold.

    Args:
        rows: by key; columns, `extra`, and `gone`: False, True, or the moment that the source gives.
        rejected: keys of records that must not be in the table.
    """

    rows: dict[Key, Row] = field(default_factory=dict)
    rejected: set[Key] = field(default_factory=set)

    @property
    def live(self) -> set[Key]:
        """Keys that the source still has and that are not archived there."""
        return {key for key, row in self.rows.items() if not row["gone"]}


def build_expected(entity: EntityConfig, records: Iterable[Record]) -> ExpectedTable:
    """Work the table out from all records that the source has, archived ones included."""
    table = ExpectedTable()
    for record in records:
        row, is_rejected = build_row(entity, record)
        key = tuple(row[column] for column in entity.primary_key)
        if is_rejected:
            table.rejected.add(key)
        else:
            table.rows[key] = row
    return table


def build_row(entity: EntityConfig, record: Record) -> tuple[Row, bool]:
    """Give the row of one record and whether it has to be rejected for a required field."""
    row: Row = {}
    is_rejected = False
    for name, config in entity.fields.items():
        sources = config.source if isinstance(config.source, tuple) else (config.source or name,)
        value = next((v for path in sources if (v := find(record, path)) not in (_MISSING, None)), None)
        try:
            row[name] = convert(str(config.type), value, entity)
        except NotConvertibleError:
            row[name] = None
        is_rejected = is_rejected or (row[name] is None and (config.required or name in entity.primary_key))
    if entity.extra:
        row["extra"] = find_extra(entity, record)
    row["gone"] = False
    if entity.deleted and row[entity.deleted.column]:
        row["gone"] = (row[entity.deleted.at] if entity.deleted.at else None) or True
    return row, is_rejected


def find(record: Record, path: str) -> Any:
    """Follow a dotted path; `_MISSING` where it leads nowhere."""
    value: Any = record
    for part in path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return _MISSING
        value = value[part]
    return value


def find_extra(entity: EntityConfig, record: Record) -> dict[str, Any] | None:
    """Give what no column took, nulls and empty objects left out; None where nothing is left."""
    taken = set()
    for name, config in entity.fields.items():
        taken.update(config.source if isinstance(config.source, tuple) else (config.source or name,))

    def left(value: Any, path: str) -> Any:
        if path in taken or value is None:
            return _MISSING
        if not isinstance(value, Mapping):
            return value
        inner = {k: v for k in value if (v := left(value[k], f"{path}.{k}" if path else k)) is not _MISSING}
        return inner or _MISSING

    extra = left(record, "")
    return None if extra is _MISSING else extra


def convert(kind: str, value: Any, entity: EntityConfig) -> Any:
    """Give the canonical value of a column as psycopg2 returns it.

    Raises:
        NotConvertibleError: the value does not fit the type.
    """
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, (dict, list)):
        text = json.dumps(value)
    else:
        text = "" if value is None else str(value)
    if not text.strip():
        return None
    if kind in {"string", "text"}:
        return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return _CONVERTERS[kind](text.strip(), entity)


def _integer(text: str, _entity: EntityConfig) -> int:
    number = _decimal(text, _entity)
    if number != number.to_integral_value() or not -(2**63) <= number < 2**63:
        raise NotConvertibleError(text)
    return int(number)


def _decimal(text: str, _entity: EntityConfig) -> Decimal:
    if not _NUMBER.fullmatch(text) or not any(char.isdigit() for char in text):
        raise NotConvertibleError(text)
    return Decimal(text.replace(",", ""))


def _boolean(text: str, _entity: EntityConfig) -> bool:
    words = {"true": True, "1": True, "yes": True, "t": True, "y": True, "on": True}
    words |= {"false": False, "0": False, "no": False, "f": False, "n": False, "off": False}
    if text.lower() not in words:
        raise NotConvertibleError(text)
    return words[text.lower()]


def _datetime(text: str, _entity: EntityConfig) -> datetime:
    if text.lstrip("-").isdigit() and len(text) >= 12:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(text))
    if not _ISO.fullmatch(text):
        raise NotConvertibleError(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise NotConvertibleError(text) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _date(text: str, entity: EntityConfig) -> date:
    moment = _datetime(text, entity)
    if (moment.hour, moment.minute, moment.second, moment.microsecond) != (0, 0, 0, 0):
        raise NotConvertibleError(text)
    return moment.date()


def _email(text: str, _entity: EntityConfig) -> str:
    if not _EMAIL.fullmatch(text.lower()):
        raise NotConvertibleError(text)
    return text.lower()


def _phone(text: str, entity: EntityConfig) -> str:
    if any(char.isalpha() for char in text):
        return text
    try:
        number = phonenumbers.parse(text, entity.default_region)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_possible_number(number) or len(str(number.national_number)) < 10:
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _url(text: str, _entity: EntityConfig) -> str:
    if "." not in text or " " in text:
        raise NotConvertibleError(text)
    return text


def _json(text: str, _entity: EntityConfig) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise NotConvertibleError(text) from None


_CONVERTERS: dict[str, Callable[[str, EntityConfig], Any]] = {
    "integer": _integer,
    "number": _decimal,
    "decimal": _decimal,
    "boolean": _boolean,
    "datetime": _datetime,
    "date": _date,
    "email": _email,
    "phone": _phone,
    "url": _url,
    "json": _json,
    "object_id": lambda text, _entity: text,
}
