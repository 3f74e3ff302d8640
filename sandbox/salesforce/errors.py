"""Salesforce's error answers: an array for calls of data, an object for tokens.

Source: Salesforce REST API guide, status codes and error responses, and code of public connectors, read
2026-11; the texts that nobody wrote down are guesses.
"""

from __future__ import annotations

from sandbox.frame.errors import VendorError
from sandbox.frame.messages import Response, json_response


class ApiError(VendorError):
    """An error answer.

    Args:
        status: HTTP status.
        code: What a client looks at.
        message: Text of the body.
        fields: Names of the fields that it is about; none leaves them out.
    """

    def __init__(self, status: int, code: str, message: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(status, message)
        self.code = code
        self.fields = fields

    def body(self) -> object:
        """One error in an array."""
        error: dict[str, object] = {"message": self.message, "errorCode": self.code}
        return [error | ({"fields": list(self.fields)} if self.fields else {})]


def invalid_session() -> ApiError:
    """401: no token, an unknown one, or a session that is over."""
    return ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")


def invalid_auth_header() -> ApiError:
    """401: a header that is not a bearer token."""
    return ApiError(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")


def requests_used_up() -> ApiError:
    """403, and not 429: the calls of the day are used up."""
    return ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")


def too_many_at_once() -> ApiError:
    """403: too many long calls at the same time; over in seconds."""
    message = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
    return ApiError(403, "REQUEST_LIMIT_EXCEEDED", message)


def jobs_used_up() -> ApiError:
    """400: the query jobs of the day are used up."""
    return ApiError(400, "LIMIT_EXCEEDED", "Max query jobs per rolling 24 hours exceeded.")


def not_found() -> ApiError:
    """404: no such path, record or job."""
    return ApiError(404, "NOT_FOUND", "The requested resource does not exist")


def no_access() -> ApiError:
    """403: the user lacks a permission."""
    return ApiError(403, "INSUFFICIENT_ACCESS", "insufficient access rights on object id")


def api_disabled() -> ApiError:
    """403: the edition or the user has no API."""
    return ApiError(403, "API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner")


def malformed_query(message: str) -> ApiError:
    """400: text that is no SOQL, or SOQL that the fake does not know."""
    return ApiError(400, "MALFORMED_QUERY", message)


def invalid_field(message: str) -> ApiError:
    """400: a field that is not there, not visible, or not used as its type wants."""
    return ApiError(400, "INVALID_FIELD", message)


def invalid_type(name: str) -> ApiError:
    """400: an object that is not there or that the user may not see."""
    message = (
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to "
        "append the '__c' after the entity name. Please reference your WSDL or the describe call for the "
        "appropriate names."
    )
    return ApiError(400, "INVALID_TYPE", message)


def invalid_locator() -> ApiError:
    """400: a position that is too old, dropped or made up."""
    return ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")


def query_timeout() -> ApiError:
    """400: the query took more than two minutes."""
    return ApiError(400, "QUERY_TIMEOUT", "Your query request was running for too long.")


def too_large() -> ApiError:
    """400: more rows than the query may touch."""
    return ApiError(400, "OPERATION_TOO_LARGE", "exceeded 100000 distinct who/what's")


def too_many_ids() -> ApiError:
    """400: more ids than a log gives at once."""
    return ApiError(400, "EXCEEDED_ID_LIMIT", "exceeded the limit of 600000 ids")


def not_enabled() -> ApiError:
    """403: the org lacks the feature."""
    return ApiError(403, "FUNCTIONALITY_NOT_ENABLED", "This feature is not currently enabled for this user.")


def server_error() -> ApiError:
    """500 with the usual text."""
    message = "An unexpected error occurred. Please include this ErrorId if you contact support: 1234567890-1"
    return ApiError(500, "UNKNOWN_EXCEPTION", message)


def unavailable() -> ApiError:
    """503: the instance is being looked after."""
    return ApiError(503, "SERVER_UNAVAILABLE", "Server Unavailable")


def refuse_token(error: str, description: str) -> Response:
    """400 of the token endpoint."""
    return json_response(400, {"error": error, "error_description": description})
