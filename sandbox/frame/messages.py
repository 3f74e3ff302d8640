"""One HTTP request as a vendor's fake sees it, and the answer it gives.

Sending the answer over a connection is the app's work.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import msgspec

Header = tuple[bytes, bytes]
JSON_TYPE = b"application/json;charset=utf-8"
HTML_TYPE = b"text/html; charset=UTF-8"
_ENCODER = msgspec.json.Encoder()


class BadRequestBodyError(ValueError):
    """The request body is not the JSON or form that the endpoint needs."""


class Request:
    """A request with lazily parsed query and body.

    Args:
        scope: The ASGI scope.
        body: The whole request body.
        arrived_s: Monotonic seconds when it was complete; rate windows and the log both count by it.
    """

    __slots__ = ("_query", "arrived_s", "body", "headers", "method", "path", "query_string", "raw_path")

    def __init__(self, scope: Mapping[str, Any], body: bytes, arrived_s: float = 0.0) -> None:
        self.arrived_s = arrived_s
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.raw_path: bytes = scope.get("raw_path") or self.path.encode()
        self.query_string: bytes = scope["query_string"]
        self.headers: list[Header] = scope["headers"]
        self.body = body
        self._query: dict[str, list[str]] | None = None

    @property
    def query(self) -> dict[str, list[str]]:
        """Query parameters, blank values kept."""
        if self._query is None:
            self._query = parse_qs(self.query_string.decode("latin-1"), keep_blank_values=True)
        return self._query

    @property
    def request_line_length(self) -> int:
        """Characters of the request line, as a proxy in front of the vendor counts them."""
        return len(self.method) + len(self.raw_path) + len(self.query_string) + len(" ? HTTP/1.1")

    def param(self, name: str) -> str | None:
        """First value of a query parameter; `None` when it was not sent."""
        values = self.query.get(name)
        return values[0] if values else None

    def header(self, name: bytes) -> str | None:
        """First header of that lower-case name, or `None`."""
        for key, value in self.headers:
            if key == name:
                return value.decode("latin-1")
        return None

    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            BadRequestBodyError: It is not JSON, or not an object.
        """
        try:
            payload = json.loads(self.body or b"{}")
        except ValueError as error:
            message = "Invalid input JSON on line 1, column 1"
            raise BadRequestBodyError(message) from error
        if not isinstance(payload, dict):
            message = "Invalid input JSON: an object is expected"
            raise BadRequestBodyError(message)
        return payload

    def form(self) -> dict[str, str]:
        """The body as a URL-encoded form; the last value of a name counts."""
        fields = parse_qs(self.body.decode("latin-1"), keep_blank_values=True)
        return {name: values[-1] for name, values in fields.items()}


@dataclass(slots=True)
class Response:
    """An answer and how it is delivered."""

    status: int
    body: bytes = b""
    content_type: bytes = JSON_TYPE
    headers: tuple[Header, ...] = ()
    delay_s: float = 0.0
    """Waiting time before the first byte, beside the fake's general latency."""
    drip_s: float = 0.0
    """Above 0: the body is sent in small pieces spread over this many seconds."""
    reset: bool = False
    """The connection is reset instead of answered."""
    cut_at: int | None = None
    """Body bytes after which the connection is closed although more were announced."""
    chunked: bool = False
    """The answer does not say how long it is."""


def encode_json(payload: object) -> bytes:
    """JSON bytes; lone surrogates, which UTF-8 can't hold, travel as escapes."""
    try:
        return _ENCODER.encode(payload)
    except UnicodeEncodeError:
        return json.dumps(payload, separators=(",", ":")).encode("ascii")


def json_response(status: int, payload: object, *headers: Header) -> Response:
    """An `application/json` answer."""
    return Response(status, encode_json(payload), headers=headers)


def html_response(status: int, title: str) -> Response:
    """A short HTML page, as proxies in front of an API answer."""
    page = f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
    return Response(
        status, (page + "<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n").encode(), HTML_TYPE
    )
