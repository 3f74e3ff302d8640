"""JSON answers to Python values and records to lines, without losing a digit; meaning is left to sources."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from crm_sync.fields.number_literals import keep_integer, keep_number
from crm_sync.untyped import Json

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_FALSE_PAIR = re.compile("[\ud800-\udbff](?=[\udc00-\udfff])")
"""Decoding has joined all real pairs: the halves of this one were an escape and a byte that is no text."""
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s;"']+)""", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""UTF-32 before UTF-16, whose mark begins alike."""


_DECODER = msgspec.json.Decoder(float_hook=keep_number)
_ENCODER = msgspec.json.Encoder()


def read_charset(content_type: str | None) -> str | None:
    """Give the charset in a Content-Type header; None: it names no charset."""
    found = _CHARSET.search(content_type or "")
    return found[1].lower() if found else None


def decode_json(body: bytes, charset: str | None = None) -> Json:
    r"""Decode one JSON document.

    Bytes that are not in the charset, and lone surrogates that the source itself sends (half an emoji cut by
    a length limit), stay in the texts as lone surrogates: one bad text does not cost its page, and the fields
    report it. In keys of objects they become U+FFFD.

    Args:
        body: the document; a byte order mark overrides the charset.
        charset: that the answer names; None: UTF-8.

    Returns:
        Python values; integers have any length, numbers that float64 can't give back are text.

    Raises:
        ValueError: the body is no JSON document, or its charset is none.
    """
    try:
        return _decode(body, charset)
    except RecursionError:
        raise ValueError("the JSON document is nested too deeply") from None


def _decode(body: bytes, charset: str | None) -> Json:
    text: str | None = None
    try:
        if is_utf8(charset) or (body.isascii() and not str(charset).startswith(("utf", "ucs"))):
            return _DECODER.decode(body)
        text = decode_text(body, charset)
        return _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        text = decode_text(body, charset) if text is None else text
    value = json.loads(text, parse_float=keep_number, parse_int=keep_integer, parse_constant=str)
    return _mend_texts(value)


def decode_text(body: bytes, charset: str | None) -> str:
    """Decode text, with lone surrogates for bytes that are not in the charset.

    Raises:
        ValueError: the charset is unknown, or it can't decode the bytes.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            body, charset = body[len(mark) :], encoding
            break
    try:
        return body.decode("utf-8" if is_utf8(charset) else charset or "", errors="surrogateescape")
    except LookupError:
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            raise ValueError(f"it names the unknown charset '{charset}'") from None
    except UnicodeError:
        raise ValueError(f"its bytes are not valid in the charset '{charset}' that it names") from None


def is_utf8(charset: str | None) -> bool:
    """Say whether a charset is read as UTF-8: no charset at all, or ASCII, which is a part of UTF-8."""
    return charset in (None, "utf-8", "utf8", "utf-8-sig", "us-ascii", "ascii")


def is_plain_utf8(body: bytes) -> bool:
    """Say whether there are bytes beyond ASCII that are valid UTF-8."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not body.isascii()


def find_repeated_key(
    body: bytes, data: Json, charset: str | None = None, *, lines: bytes | None = None
) -> str | None:
    """Give a key that an object in a document has twice; None: there is none. Decoding keeps the last.

    A document without such a key has as many colons as its values encoded again, which is cheap to check.

    Args:
        body: the document.
        data: its values, as decoded from it, or what is left of them without the items of a list.
        charset: that the answer names.
        lines: those items, as `encode_lines` writes them: most of a page, which is encoded once for both.
    """
    items = lines or b""
    try:
        rest = _ENCODER.encode(data)
    except UnicodeEncodeError:
        rest = b""
    # between two items there is a comma, and after each line a line break
    if len(rest) + len(items) - bool(items) == len(body):
        return None
    if body.count(b":") == rest.count(b":") + items.count(b":"):
        return None
    repeated: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> None:
        names = [name for name, _ in pairs]
        repeated.extend(name for name in names if names.count(name) > 1 and not repeated)

    json.loads(decode_text(body, charset), object_pairs_hook=look, parse_int=str, parse_float=str)
    return repeated[0] if repeated else None


def encode_lines(records: Sequence[Any]) -> bytes:
    r"""Encode records as NDJSON, each line ended by a newline; lone surrogates become escapes (`\udcXX`)."""
    try:
        return _ENCODER.encode_lines(records)
    except UnicodeEncodeError:
        return b"".join(map(_encode_line, records))


def _encode_line(record: Json) -> bytes:
    try:
        return _ENCODER.encode(record) + b"\n"
    except UnicodeEncodeError:
        return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def make_printable(text: str) -> str:
    """Give a text that can be written anywhere: lone surrogates become question marks."""
    return text.encode("utf-8", errors="replace").decode()


def _mend_texts(value: Json) -> Json:
    if isinstance(value, str):
        return _FALSE_PAIR.sub("\ufffd", value)
    if isinstance(value, list):
        return [_mend_texts(item) for item in value]
    if isinstance(value, Mapping):
        return dict(_replace_pairs(value))
    return value


def _replace_pairs(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        yield _LONE_SURROGATE.sub("\ufffd", key), _mend_texts(item)
