"""Athena's error answers: JSON with a type and a message."""

from __future__ import annotations

from sandbox.frame.errors import VendorError


class ApiError(VendorError):
    """An error answer.

    Args:
        status: of HTTP.
        kind: `__type` of the body.
        message: its text.
        more: further members of the body.
    """

    def __init__(self, status: int, kind: str, message: str, **more: str) -> None:
        super().__init__(status, message)
        self.kind = kind
        self.more = more

    def body(self) -> object:
        """Type, further members, and text."""
        return {"__type": self.kind, **self.more, "Message": self.message}


def invalid(message: str, code: str = "") -> ApiError:
    """400: the request can't be carried out."""
    more = {"AthenaErrorCode": code} if code else {}
    return ApiError(400, "InvalidRequestException", message, **more)


def too_many(reason: str = "CONCURRENT_QUERY_LIMIT_EXCEEDED") -> ApiError:
    """400: too many queries at once."""
    text = "You have exceeded the limit for the number of queries you can run concurrently."
    return ApiError(400, "TooManyRequestsException", text, Reason=reason)


def throttled() -> ApiError:
    """400: too many calls."""
    return ApiError(400, "ThrottlingException", "Rate exceeded")


def denied(operation: str) -> ApiError:
    """400: the key lacks a right."""
    who = "User: arn:aws:iam::000000000000:user/sandbox"
    return ApiError(400, "AccessDeniedException", f"{who} is not authorized to perform: athena:{operation}")


def unknown_key() -> ApiError:
    """400: no such access key."""
    return ApiError(
        400, "UnrecognizedClientException", "The security token included in the request is invalid."
    )


def expired() -> ApiError:
    """400: temporary keys that are no longer valid."""
    return ApiError(400, "ExpiredTokenException", "The security token included in the request is expired")


def bad_signature(message: str) -> ApiError:
    """403: the signature does not fit the request."""
    return ApiError(403, "InvalidSignatureException", message)


def unsigned() -> ApiError:
    """403: no signature at all."""
    return ApiError(403, "MissingAuthenticationTokenException", "Missing Authentication Token")


def broken() -> ApiError:
    """500: something broke at AWS."""
    return ApiError(500, "InternalServerException", "An internal error occurred")
