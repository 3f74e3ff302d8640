"""Pipedrive's error answers; texts that nobody has shown are marked INFERRED in the vendor facts."""

from __future__ import annotations

from sandbox.frame.errors import VendorError
from sandbox.frame.messages import Header


class ApiError(VendorError):
    """An error answer in the general envelope."""

    def __init__(self, status: int, message: str, *headers: Header, **more: object) -> None:
        super().__init__(status, message, *headers)
        self.more = more

    def body(self) -> object:
        """`success: false` and the text."""
        usual = {"success": False, "error": self.message}
        if "errorCode" in self.more or "code" in self.more:
            return {**usual, **self.more}
        info = "Please check developers.pipedrive.com for more information"
        return {**usual, "error_info": info, "data": None, "additional_data": None}


def invalid(message: str) -> ApiError:
    """400: a parameter that v2 does not take."""
    return ApiError(400, f"Validation failed: {message}", code="ERR_SCHEMA_VALIDATION_FAILED")


def bad_request(message: str) -> ApiError:
    """400 of v1."""
    return ApiError(400, message)


def unauthorized() -> ApiError:
    """401: the key is missing, wrong, revoked or expired."""
    info = "Please check developers.pipedrive.com"
    return ApiError(401, "unauthorized access", errorCode=401, error_info=info)


def closed() -> ApiError:
    """402: the company's account is not open."""
    return ApiError(402, "Company account is not open")


def forbidden() -> ApiError:
    """403: the key lacks a scope."""
    return ApiError(403, "Scope and URL mismatch", errorCode=403)


def not_found(what: str = "Resource") -> ApiError:
    """404: no such path or record."""
    return ApiError(404, f"{what} not found")


def retired(status: int) -> ApiError:
    """A v1 endpoint that is no more."""
    return ApiError(status, "This endpoint is no longer available; use API v2")


def rate_limited(*headers: Header) -> ApiError:
    """429: too many calls in two seconds, or the day's tokens are used up."""
    return ApiError(429, "request over limit", *headers, errorCode=429)
