"""The bucket of results: the CSV that Athena writes for each query, by S3's GET and HEAD of an object.

Ranges, versions (ETag, If-Match) and refusals are S3's; a refusal is XML, not Athena's JSON.
"""

from __future__ import annotations

import hashlib
import re

from sandbox.frame.errors import VendorError
from sandbox.frame.messages import Request, Response
from sandbox.salespro.errors import ApiError
from sandbox.salespro.store import Query, Store

_XML = b"application/xml"
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_CODES = {
    "UnrecognizedClientException": (403, "InvalidAccessKeyId"),
    "ExpiredTokenException": (400, "ExpiredToken"),
    "InvalidSignatureException": (403, "SignatureDoesNotMatch"),
    "AccessDeniedException": (403, "AccessDenied"),
}
"""By Athena's word, S3's for the same."""


def get_object(store: Store, request: Request) -> Response:
    """The object at a path of the form /bucket/key, or a range of it."""
    wanted = f"s3:/{request.path}"
    query = next((one for one in store.queries.values() if one.output == wanted), None)
    if query is None or query.state != "SUCCEEDED":
        return refuse(404, "NoSuchKey", "The specified key does not exist.")
    content = query.content = query.content or write_csv(query)
    etag = f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'.encode()
    if (wanted_etag := request.header(b"if-match")) not in (None, etag.decode()):
        return refuse(412, "PreconditionFailed", f"the object is not {wanted_etag}")
    headers = ((b"etag", etag), (b"accept-ranges", b"bytes"))
    found = _RANGE.fullmatch(request.header(b"range") or "")
    if found is None:
        return Response(200, content, b"application/octet-stream", headers)
    start, end = int(found[1]), min(int(found[2] or len(content)) + 1, len(content))
    if start >= len(content):
        return refuse(416, "InvalidRange", "The requested range is not satisfiable")
    told = f"bytes {start}-{end - 1}/{len(content)}".encode()
    return Response(
        206, content[start:end], b"application/octet-stream", (*headers, (b"content-range", told))
    )


def refuse(status: int, code: str, message: str) -> Response:
    """An answer of S3 that refuses."""
    inner = f"<Code>{code}</Code><Message>{message}</Message>"
    text = f'<?xml version="1.0" encoding="UTF-8"?><Error>{inner}</Error>'
    return Response(status, text.encode(), _XML)


def to_s3(error: VendorError) -> Response:
    """A refusal of the doorkeeper in S3's words."""
    kind = error.kind if isinstance(error, ApiError) else ""
    return refuse(*_CODES.get(kind, (error.status, "AccessDenied")), error.message)


def write_csv(query: Query) -> bytes:
    """All cells in quotes, but a null without any: that is how the two are told apart."""
    rows: list[tuple[str | None, ...]] = [tuple(name for name, _ in query.columns), *query.rows]
    return "".join(f"{','.join(map(_write_cell, row))}\n" for row in rows).encode("utf-8", "replace")


def _write_cell(cell: str | None) -> str:
    return "" if cell is None else f'"{cell.replace(chr(34), chr(34) * 2)}"'
