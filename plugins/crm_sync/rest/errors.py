"""Status codes to errors, in the words of config; vendors with a language of their own bring a classifier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from crm_sync.config.rest_config import ErrorWords
from crm_sync.exceptions import (
    AuthenticationError,
    QuotaExhaustedError,
    RateLimitedError,
    SourceError,
    SourceUnavailableError,
    UnexpectedResponseError,
)
from crm_sync.rest.decoding import decode_json, make_printable, read_charset
from crm_sync.rest.messages import find_path
from crm_sync.rest.retries import Verdict, parse_retry_after

_SHOWN_CHARS = 300


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
    error: SourceError = outcome.value(make_printable(message), status_code=status, request_id=request_id)
    return error


@dataclass(frozen=True)
class WordedClassifier:
    """Classifies by status, and says what the status means and what the vendor's own body says.

    Args:
        words: from config.
    """

    words: ErrorWords = field(default_factory=ErrorWords)

    def __call__(self, status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
        """Classify one answer."""
        outcome = STATUS_OUTCOMES.get(status, Outcome.FATAL)
        request_id = headers.get("X-Request-Id")
        error = build_error(
            outcome, self._describe(status, headers, body), status=status, request_id=request_id
        )
        wait_s = parse_retry_after(headers)
        if isinstance(error, RateLimitedError):
            error.retry_after_s = wait_s
            wait_s = self.words.pause_s if wait_s is None else wait_s
        return Verdict(error, wait_s, renews_token=status == 401)

    def _describe(self, status: int, headers: Mapping[str, str], body: bytes) -> str:
        words, facts = self.words, read_body(body, headers)
        code, text = (find_path(facts, path) if path else None for path in (words.code_path, words.text_path))
        said = f"{words.vendor} answered {status}" + (f" {code}"[:_SHOWN_CHARS] if code else "")
        parts = [said, words.meanings.get(status, "")]
        if status in words.quoted and isinstance(text, str):
            parts.append(text[:_SHOWN_CHARS])
        return ": ".join(part for part in parts if part)


def read_body(body: bytes, headers: Mapping[str, str]) -> object:
    """Decode the body of an answer that is no success; None: it is no JSON."""
    try:
        return decode_json(body, read_charset(headers.get("Content-Type")))
    except ValueError:
        return None
