"""JSON by the letter: numbers keep the digits that the source wrote, and bytes the charset that it named."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Literal:
    """A number as the source wrote it."""

    text: str


_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
"""A byte order mark tells more than a header."""


class DoubledKeyError(ValueError):
    """An object has two different values for one key."""


def read_json(text: str, *, once: bool = False, strict: bool = False) -> Any:
    """Read JSON; of a key that comes twice the last value counts, and NaN is none.

    Args:
        text: to read.
        once: refuse a key that comes twice.
        strict: refuse a control character that stands in a text as it is.

    Raises:
        ValueError: it is no JSON.
    """
    pairs = _refuse_doubled if once else dict
    return json.loads(
        text,
        parse_float=Literal,
        parse_int=Literal,
        parse_constant=_refuse,
        object_pairs_hook=pairs,
        strict=strict,
    )


def decode(body: bytes, charset: str | None) -> str:
    """Decode an answer: the charset that it names, else UTF-8; bytes that don't decode stay lone surrogates.

    Raises:
        ValueError: the bytes can't be of that charset.
    """
    # ASCII is a part of UTF-8
    charset = None if charset in ("ascii", "us-ascii") else charset
    for mark, name in _MARKS.items():
        charset = name if body.startswith(mark) else charset
    try:
        text = body.decode(charset or "utf-8", "surrogateescape")
    except LookupError:
        # a name that nobody knows is as good as none, where nothing contradicts
        text = body.decode("utf-8")
    return text.removeprefix("\N{BYTE ORDER MARK}")


def find_charset(content_type: str | None) -> str | None:
    """Give the charset that a Content-Type names."""
    match = re.search(r"charset\s*=\s*\"?([^\s\";]+)", content_type or "", re.IGNORECASE)
    return match.group(1) if match else None


def plain(value: Any) -> Any:
    """Give a JSON value with plain numbers."""
    if isinstance(value, Literal):
        is_short = re.fullmatch(r"-?[0-9]{1,1000}", value.text)
        return int(value.text) if is_short else Decimal(value.text)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def _refuse_doubled(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if any(found[key] != value for key, value in pairs):
        raise DoubledKeyError
    return found


def _refuse(name: str) -> None:
    raise ValueError(name)
