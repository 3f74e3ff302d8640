"""HubSpot's error answers.

Source: HubSpot API reference "Error handling" and "API usage guidelines", read 2026-11.
"""

from __future__ import annotations

from typing import Any

from sandbox.frame.messages import Header, Response, json_response

SCOPES_LINK = "https://developers.hubspot.com/scopes"


class ApiError(Exception):
    """An error answer; the router turns it into a response.

    Args:
        status: HTTP status.
        message: The envelope's message.
        category: The envelope's category; `None` leaves it out.
        **fields: Further fields of the envelope.
    """

    def __init__(self, status: int, message: str, category: str | None, **fields: Any) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.category = category
        self.fields = fields
        self.headers: tuple[Header, ...] = ()

    def to_response(self, correlation_id: str) -> Response:
        """The common error envelope."""
        envelope: dict[str, Any] = {
            "status": "error",
            "message": self.message,
            "correlationId": correlation_id,
        }
        envelope |= self.fields
        if self.category is not None:
            envelope["category"] = self.category
        if "policyName" in envelope:
            envelope["requestId"] = correlation_id
        return json_response(self.status, envelope, *self.headers)


def validation_error(message: str, *, code: str | None = None, **context: list[str]) -> ApiError:
    """400: the request is wrong and will stay wrong."""
    if code is None:
        return ApiError(400, message, "VALIDATION_ERROR")
    return ApiError(
        400, message, "VALIDATION_ERROR", errors=[{"message": message, "code": code, "context": context}]
    )


def not_found() -> ApiError:
    """404 for a record or resource."""
    return ApiError(404, "resource not found", "OBJECT_NOT_FOUND")


def unknown_type(name: str) -> ApiError:
    """400 for an object type that does not exist."""
    return validation_error(f"Unable to infer object type from: {name}")


def invalid_authentication() -> ApiError:
    """401 for a missing or unknown token."""
    return ApiError(
        401,
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find "
        "more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
        "INVALID_AUTHENTICATION",
    )


def expired_authentication(age_s: int, expired_at: str) -> ApiError:
    """401 for an OAuth token that expired `age_s` seconds ago."""
    return ApiError(
        401,
        f"The OAuth token used to make this call expired {age_s} second(s) ago.",
        "EXPIRED_AUTHENTICATION",
        context={"expire time": [expired_at]},
    )


def missing_scopes(scopes: tuple[str, ...]) -> ApiError:
    """403 that names the scopes of which one is needed."""
    return ApiError(
        403,
        "This app hasn't been granted all required scopes to make this call. "
        f"Read more about required scopes here: {SCOPES_LINK}.",
        "MISSING_SCOPES",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": list(scopes)},
            }
        ],
        links={"scopes": SCOPES_LINK},
    )


def search_limit_reached() -> ApiError:
    """429 of the search window; it has no `Retry-After`."""
    return ApiError(429, "You have reached your secondly limit.", "RATE_LIMITS")


def burst_limit_reached() -> ApiError:
    """429 of the ten-second window."""
    message = "You have reached your ten_secondly_rolling limit."
    return ApiError(429, message, None, errorType="RATE_LIMIT", policyName="TEN_SECONDLY_ROLLING")


def daily_limit_reached() -> ApiError:
    """429 of the daily quota; waiting seconds does not help."""
    return ApiError(
        429, "You have reached your daily limit.", None, errorType="RATE_LIMIT", policyName="DAILY"
    )
