"""The canonical value of every column type in plain Python: the design's rules, written a second time."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers

from crm_sync.config.models import EntityConfig

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NUMBER = re.compile(
    r"[+-]?(?:[1-9]\d{0,2}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,})|\d*(?:\.\d*)?(?:[eE][+-]?\d+)?)", re.ASCII
)
"""A comma alone (`48,137`) may be a decimal mark, and no YAML here says that it is none."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?(?:Z|[+-]\d\d:?\d\d))?)?")


class NotConvertibleError(Exception):
    """The value has no place in a column of that type."""


def convert(kind: str, value: Any, entity: EntityConfig, form: str | None = None) -> Any:
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
    if not text.strip() or value in entity.null_texts:
        return None
    if value in entity.error_texts:
        raise NotConvertibleError(text)
    if kind in {"string", "text", "object_id"}:
        return make_storable(text)
    if kind == "json" and form == "text":
        # a plain text in its place is kept as one
        with contextlib.suppress(NotConvertibleError):
            return _json(text.strip(), entity)
        return make_storable(text.strip())
    if form is not None:
        try:
            moment = datetime.strptime(text.strip(), form)  # noqa: DTZ007 - its zone is the source's
        except ValueError:
            raise NotConvertibleError(text) from None
        return _place(moment, entity) if kind == "datetime" else moment.date()
    return _CONVERTERS[kind](text.strip(), entity)


def make_storable(value: Any) -> Any:
    """Replace what PostgreSQL can't hold: NUL and lone surrogates."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, Mapping):
        return {make_storable(key): make_storable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [make_storable(inner) for inner in value]
    return value


def _integer(text: str, _entity: EntityConfig) -> int:
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}\.\d{3}", text):
        raise NotConvertibleError(text)  # one, or a thousand
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


def _datetime(text: str, entity: EntityConfig) -> datetime:
    if text.lstrip("-").isdigit() and len(text) >= 12:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(text))
    if not _ISO.fullmatch(text):
        raise NotConvertibleError(text)
    try:
        # a blank before the offset is not Python's ISO
        moment = datetime.fromisoformat(re.sub(r" (?=[+-])", "", text))
    except ValueError:
        raise NotConvertibleError(text) from None
    return _place(moment, entity)


def _place(moment: datetime, entity: EntityConfig) -> datetime:
    """Give the moment in UTC; one without a zone is in the source's."""
    try:
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(entity.source_time_zone))
        return moment.astimezone(UTC)
    except OverflowError:
        # never, or since ever
        last = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
        return datetime(1, 1, 1, tzinfo=UTC) if moment.year == 1 else last


def _date(text: str, entity: EntityConfig) -> date:
    if not text.lstrip("-").isdigit() and "T" not in text and " " not in text and _ISO.fullmatch(text):
        with contextlib.suppress(ValueError):
            return date.fromisoformat(text)
    moment = _datetime(text, entity.model_copy(update={"source_time_zone": "UTC"}))
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
    # a number that can be dialled only from nearby lacks its area code
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _url(text: str, _entity: EntityConfig) -> str:
    if "." not in text or " " in text:
        raise NotConvertibleError(text)
    return text


def _json(text: str, _entity: EntityConfig) -> Any:
    try:
        return make_storable(json.loads(text))
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
}
