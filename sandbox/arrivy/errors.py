"""Arrivy's error answers.

Source: the vendor's table of codes and messages (400, 404), read 2026-11; the other bodies are inferred.
"""

from __future__ import annotations

from sandbox.frame.messages import Header, Response, json_response


class ApiError(Exception):
    """An error answer; the router turns it into a response.

    Args:
        status: HTTP status.
        message: The code in capitals.
        description: What it means; `None` leaves it out.
    """

    def __init__(self, status: int, message: str, description: str | None = None) -> None:
        super().__init__(description or message)
        self.status = status
        self.message = message
        self.description = description
        self.headers: tuple[Header, ...] = ()

    def to_response(self) -> Response:
        """The error's body."""
        body = {"message": self.message}
        if self.description is not None:
            body["description"] = self.description
        return json_response(self.status, body, *self.headers)


def invalid_value(name: str, expected: str) -> ApiError:
    """400 for a parameter that can't be read."""
    return ApiError(400, "INVALID_VALUE", f"{name} is not {expected}")


def unauthorized() -> ApiError:
    """401 for a missing or wrong key or token."""
    return ApiError(401, "UNAUTHORIZED", "Authentication required")


def forbidden() -> ApiError:
    """403 for a key without the right."""
    return ApiError(403, "FORBIDDEN", "Permission denied")


def not_found(what: str) -> ApiError:
    """404 for a record or a module that the account does not have."""
    return ApiError(404, "NOT_FOUND", f"{what} not found")


def rate_limited(*headers: Header) -> ApiError:
    """429; the headers may say how long to wait."""
    error = ApiError(429, "RATE_LIMIT_EXCEEDED")
    error.headers = headers
    return error
