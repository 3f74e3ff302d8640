"""The canonical value of each column type: the contract's rules on one value, in plain Python."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import phonenumbers

from tests.oracle.json_values import Literal, plain, read_json
from tests.oracle.settings import Column
from tests.oracle.times import BLANKS, tell_day, tell_moment
from tests.oracle.told import (
    KEPT,
    NOTHING,
    NULLED,
    REFUSED,
    REPLACED,
    Choice,
    JsonText,
    NumberText,
    Told,
    exactly,
)

UNHOLDABLE = re.compile("[\x00\ud800-\udfff]")
TEXTS = ("string", "text", "object_id")
_SIGN, _EXPONENT = "[+-]?", "(?:[eE][+-]?0*[0-9]{1,9})?"
_AMBIGUOUS = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")
_TRUE = {"true", "1", "yes", "t", "y", "on"}
_FALSE = {"false", "0", "no", "f", "n", "off"}
_EMAIL = re.compile(r"[a-z0-9](?:[a-z0-9_+-]|\.(?=[a-z0-9]))*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,6}")


def tell(value: Any, column: Column, *, zone: str, region: str) -> Told:
    """Say what a column may hold for a value of the source.

    Args:
        value: None, a bool, a text, a `Literal` (a number as the source wrote it), a dict or a list.
        column: its type and words.
        zone: of times without one.
        region: of telephone numbers without a country.
    """
    if value is None:
        return NOTHING
    if isinstance(value, str) and value in column.null_texts:
        return NOTHING
    if isinstance(value, str) and value in column.error_texts:
        return REFUSED
    if column.type == "json":
        return _tell_json(value, column)
    text = to_text(value)
    if not text.strip(BLANKS):
        return NOTHING
    if column.type in TEXTS:
        return _tell_text(value, text)
    if isinstance(value, (dict, list)) and column.type in ("phone", "url"):
        value = replace(plain(value))
        text = json.dumps(value, default=str)
    if UNHOLDABLE.search(text):
        told = _tell_typed(
            value, UNHOLDABLE.sub("\N{REPLACEMENT CHARACTER}", text).strip(BLANKS), column, zone, region
        )
        return tuple(Choice(one.value, one.rule if one.value is None else REPLACED) for one in told) + REFUSED
    told = _tell_typed(value, text.strip(BLANKS), column, zone, region)
    if isinstance(value, (Literal, dict, list)) and column.type in ("phone", "url"):
        # its text is free
        own = _tell_text(value, text)[0].value
        return (*told, *REFUSED, Choice(own), Choice(own, KEPT))
    return told


def to_text(value: Any) -> str:
    """Give the text of a value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(plain(value), default=str)
    return value.text if isinstance(value, Literal) else str(value)


def _tell_text(value: Any, text: str) -> Told:
    if isinstance(value, (dict, list)):
        inner = plain(value)
        cleaned = replace(inner)
        return (Choice(JsonText(cleaned), REPLACED if cleaned != inner else None),)
    if isinstance(value, Literal):
        return exactly(NumberText(text))
    if isinstance(value, bool):
        # a database may have a letter for it
        return (Choice(text), Choice(text[0]))
    cleaned = UNHOLDABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return (Choice(cleaned, REPLACED if cleaned != text else None),)


def _tell_typed(value: Any, text: str, column: Column, zone: str, region: str) -> Told:
    kind = column.type
    if kind in ("number", "decimal", "integer"):
        told = tell_number(text, column, is_number=isinstance(value, Literal))
        # with more digits than a float holds it is staged as a text, in which a point is none of that mark
        is_long = isinstance(value, Literal) and "." in text and Decimal(repr(float(text))) != Decimal(text)
        return (*told, *REFUSED) if is_long and column.decimal_mark == "," else told
    if kind == "boolean":
        # 1.0 is the number 1
        low = text.lower()
        if isinstance(value, Literal) and re.fullmatch(r"[01]\.0+", text):
            low = text[0]
        return exactly(low in _TRUE) if low in _TRUE | _FALSE else REFUSED
    if kind == "datetime":
        return tell_moment(text, column, zone)
    if kind == "date":
        return tell_day(text, column)
    if kind == "email":
        return _tell_email(text)
    if kind == "phone":
        return _tell_phone(text, region)
    assert kind == "url", kind
    # what an address is, no page says: the text itself, or null with a finding
    return (Choice(text), *REFUSED)


