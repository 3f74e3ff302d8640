"""Status codes to errors for vendors without a table of their own; bodies are left to their classifiers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Protocol

from crm_sync.exceptions import (
    AuthenticationError,
    QuotaExhaustedError,
    RateLimitedError,
    SourceError,
    SourceUnavailableError,
    UnexpectedResponseError,
)
from crm_sync.rest.retries import Verdict, parse_retry_after


class Classifier(Protocol):
    """Turns an answer that is no success into an error; also called for redirects that are not followed."""

    def __call__(self, status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
        """Classify one answer.

        Args:
            status: HTTP status, never one from 200 to 299.
            headers: case-insensitive.
            body: as received, may be HTML.
        """
        ...


class Outcome(Enum):
    """What the caller does after a status."""

    AGAIN = SourceUnavailableError
    PAUSE = RateLimitedError
    KEY = AuthenticationError
    STOP = QuotaExhaustedError
    FATAL = UnexpectedResponseError


STATUS_OUTCOMES: Mapping[int, Outcome] = {
    401: Outcome.KEY,
    403: Outcome.KEY,
    408: Outcome.AGAIN,
    423: Outcome.AGAIN,
    425: Outcome.AGAIN,
    429: Outcome.PAUSE,
    500: Outcome.AGAIN,
    502: Outcome.AGAIN,
    503: Outcome.AGAIN,
    504: Outcome.AGAIN,
    520: Outcome.AGAIN,
    521: Outcome.AGAIN,
    522: Outcome.AGAIN,
    523: Outcome.AGAIN,
    524: Outcome.AGAIN,
}
"""Everything else is fatal. 52x are Cloudflare's; read 2026-11."""


def build_error(outcome: Outcome, message: str, *, status: int, request_id: str | None) -> SourceError:
    """Make the error of an outcome."""
    error: SourceError = outcome.value(message, status_code=status, request_id=request_id)
    return error


def classify_by_status(status: int, headers: Mapping[str, str], body: bytes) -> Verdict:  # noqa: ARG001
    """Classify by status alone."""
    outcome = STATUS_OUTCOMES.get(status, Outcome.FATAL)
    error = build_error(outcome, f"the source answered with status {status}", status=status, request_id=None)
    return Verdict(error, parse_retry_after(headers), renews_token=status == 401)
