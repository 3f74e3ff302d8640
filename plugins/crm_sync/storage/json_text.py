"""Makes any text and JSON fit for PostgreSQL; what is put into it is left to the callers.

text and jsonb hold neither NUL nor lone surrogates: each becomes U+FFFD.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

REPLACEMENT = "\ufffd"

_UNFIT = re.compile("[\x00\ud800-\udfff]")
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a whole pair: kept
    r"|(?P<unfit>\\u(?:[dD][89a-fA-F][0-9a-fA-F]{2}|0000))"  # half a pair, or NUL: replaced
    r"|\\."  # any other escape: kept; also keeps an escaped backslash from opening one
)
_DECODER = msgspec.json.Decoder(float_hook=str)
"""Only judges; the hook lets number literals pass that no float64 holds."""


def clean_text(text: str) -> str:
    """Return the text with what PostgreSQL can't store replaced by U+FFFD."""
    return _UNFIT.sub(REPLACEMENT, text) if _UNFIT.search(text) else text


def clean_json_text(text: str) -> tuple[str, bool]:
    """Return JSON text that jsonb takes, number literals untouched, and whether a character was replaced.

    What is no valid JSON comes back as one JSON string that holds the text.
    """
    plain = clean_text(text)
    cleaned = _ESCAPE.sub(_replace_escape, plain) if "\\u" in plain else plain
    try:
        _DECODER.decode(cleaned)
    except (msgspec.DecodeError, RecursionError):
        return json.dumps(plain, ensure_ascii=False), plain != text
    return cleaned, cleaned != text


def dump_json(value: Mapping[str, Any]) -> str:
    """Return a mapping as JSON text that jsonb takes.

    Datetimes and dates become ISO 8601, bytes hex, decimals and anything unknown text; NaN and infinities
    null.
    """
    return json.dumps(_make_plain(value), ensure_ascii=False)


def _replace_escape(match: re.Match[str]) -> str:
    return REPLACEMENT if match["unfit"] else match[0]


def _make_plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {clean_text(str(key)): _make_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_make_plain(item) for item in value]
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return clean_text(_write_text(value))


def _write_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)
