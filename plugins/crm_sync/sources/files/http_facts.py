"""What an HTTP answer says about the version of a file, and when "not modified" is believed."""

from __future__ import annotations

from datetime import timedelta
from email.message import Message

import requests

from crm_sync.rest.retries import parse_http_date
from crm_sync.sources.files.http_body import CopiedBody
from crm_sync.sources.files.store import FileFacts

_SETTLED = timedelta(seconds=60)
"""A file that was written just before it was read may be written again within the same second, with the same
ETag (many servers make it of second and size). Source: RFC 9110, 8.8.2.2, read 2026-11-29."""


def build_facts(file: FileFacts, response: requests.Response, body: CopiedBody) -> FileFacts:
    """Note what is known about a version that was fetched."""
    content_type = Message()
    content_type["Content-Type"] = response.headers.get("Content-Type", "")
    last_modified = response.headers.get("Last-Modified")
    is_settled = _is_settled(response)
    return FileFacts(
        file.name,
        size=body.size,
        modified_at=parse_http_date(last_modified),
        etag=response.headers.get("ETag") if is_settled else None,
        last_modified=last_modified if is_settled else None,
        charset=content_type.get_content_charset(),
        is_length_told=body.is_length_told,
    )


def build_conditions(known: FileFacts | None) -> dict[str, str]:
    """Give the headers that ask for the file only if it is not the known version."""
    if known is None:
        return {}
    headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in headers.items() if value}


def is_confirmed(response: requests.Response, known: FileFacts) -> bool:
    """Tell whether a 304 is about the known version.

    To "since" alone, a server also answers so when the file was replaced by an older one: then the answer has
    to name the time itself.
    """
    etag, last_modified = response.headers.get("ETag"), response.headers.get("Last-Modified")
    if known.etag is not None:
        return etag is None or etag.removeprefix("W/") == known.etag.removeprefix("W/")
    return last_modified == known.last_modified


def _is_settled(response: requests.Response) -> bool:
    modified_at = parse_http_date(response.headers.get("Last-Modified"))
    answered_at = parse_http_date(response.headers.get("Date"))
    if modified_at is None:
        return True
    return answered_at is not None and answered_at - modified_at >= _SETTLED
