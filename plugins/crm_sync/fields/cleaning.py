"""Makes NDJSON safe for PostgreSQL and Polars: NUL characters and lone surrogates become U+FFFD.

Polars reads a lone surrogate's escape as NUL without a word, and PostgreSQL holds neither, so both are looked
for in the bytes before anything reads them.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

import msgspec

from crm_sync.fields.number_literals import keep_integer, keep_number
from crm_sync.untyped import Json

_TROUBLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})")
_UNHOLDABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
_MAX_INT_DIGITS = 38
"""Polars reads integers of up to 128 bits from JSON."""


def has_escaped_trouble(data: bytes) -> bool:
    """Say whether JSON bytes may hold an escaped NUL or surrogate; quick where no backslash is."""
    start = data.find(b"\\")
    return start >= 0 and _TROUBLE.search(data, start) is not None


Place = tuple[str, ...]
"""Keys that lead to a value in a record, once cleaned; a list's items are at the list's place."""


def clean_lines(raw: bytes) -> tuple[bytes, dict[int, frozenset[Place]]]:
    """Replace what PostgreSQL can't hold in NDJSON.

    Args:
        raw: one JSON object a line.

    Returns:
        The lines, the same object when nothing was found, and where something was replaced, by the 0-based
        number of the line.
    """
    if not has_escaped_trouble(raw):
        return raw, {}
    altered: dict[int, frozenset[Place]] = {}
    lines = raw.split(b"\n")
    for number, line in enumerate(lines):
        if not has_escaped_trouble(line):
            continue
        try:
            value, places = decode_clean(line)
        except ValueError:
            continue  # not JSON at all: the reader says so
        if places:
            lines[number] = msgspec.json.encode(value)
            altered[number] = places
    return b"\n".join(lines), altered


def decode_clean(data: bytes) -> tuple[Any, frozenset[Place]]:
    """Decode JSON that strict readers refuse and make it safe to store.

    NUL, lone surrogates and broken UTF-8 become U+FFFD. NaN, numbers that float64 can't hold and integers
    beyond 128 bits become text. Control characters may stand in texts as they are.

    Returns:
        The value and the places where a character was replaced.

    Raises:
        ValueError: it is no JSON.
    """
    # a byte that is no UTF-8 becomes half a surrogate pair, so that its place is found as that of the others
    text = data.decode("utf-8", errors="surrogateescape")
    places: set[Place] = set()
    try:
        cleaned = _scrub(_LENIENT.decode(text), (), places)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return cleaned, frozenset(places)


def _scrub(value: Json, place: Place, places: set[Place]) -> Json:
    if isinstance(value, str):
        cleaned = _UNHOLDABLE.sub(_REPLACEMENT, value)
        if cleaned != value:
            places.add(place)
        return cleaned
    if isinstance(value, list):
        return [_scrub(item, place, places) for item in value]
    if isinstance(value, dict):
        scrubbed = {}
        for key, item in value.items():
            name = _UNHOLDABLE.sub(_REPLACEMENT, key)
            if name != key:
                places.add((*place, name))
            scrubbed[name] = _scrub(item, (*place, name), places)
        return scrubbed
    return value


_LENIENT = json.JSONDecoder(
    parse_float=keep_number,
    parse_int=partial(keep_integer, most_digits=_MAX_INT_DIGITS),
    parse_constant=str,
    strict=False,
)
