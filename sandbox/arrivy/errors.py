"""Arrivy's error answers.

Source: the vendor's table of codes and messages (400, 404), read 2026-11; the other bodies are inferred.
"""

from __future__ import annotations

from sandbox.frame.errors import VendorError
from sandbox.frame.messages import Header


class ApiError(VendorError):
    """An error answer.

    Args:
        status: HTTP status.
        message: The code in capitals.
        headers: Further headers of the answer.
        description: What it means; `None` leaves it out.
    """

    def __init__(self, status: int, message: str, *headers: Header, description: str | None = None) -> None:
        super().__init__(status, message, *headers)
        self.description = description

    def body(self) -> object:
        """Code and description."""
        return {"message": self.message} | (
            {} if self.description is None else {"description": self.description}
        )


def invalid_value(name: str, expected: str) -> ApiError:
    """400 for a parameter that can't be read."""
    return ApiError(400, "INVALID_VALUE", description=f"{name} is not {expected}")


def unauthorized() -> ApiError:
    """401 for a missing or wrong key or token."""
    return ApiError(401, "UNAUTHORIZED", description="Authentication required")


def forbidden() -> ApiError:
    """403 for a key without the right."""
    return ApiError(403, "FORBIDDEN", description="Permission denied")


def not_found(what: str) -> ApiError:
    """404 for a record or a module that the account does not have."""
    return ApiError(404, "NOT_FOUND", description=f"{what} not found")


def rate_limited(*headers: Header) -> ApiError:
    """429; the headers may say how long to wait."""
    return ApiError(429, "RATE_LIMIT_EXCEEDED", *headers)
