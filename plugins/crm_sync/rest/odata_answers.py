r"""Reads answers of OData 1 to 3, JSON or Atom, into the same objects; what they mean is left to columns.

Sources: www.odata.org, "JSON Verbose Format" and "Atom Format" (v2 and v3), and RFC 4287; read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from crm_sync.rest.decoding import decode_json, is_utf8
from crm_sync.rest.messages import find_path
from crm_sync.rest.xml_answers import decode_xml
from crm_sync.untyped import Json

_DATE = re.compile(r"/Date\((-?\d{1,15})([+-]\d{1,4})?\)/")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""A wall clock's time is counted from it as if the clock were UTC."""
_WHOLE = frozenset({"Edm.Byte", "Edm.SByte", "Edm.Int16", "Edm.Int32"})
"""Types of Atom that are numbers in JSON; 64 bits and decimals are texts in both."""
_PLAIN = frozenset({type(None), bool, int, float})
_ILLEGAL = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]"
    rb"|\xef\xbf[\xbe\xbf]"
    rb"|&#(?:x0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2}|[fF]{3}[eEfF])"
    rb"|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|5529[6-9]|55[3-9]\d\d|56\d\d\d|57[0-2]\d\d|5733\d|5734[0-3]"
    rb"|6553[45]));"
)
"""Characters that XML 1.0 forbids, raw or as a reference: controls, halves of pairs, U+FFFE and U+FFFF."""


def decode_odata(body: bytes, charset: str | None = None) -> dict[str, Any]:
    """Decode an answer with a list.

    Links and metadata are left out. A time without a zone (`/Date(ms)/`) becomes the ISO text that Atom has
    for it, one with an offset gets that offset. Characters that XML forbids are kept, as in JSON.

    Args:
        body: JSON if it begins as such, otherwise Atom.
        charset: that the answer names; None: none.

    Returns:
        `results`, and `next` where the answer names the address of a next page.

    Raises:
        ValueError: it is neither, is not complete, or is no list.
    """
    start = body.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1]
    return _read_json(body, charset) if start in (b"{", b"[") else _read_atom(body, charset)


def _read_json(body: bytes, charset: str | None) -> dict[str, Any]:
    try:
        data = decode_json(body, charset)
    except ValueError as error:
        raise ValueError(f"can't be read: {error}" if "charset" in str(error) else "is no JSON") from None
    inner = data.get("d") if isinstance(data, Mapping) else None
    results = inner.get("results") if isinstance(inner, Mapping) else inner
    if not isinstance(results, list) or (isinstance(data, Mapping) and "error" in data):
        raise ValueError("is OData JSON without the list 'd' or 'd.results'")
    link = inner.get("__next") if isinstance(inner, Mapping) else None
    return {"results": [read_odata_value(one) for one in results], "next": link}


def read_odata_value(value: Json) -> Json:
    """Give a value of JSON without metadata and deferred links, its times as Atom writes them."""
    if isinstance(value, str):
        return _read_date(value) if value[:6] == "/Date(" else value
    if isinstance(value, Mapping):
        # most values are texts, numbers or null, and stay: a page has tens of thousands of them
        return {
            name: one
            if (kind := type(one)) in _PLAIN or (kind is str and one[:6] != "/Date(")
            else read_odata_value(one)
            for name, one in value.items()
            if name != "__metadata" and (type(one) is not dict or "__deferred" not in one)
        }
    return [read_odata_value(one) for one in value] if isinstance(value, list) else value


def _read_date(text: str) -> str:
    """Give the ISO text of a date; one that the calendar lacks stays, so that its column reports it."""
    match = _DATE.fullmatch(text)
    if match is None:
        return text
    try:
        # the number is the wall clock at that offset, written as if it were UTC
        moment = _EPOCH + timedelta(milliseconds=int(match[1]))
        if match[2] is None:
            return _write(moment)
        minutes = int(match[2])
        local = moment + timedelta(minutes=minutes)
        sign, offset = "-" if minutes < 0 else "+", abs(minutes)
        return f"{_write(local)}{sign}{offset // 60:02}:{offset % 60:02}"
    except OverflowError:
        return text


def _write(moment: datetime) -> str:
    whole = moment.replace(tzinfo=None).isoformat(timespec="seconds")
    return f"{whole}.{moment.microsecond // 1000:03}" if moment.microsecond else whole


def _read_atom(body: bytes, charset: str | None) -> dict[str, Any]:
    mark, mended = b"", body
    # in a CDATA section, what looks like a reference is text: such a document is taken as it is
    if is_utf8(charset) and b"<![CDATA[" not in body and _ILLEGAL.search(body):
        mark = _choose_mark(body)
        mended = _ILLEGAL.sub(lambda found: mark + _write_code(found[0]) + mark, body)
    root = decode_xml(mended, charset, attributes=True)
    feed = root.get("feed", {})
    if "feed" not in root or "id" not in feed:
        raise ValueError(f"is XML with '{next(iter(root), '')}' in place of an Atom feed")
    restore = _Restorer(mark.decode())
    entries = [_read_entry(one, restore) for one in _list(feed.get("entry"))]
    links = (one for one in _list(feed.get("link")) if isinstance(one, Mapping))
    return {
        "results": entries,
        "next": next((one.get("@href") for one in links if one.get("@rel") == "next"), None),
    }


class _Restorer:
    """Puts the characters back that XML could not carry."""

    def __init__(self, mark: str) -> None:
        self._marked = re.compile(f"{mark}([0-9A-F]+){mark}") if mark else None

    def __call__(self, text: str) -> str:
        """Give a text as the source has it."""
        return text if self._marked is None else self._marked.sub(lambda found: chr(int(found[1], 16)), text)


def _read_entry(entry: Json, restore: _Restorer) -> dict[str, Any]:
    # a media entry has its properties beside the content
    found = [find_path(entry, path) for path in ("content.properties", "properties")]
    properties = next((one for one in found if isinstance(one, Mapping)), None)
    if properties is None:
        raise ValueError("has an Atom entry without properties")
    return _read_properties(properties, restore)


def _read_properties(properties: Mapping[str, Any], restore: _Restorer) -> dict[str, Any]:
    named = ((name, value) for name, value in properties.items() if not name.startswith(("@", "#")))
    return {name: _read_property(value, restore) for name, value in named}


def _read_property(value: Json, restore: _Restorer) -> Json:
    if isinstance(value, str):
        return restore(value)
    if not isinstance(value, Mapping):
        return value
    if any(not name.startswith(("@", "#")) for name in value):
        return _read_properties(value, restore)
    text, kind = restore(value.get("#text", "")), value.get("@type", "")
    if kind == "Edm.Boolean" and text in ("true", "false"):
        return text == "true"
    return int(text) if kind in _WHOLE and re.fullmatch(r"-?\d{1,10}", text) else text


def _choose_mark(body: bytes) -> bytes:
    """Give a character that is not in the document, to stand around the code of a forbidden one."""
    candidates = (chr(code).encode() for code in range(0xF0000, 0xFFFFD))
    return next(one for one in candidates if one not in body)


def _write_code(found: bytes) -> bytes:
    """Give the code of a character, raw or a reference, as hexadecimal digits."""
    text = found.decode()
    if not text.startswith("&"):
        return f"{ord(text):X}".encode()
    digits = text[2:-1]
    return f"{int(digits[1:], 16) if digits[0] == 'x' else int(digits):X}".encode()


def _list(found: Json) -> list[Any]:
    return found if isinstance(found, list) else [] if found in (None, "") else [found]
