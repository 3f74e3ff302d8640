"""Google's error answers. Source: Google's error model and answers quoted in public threads, read 2026-11."""

from __future__ import annotations

from typing import Any

from sandbox.frame.errors import VendorError
from sandbox.frame.messages import Header, Response, json_response

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
_INFO = "type.googleapis.com/google.rpc.ErrorInfo"


class ApiError(VendorError):
    """An error answer.

    Args:
        status: HTTP status.
        message: its text.
        headers: further ones.
        reason: of the ErrorInfo in its details; empty: it has no details.
        word: instead of the status's usual word.
    """

    def __init__(
        self, status: int, message: str, *headers: Header, reason: str = "", word: str = "", **facts: str
    ) -> None:
        super().__init__(status, message, *headers)
        self.reason, self.word, self.facts = reason, word or _STATUS[status], facts

    def body(self) -> object:
        """Code, message, status and, where there is more to say, details."""
        error: dict[str, Any] = {"code": self.status, "message": self.message, "status": self.word}
        if self.reason:
            info = {"@type": _INFO, "reason": self.reason, "domain": "googleapis.com", "metadata": self.facts}
            error["details"] = [info]
        return {"error": error}


def unauthenticated() -> ApiError:
    """401: no token, an unknown one or an old one (INFERRED text)."""
    return ApiError(
        401,
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or "
        "other valid authentication credential.",
    )


def wrong_key() -> ApiError:
    """400: the API key is none."""
    message = "API key not valid. Please pass a valid API key."
    return ApiError(400, message, reason="API_KEY_INVALID", service="sheets.googleapis.com")


def not_shared() -> ApiError:
    """403: the caller may not read the file."""
    return ApiError(403, "The caller does not have permission")


def not_found() -> ApiError:
    """404: no such file, path, or one that the caller may not know of."""
    return ApiError(404, "Requested entity was not found.")


def lacks_scope() -> ApiError:
    """403: the token was asked for without the scope."""
    message = "Request had insufficient authentication scopes."
    return ApiError(403, message, reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT")


def disabled(service: str) -> ApiError:
    """403: the API is not enabled in the project of the key."""
    api = f"Google {service.capitalize()} API"
    message = f"{api} has not been used in project 123456789012 before or it is disabled."
    return ApiError(403, message, reason="SERVICE_DISABLED", service=f"{service}.googleapis.com")


def is_excel() -> ApiError:
    """400: an Excel file in Drive (INFERRED)."""
    message = "This operation is not supported for this document"
    return ApiError(400, message, word="FAILED_PRECONDITION")


def rate_limited(*headers: Header) -> ApiError:
    """429: more requests in a minute than one user may send; without Retry-After."""
    return ApiError(
        429,
        "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of "
        "service 'sheets.googleapis.com' for consumer 'project_number:123456789012'.",
        *headers,
        reason="RATE_LIMIT_EXCEEDED",
        quota_limit="ReadRequestsPerMinutePerUser",
        service="sheets.googleapis.com",
    )


def refuse_token(status: int, code: str, text: str) -> Response:
    """The token endpoint's own shape of an error."""
    return json_response(status, {"error": code, "error_description": text})
