"""SalesRabbit's error answers; no source shows their bodies, so this shape is a guess (INFERRED)."""

from __future__ import annotations

from sandbox.frame.errors import VendorError
from sandbox.frame.messages import Header


class ApiError(VendorError):
    """An error answer, its status repeated in the body."""

    def body(self) -> object:
        """Code and message."""
        return {"error": {"code": self.status, "message": self.message}}


def unauthorized() -> ApiError:
    """401: the token is missing, wrong or revoked."""
    return ApiError(401, "Unauthorized")


def forbidden() -> ApiError:
    """403: the token's owner may not read this."""
    return ApiError(403, "Forbidden")


def not_found() -> ApiError:
    """404: no such path or record."""
    return ApiError(404, "Not Found")


def unprocessable(message: str) -> ApiError:
    """422: a parameter can't be understood."""
    return ApiError(422, message)


def rate_limited(*headers: Header) -> ApiError:
    """429: too many requests."""
    return ApiError(429, "Too Many Requests", *headers)