def tell_number(text: str, column: Column, *, is_number: bool) -> Told:
    """Say what a column of numbers may hold; a number of JSON or SQL has the point whatever the YAML says."""
    mark = "," if column.decimal_mark == "," and not is_number else "."
    m = re.escape(mark)
    plain_form = rf"({_SIGN})([0-9]+(?:{m}[0-9]*)?|{m}[0-9]+)({_EXPONENT})"
    match = re.fullmatch(plain_form, text) or _match_groups(text, mark, told=column.decimal_mark is not None)
    if match is None:
        return REFUSED
    sign, digits, exponent = match.groups()
    plain_digits = re.sub(rf"[^0-9{m}]", "", digits)
    number = Decimal(sign + plain_digits.replace(mark, ".") + exponent)
    if column.type == "integer":
        if not is_number and column.decimal_mark is None and _AMBIGUOUS.fullmatch(text):
            # 1.000 is one or a thousand, as the reader likes
            return REFUSED
        if number and number.adjusted() > 20:
            return REFUSED
        if number != number.to_integral_value() or not -(2**63) <= number < 2**63:
            return REFUSED
    elif number and (number.adjusted() >= 131_072 or _scale(number) > 16_383):
        return REFUSED
    # nobody groups the digits of a power of ten
    return (Choice(number), *REFUSED) if plain_digits != digits and exponent else exactly(number)


def _match_groups(text: str, mark: str, *, told: bool) -> re.Match[str] | None:
    """Match thousands in groups of three, of one kind; with no mark told only where nothing else can be meant."""
    for group in (",",) if mark == "." else (".", " ", "\xa0", "\u202f"):
        g, m = re.escape(group), re.escape(mark)
        form = rf"({_SIGN})([1-9][0-9]{{0,2}}(?:{g}[0-9]{{3}})+(?:{m}[0-9]+)?)({_EXPONENT})"
        match = re.fullmatch(form, text)
        if match and (told or match.group(2).count(group) > 1 or mark in match.group(2)):
            return match
    return None


def _scale(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    return -exponent


def _tell_email(text: str) -> Told:
    low = text.lower()
    if "@" not in low or re.search(r"\s", low) or (low.count("@") > 1 and '"' not in low):
        return REFUSED
    return exactly(low) if _EMAIL.fullmatch(low) and len(low) < 64 else (Choice(low), *REFUSED)


def _tell_phone(text: str, region: str) -> Told:
    kept = Choice(text, KEPT)
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return (kept,)
    if not phonenumbers.is_possible_number(number):
        return (kept,)
    e164 = Choice(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    simple = re.fullmatch(r"\+?[0-9 ().-]+", text) and phonenumbers.is_valid_number(number)
    return (e164,) if simple else (e164, kept)


def _tell_json(value: Any, column: Column) -> Told:
    if isinstance(value, str):
        text = value.strip(BLANKS)
        if not text:
            return NOTHING
        try:
            # jsonb takes no bare control character
            inner = plain(read_json(text, strict=True))
        except ValueError:
            if column.format != "text":
                return REFUSED
            cleaned = replace(text)
            return (Choice(cleaned, REPLACED if cleaned != text else None),)
    else:
        inner = plain(value)
    cleaned = replace(inner)
    if cleaned != inner:
        return (Choice(cleaned, REPLACED), Choice(None, NULLED))
    return exactly(cleaned)


def replace(value: Any) -> Any:
    """Replace what PostgreSQL can't hold, in keys too."""
    if isinstance(value, str):
        return UNHOLDABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {replace(key): replace(inner) for key, inner in value.items()}
    return [replace(inner) for inner in value] if isinstance(value, list) else value
