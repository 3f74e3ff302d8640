"""CallRail's error answers: a JSON object with one text, as clients expect it (not published)."""

from __future__ import annotations

from sandbox.frame.errors import VendorError
from sandbox.frame.messages import Header, Response


class ApiError(VendorError):
    """An error answer."""

    def body(self) -> object:
        """One text."""
        return {"error": self.message}


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
