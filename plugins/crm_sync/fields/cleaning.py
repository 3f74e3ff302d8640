"""Makes NDJSON safe for PostgreSQL and Polars: NUL characters and lone surrogates become U+FFFD.

Polars reads a lone surrogate's escape as NUL without a word, and PostgreSQL holds neither, so both are looked
for in the bytes before anything reads them.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import msgspec

_TROUBLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})")
_UNHOLDABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
_MAX_INT_DIGITS = 38
"""Polars reads integers of up to 128 bits from JSON."""


def has_escaped_trouble(data: bytes) -> bool:
    """Say whether JSON bytes may hold an escaped NUL or surrogate; quick where no backslash is."""
    start = data.find(b"\\")
    return start >= 0 and _TROUBLE.search(data, start) is not None


def clean_lines(raw: bytes) -> tuple[bytes, list[int]]:
    """Replace what PostgreSQL can't hold in NDJSON.

    Args:
        raw: one JSON object a line.

    Returns:
        The lines, the same object when nothing was found, and the 0-based numbers of the changed ones.
    """
    if not has_escaped_trouble(raw):
        return raw, []
    altered: list[int] = []
    lines = raw.split(b"\n")
    for number, line in enumerate(lines):
        if not has_escaped_trouble(line):
            continue
        try:
            value, changed = decode_clean(line)
        except ValueError:
            continue  # not JSON at all: the reader says so
        if changed:
            lines[number] = msgspec.json.encode(value)
            altered.append(number)
    return b"\n".join(lines), altered


def decode_clean(data: bytes) -> tuple[Any, bool]:
    """Decode JSON that strict readers refuse and make it safe to store.

    NUL, lone surrogates and broken UTF-8 become U+FFFD. NaN, numbers that float64 can't hold and integers
    beyond 128 bits become text. Control characters may stand in texts as they are.

    Returns:
        The value and whether a character was replaced.

    Raises:
        ValueError: it is no JSON.
    """
    text = data.decode("utf-8", errors="replace")
    try:
        value = _LENIENT.decode(text)
        cleaned, changed = _scrub(value)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return cleaned, changed or (_REPLACEMENT in text and _REPLACEMENT.encode() not in data)


def _scrub(value: Any) -> tuple[Any, bool]:  # noqa: ANN401
    if isinstance(value, str):
        cleaned = _UNHOLDABLE.sub(_REPLACEMENT, value)
        return cleaned, cleaned != value
    if isinstance(value, list):
        parts = [_scrub(item) for item in value]
        return [part for part, _ in parts], any(changed for _, changed in parts)
    if isinstance(value, dict):
        pairs = [(_scrub(key), _scrub(item)) for key, item in value.items()]
        return {key[0]: item[0] for key, item in pairs}, any(key[1] or item[1] for key, item in pairs)
    return value, False


def keep_number(literal: str) -> float | str:
    """Read a JSON number as a float, or keep it as text where float64 can't give the literal back."""
    number = float(literal)
    is_exact = number - number == 0 and Decimal(literal) == Decimal(repr(number))
    return number if is_exact else literal


def _keep_integer(literal: str) -> int | str:
    return int(literal) if len(literal) <= _MAX_INT_DIGITS else literal


_LENIENT = json.JSONDecoder(
    parse_float=keep_number, parse_int=_keep_integer, parse_constant=str, strict=False
)
