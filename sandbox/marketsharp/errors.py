"""The framework's error answers, in JSON or XML as the request asked."""

from __future__ import annotations

from xml.sax.saxutils import escape

from sandbox.frame.messages import Header, Response, json_response

XML_TYPE = b"application/xml;charset=utf-8"
_METADATA = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"


class ApiError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, message: str, *headers: Header) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers

    def to_response(self, *, atom: bool = False) -> Response:
        """The answer."""
        if not atom:
            body = {"error": {"code": "", "message": {"lang": "en-US", "value": self.message}}}
            return json_response(self.status, body, *self.headers)
        return Response(self.status, write_error(self.message), XML_TYPE, self.headers)


def write_error(message: str) -> bytes:
    """An error as XML; it is also what is appended where an answer breaks off."""
    text = f'<?xml version="1.0" encoding="utf-8"?><error xmlns="{_METADATA}"><code></code>'
    return f'{text}<message xml:lang="en-US">{escape(message)}</message></error>'.encode()


def unauthorized() -> ApiError:
    """No signature, a wrong one, or one of another time."""
    return ApiError(401, "Authorization failed.")


def forbidden() -> ApiError:
    """The plan has no API."""
    return ApiError(403, "The account may not use the API.")


def overloaded() -> ApiError:
    """Too much at once."""
    return ApiError(503, "The service is unavailable.")


def no_segment(name: str) -> ApiError:
    """No such set."""
    return ApiError(404, f"Resource not found for the segment '{name}'.")


def no_property(name: str, type_name: str, at: int) -> ApiError:
    """A filter or an order names what the set lacks."""
    return ApiError(400, f"No property '{name}' exists in type 'Example.{type_name}' at position {at}.")


def syntax(text: str, at: int) -> ApiError:
    """A filter or an order that can't be read."""
    return ApiError(400, f"Syntax error at position {at} in '{text[:200]}'.")
