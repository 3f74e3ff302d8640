"""GitHub's error answers. Source: GitHub's docs, and answers quoted in public threads, read 2026-11."""

from __future__ import annotations

from typing import Any

from sandbox.frame.errors import VendorError
from sandbox.frame.messages import Header

_DOCS = "https://docs.github.com/rest"


class ApiError(VendorError):
    """An error answer.

    Args:
        status: HTTP status.
        message: its text.
        headers: further ones.
        more: further keys of the body.
    """

    def __init__(self, status: int, message: str, *headers: Header, **more: Any) -> None:
        super().__init__(status, message, *headers)
        self.more = more

    def body(self) -> object:
        """The text, its page in the docs, the status as a text."""
        return {"message": self.message, **self.more, "documentation_url": _DOCS, "status": str(self.status)}


def bad_credentials() -> ApiError:
    """401: the token is none."""
    return ApiError(401, "Bad credentials")


def no_user_agent() -> ApiError:
    """403: a request has to say who asks (INFERRED text)."""
    return ApiError(
        403,
        "Request forbidden by administrative rules. Please make sure your request has a User-Agent header",
    )


def lacks_permission() -> ApiError:
    """403: the token lacks a right (INFERRED text)."""
    return ApiError(403, "Resource not accessible by personal access token")


def not_found(message: str = "Not Found") -> ApiError:
    """404: nothing there, or nothing that the token may see."""
    return ApiError(404, message)


def no_commit(ref: str) -> ApiError:
    """422: no branch, tag or commit of this name (INFERRED for a list of commits, where it may be a 404)."""
    return ApiError(422, f"No commit found for SHA: {ref}")


def is_empty() -> ApiError:
    """409: a repository without a commit (INFERRED)."""
    return ApiError(409, "Git Repository is empty.")


def too_large(limit: str) -> ApiError:
    """403: more bytes than this form of the answer gives."""
    fault = {"resource": "Blob", "field": "data", "code": "too_large"}
    message = (
        f"This API returns blobs up to {limit} in size. The requested blob is too large to fetch via the API."
    )
    return ApiError(403, message, errors=[fault])


def hour_is_over(status: int, *headers: Header) -> ApiError:
    """403 or 429: the hour's requests are used up."""
    return ApiError(status, "API rate limit exceeded for user ID 1234567.", *headers)


def secondary_limit(status: int, *headers: Header) -> ApiError:
    """403 or 429: too many at once; the hour has requests left."""
    return ApiError(
        status,
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        *headers,
    )
