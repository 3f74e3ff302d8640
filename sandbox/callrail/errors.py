"""CallRail's error answers: a JSON object with one text, as clients expect it (not published)."""

from __future__ import annotations

from sandbox.frame.messages import Header, Response, json_response


class ApiError(Exception):
    """An error answer.

    Args:
        status: HTTP status.
        message: Text of the body's `error`.
        headers: Further headers of the answer.
    """

    def __init__(self, status: int, message: str, *headers: Header) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers

    def to_response(self) -> Response:
        """The answer."""
        return json_response(self.status, {"error": self.message}, *self.headers)


def unauthorized(*, as_text: bool) -> Response:
    """401 for a missing or unknown key."""
    if as_text:
        return Response(401, b"HTTP Token: Access denied.\n", b"text/plain; charset=utf-8")
    return ApiError(401, "Invalid API key").to_response()


def forms_off() -> ApiError:
    """403 of an account without Form Tracking."""
    return ApiError(403, "Form Tracking is not enabled for any company in this account.")


def not_found() -> ApiError:
    """404 for an unknown path, account or record."""
    return ApiError(404, "Not Found")


def too_old(status: int) -> ApiError:
    """The window reaches past the retention."""
    return ApiError(
        status, "Data older than 25 months is not available. Please request a narrower date range."
    )


def rate_limited(*headers: Header) -> ApiError:
    """429: an hour's or a day's requests are used up."""
    return ApiError(429, "Rate limit exceeded. Please try again later.", *headers)
