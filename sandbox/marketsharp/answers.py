"""Writes records as the service does: JSON in one of its two forms, or an Atom feed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from sandbox.frame.messages import Header, Response, encode_json
from sandbox.marketsharp import times
from sandbox.marketsharp.config import MarketSharpConfig
from sandbox.marketsharp.sets import DATETIME, STRING, EntitySet
from sandbox.marketsharp.store import Fields

SERVICE = "http://api4.marketsharpm.com/WcfDataService.svc/"
"""What the service's own links begin with, whatever host was asked."""
_ATOM_TYPE = b"application/atom+xml;charset=utf-8"
_JSON_TYPE = b"application/json;charset=utf-8"
_HEADERS: tuple[Header, ...] = ((b"dataserviceversion", b"1.0;"),)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NAMESPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices" '
    'xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"'
)


def address_of(entity_set: EntitySet, record: Fields) -> str:
    """`Leads('…')`."""
    key = record[entity_set.key]
    return f"{entity_set.name}({key})" if entity_set.has_number else f"{entity_set.name}('{key}')"


def write_json(
    config: MarketSharpConfig,
    entity_set: EntitySet,
    records: Sequence[Fields],
    link: str | None = None,
    count: int | None = None,
) -> Response:
    """A list as JSON; without a next link and a count it may be the short form."""
    listed = [_write_record(entity_set, record) for record in records]
    if config.json_form == "list" and link is None and count is None:
        return Response(200, encode_json({"d": listed}), _JSON_TYPE, _HEADERS)
    inner: dict[str, Any] = {"results": listed}
    inner |= {} if count is None else {"__count": str(count)}
    inner |= {} if link is None else {"__next": link}
    return Response(200, encode_json({"d": inner}), _JSON_TYPE, _HEADERS)


def write_json_entry(entity_set: EntitySet, record: Fields) -> Response:
    """One record as JSON."""
    return Response(200, encode_json({"d": _write_record(entity_set, record)}), _JSON_TYPE, _HEADERS)


def _write_record(entity_set: EntitySet, record: Fields) -> dict[str, Any]:
    uri = SERVICE + address_of(entity_set, record)
    written: dict[str, Any] = {"__metadata": {"uri": uri, "type": f"Example.{entity_set.type_name}"}}
    for name, value in record.items():
        is_time = entity_set.properties.get(name) == DATETIME and value is not None
        written[name] = times.to_json(value) if is_time else value
    for link in entity_set.links:
        written[link] = {"__deferred": {"uri": f"{uri}/{link}"}}
    return written


def write_atom(
    config: MarketSharpConfig,
    entity_set: EntitySet,
    records: Sequence[Fields],
    link: str | None = None,
    count: int | None = None,
    *,
    now: str,
) -> Response:
    """A list as an Atom feed.

    Args:
        config: Settings.
        entity_set: Whose records.
        records: To write.
        link: To the next page; None: there is none, or the service says nothing of it.
        count: Of all records, if it was asked for.
        now: The moment of the answer, which each entry has as `updated`.
    """
    name = entity_set.name
    counted = "" if count is None else f"<m:count>{count}</m:count>"
    head = (
        f'<?xml version="1.0" encoding="utf-8"?><feed xml:base="{SERVICE}" {_NAMESPACES}>{counted}'
        f'<title type="text">{name}</title><id>{SERVICE}{name}</id><updated>{now}</updated>'
        f'<link rel="self" title="{name}" href="{name}"/>'
    )
    entries = "".join(_write_entry(config, entity_set, record, now) for record in records)
    end = "" if link is None else f'<link rel="next" href={quoteattr(link)}/>'
    return Response(200, f"{head}{entries}{end}</feed>".encode(), _ATOM_TYPE, _HEADERS)


def write_atom_entry(config: MarketSharpConfig, entity_set: EntitySet, record: Fields, now: str) -> Response:
    """One record as a document of its own."""
    entry = _write_entry(config, entity_set, record, now).replace("<entry>", f"<entry {_NAMESPACES}>", 1)
    return Response(200, f'<?xml version="1.0" encoding="utf-8"?>{entry}'.encode(), _ATOM_TYPE, _HEADERS)


def write_property(
    config: MarketSharpConfig, entity_set: EntitySet, record: Fields, name: str, *, atom: bool
) -> Response:
    """One property of a record."""
    if not atom:
        return Response(200, encode_json({"d": {name: record.get(name)}}), _JSON_TYPE, _HEADERS)
    written = _write_property(config, name, record.get(name), entity_set.properties[name])
    body = written.replace(f"<d:{name}", f"<d:{name} {_NAMESPACES}", 1)
    return Response(200, body.encode(), b"application/xml;charset=utf-8", _HEADERS)


def _write_entry(config: MarketSharpConfig, entity_set: EntitySet, record: Fields, now: str) -> str:
    address = escape(address_of(entity_set, record))
    links = "".join(f'<link rel="related" title="{one}" href="{address}/{one}"/>' for one in entity_set.links)
    properties = "".join(
        _write_property(config, name, value, entity_set.properties.get(name, STRING))
        for name, value in record.items()
    )
    return (
        f'<entry><id>{SERVICE}{address}</id><title type="text"/><updated>{now}</updated>'
        f'<author><name/></author><link rel="edit" title="{entity_set.type_name}" href="{address}"/>{links}'
        f'<content type="application/xml"><m:properties>{properties}</m:properties></content></entry>'
    )


def _write_property(config: MarketSharpConfig, name: str, value: object, kind: str) -> str:
    typed = "" if kind == STRING else f' m:type="{kind}"'
    if value is None:
        return f'<d:{name}{typed} m:null="true"/>'
    text = str(value).lower() if isinstance(value, bool) else str(value)
    spaced = ' xml:space="preserve"' if text != text.strip() else ""
    return f"<d:{name}{typed}{spaced}>{_escape(config, text)}</d:{name}>"


def _escape(config: MarketSharpConfig, text: str) -> str:
    text = escape(text, {"\r": "&#xD;"})
    return text if config.raw_controls else _FORBIDDEN.sub(lambda found: f"&#x{ord(found[0]):X};", text)
