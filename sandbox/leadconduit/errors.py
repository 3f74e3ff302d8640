"""LeadConduit's error answers: an object with one text; only that of 401 has been seen (others INFERRED)."""

from __future__ import annotations

from sandbox.frame.errors import VendorError
from sandbox.frame.messages import Header


class ApiError(VendorError):
    """An error answer."""

    def body(self) -> object:
        """One text."""
        return {"error": self.message}


def unauthorized() -> ApiError:
    """401: no key, a wrong one, one that was reset, or the key of a free account."""
    return ApiError(401, "authentication failed")


def forbidden() -> ApiError:
    """403: the key's user may not read this."""
    return ApiError(403, "permission denied")


def not_found() -> ApiError:
    """404: no such path or event."""
    return ApiError(404, "not found")


def bad_request(message: str) -> ApiError:
    """400: a parameter can't be."""
    return ApiError(400, message)


def rate_limited(*headers: Header) -> ApiError:
    """429: too many requests."""
    return ApiError(429, "too many requests", *headers)
