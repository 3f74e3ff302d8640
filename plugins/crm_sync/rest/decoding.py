"""JSON answers to Python values and records to lines, without losing a digit; meaning is left to sources."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_INTEGER_DIGITS = 4000
"""Python refuses to read longer ones (4,300); they stay text."""


def keep_literal(literal: str) -> float | str:
    """Turn a JSON number with fraction or exponent into a float, or keep its text where a float would differ.

    Args:
        literal: the number as written, for example `1e400` or `1234567890123456789.12`.
    """
    value = float(literal)
    shown = repr(value)
    if shown == literal:
        return value
    if value in (float("inf"), float("-inf")) or Decimal(shown) != Decimal(literal):
        return literal
    return value


def _keep_integer(literal: str) -> int | str:
    return int(literal) if len(literal) <= _MAX_INTEGER_DIGITS else literal


_DECODER = msgspec.json.Decoder(float_hook=keep_literal)
_ENCODER = msgspec.json.Encoder()


def decode_json(body: bytes) -> Any:  # noqa: ANN401
    """Decode one JSON document.

    msgspec refuses lone surrogates, which vendors do send (half an emoji cut by a length limit); the standard
    library reads them, and they become U+FFFD here, so that one bad text does not cost its page.

    Args:
        body: the document in UTF-8; bytes that are no UTF-8 become U+FFFD.

    Returns:
        Python values; integers have any length, numbers that float64 can't give back are text.

    Raises:
        ValueError: the body is no JSON document.
    """
    try:
        return _decode(body)
    except RecursionError:
        raise ValueError("the JSON document is nested too deeply") from None


def _decode(body: bytes) -> Any:  # noqa: ANN401
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = body.decode("utf-8", errors="replace")
    value = json.loads(text, parse_float=keep_literal, parse_int=_keep_integer, parse_constant=str)
    return _replace_surrogates(value)


def encode_lines(records: Sequence[Any]) -> bytes:
    """Encode records as NDJSON: one object a line, each line ended by a newline."""
    try:
        return _ENCODER.encode_lines(records)
    except UnicodeEncodeError:
        return _ENCODER.encode_lines([_replace_surrogates(record) for record in records])


def _replace_surrogates(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("�", value)
    if isinstance(value, list):
        return [_replace_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_replace_surrogates(key): _replace_surrogates(item) for key, item in value.items()}
    return value
