"""Awkward values, as real accounts hold them; each meets the same records whatever the account's size."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.marketsharp.sets import DATETIME, DECIMAL, STRING, EntitySet
from sandbox.marketsharp.store import Fields

NO_ID = "00000000-0000-0000-0000-000000000000"
NOTES = (
    "Called twice.\x0bLeft a message.\x00\x1fSecond page.",
    "Line one\r\nline two\ttab & <b>bold</b> ]]> \"quoted\" 'single'",
    "\N{RIGHT-TO-LEFT OVERRIDE}\N{HEBREW LETTER SHIN}\N{HEBREW LETTER LAMED} \N{FIRE}caf\u00e9",
    " leading and trailing \n",
    "x" * 40_000,
    "&#x1F; is written out here, and \uffff is none",
)
_TEXTS = ("note", "notes", "description", "value")
_EMPTY = ("latitude", "longitude", "line2", "middleInitial")
_PHONES = ("ask for Pat", "555-0100 ext. 7", "(555) 010-0111")


def spoil(entity_set: EntitySet, fields: Fields, number: int) -> None:
    """Put awkward values into some records."""
    texts = [one for one, kind in entity_set.properties.items() if kind == STRING and one != entity_set.key]
    for name in texts:
        fields[name] = _spoil_text(name, fields[name], number)
    _spoil_typed(entity_set.properties, fields, number)
    if number % 23 == 9:
        # what is null may be left out
        for name in [one for one, value in fields.items() if value is None]:
            del fields[name]


def _spoil_text(name: str, text: str | None, number: int) -> str | None:
    if name in _TEXTS and number % 7 == 3:
        return NOTES[number // 7 % len(NOTES)]
    if name.endswith("Id"):
        return NO_ID if number % 19 == 5 else text
    if "hone" in name and number % 5 == 2:
        return _PHONES[number % len(_PHONES)]
    if name in _EMPTY and number % 6 == 1:
        return ""
    return "none@" if name.startswith("email") and number % 13 == 6 else text


def _spoil_typed(types: Mapping[str, str], fields: Fields, number: int) -> None:
    if types.get("priceQuoted") == DECIMAL and number % 8 == 5:
        fields["priceQuoted"] = "12345678901234567890.1234"
    if types.get("lastUpdate") == DATETIME and number % 17 in (8, 9):
        # the hour that New York's clocks show twice, and the one that they leave out
        fields["lastUpdate"] = "2025-11-02T01:30:00.123" if number % 17 == 8 else "2025-03-09T02:30:00"
