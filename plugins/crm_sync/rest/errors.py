"""Status codes to errors, in the words of config."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from crm_sync.config.error_words import ErrorRule, ErrorWords
from crm_sync.exceptions import (
    AuthenticationError,
    NoJobError,
    QuotaExhaustedError,
    RateLimitedError,
    SourceError,
    SourceUnavailableError,
    StaleFieldsError,
    StalePositionError,
    TooMuchError,
    UnexpectedResponseError,
)
from crm_sync.fields.key_paths import split_path
from crm_sync.rest.decoding import decode_json, make_printable, read_charset
from crm_sync.rest.retries import Failure, parse_pause, parse_reset, parse_retry_after
from crm_sync.rest.xml_answers import decode_xml

_SHOWN_CHARS = 300


class Classifier(Protocol):
    """Turns an unsuccessful answer into an error; also called for redirects that are not followed."""

    def __call__(self, status: int, headers: Mapping[str, str], body: bytes) -> Failure:
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
    RESTART = StalePositionError
    REDISCOVER = StaleFieldsError
    NARROW = TooMuchError
    BY_PAGES = NoJobError
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
    """Classifies by status; the error explains the status and quotes the vendor's own body.

    Args:
        words: from config.
        account: who asks, for meanings that name it; empty: the key alone knows.
    """

    words: ErrorWords = field(default_factory=ErrorWords)
    account: str = ""

    def __call__(self, status: int, headers: Mapping[str, str], body: bytes) -> Failure:
        """Classify one answer."""
        facts = self._read(headers, body)
        code = next(iter(_find_texts(facts, self.words.code_path)), None)
        texts = _find_texts(facts, self.words.text_path)
        rule = next((one for one in self.words.rules if _fits(one, status, headers, code, texts)), None)
        outcome = (
            STATUS_OUTCOMES.get(status, Outcome.FATAL) if rule is None else Outcome[rule.outcome.upper()]
        )
        request_id = next(iter(_find_texts(facts, self.words.request_id_path)), None)
        request_id = request_id or headers.get(self.words.request_id_header)
        message = self._describe(status, code, next(iter(texts), None), rule, self._list_rights(facts))
        error = build_error(outcome, message, status=status, request_id=request_id)
        wait_s = asked_s = parse_retry_after(headers)
        if wait_s is None and isinstance(error, RateLimitedError):
            wait_s = parse_pause(headers, self.words.pause_header)
        if wait_s is None and rule is not None:
            until_s = parse_reset(headers, rule.pause_until_header)
            wait_s = rule.pause_s if until_s is None else until_s
        if isinstance(error, RateLimitedError):
            error.retry_after_s = asked_s
            error.limit_name = rule.limit if rule is not None else ""
            wait_s = self.words.pause_s if wait_s is None else wait_s
        renews = rule.renews_token if rule is not None else None
        grows = rule is not None and rule.pause_grows and asked_s is None and wait_s is not None
        return Failure(
            error,
            wait_s,
            grows,
            status == 401 if renews is None else renews,
            wait_doubles=rule is not None and rule.pause_doubles and asked_s is None and wait_s is not None,
            renews_session=rule is not None and rule.renews_session,
            stop_after=rule.stop_after if rule is not None else 0,
            least_wait_s=(rule.pause_s or 0.0) if rule is not None else 0.0,
        )

    def is_fault(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Say whether an answer with a status of success is an error all the same."""
        found = find_in(self._read(headers, body), self.words.fault_path) if self.words.fault_path else None
        return found not in (None, False, "", [], {})

    def _read(self, headers: Mapping[str, str], body: bytes) -> object:
        if self.words.format != "xml":
            found = read_body(body, headers)
            if found is not None or self.words.format == "json":
                return found
        try:
            return decode_xml(body, read_charset(headers.get("Content-Type")))
        except ValueError:
            return None

    def _list_rights(self, facts: object) -> list[str]:
        found = (one for path in self.words.rights_paths for one in find_all(facts, path))
        return [str(right) for one in found if isinstance(one, list | str) for right in _as_list(one)]

    def _describe(
        self, status: int, code: str | None, text: str | None, rule: ErrorRule | None, rights: Sequence[str]
    ) -> str:
        words = self.words
        said = f"{words.vendor} answered {status}" + (f" {code}"[:_SHOWN_CHARS] if code else "")
        if rights:
            return f"{said}: {words.rights_means} {' or '.join(rights)}"
        means = (rule.means if rule else "") or words.meanings.get(status, "")
        parts = [said, means.replace("{account}", self.account or "the key's owner")]
        if status in words.quoted and text is not None:
            parts.append(text[:_SHOWN_CHARS])
        return ": ".join(part for part in parts if part)


def find_in(data: object, path: str) -> object:
    """Follow a dotted path through objects and, where a key is a number, lists; None where it ends early."""
    return next(iter(find_all(data, path)), None)


def find_all(data: object, path: str) -> list[object]:
    """Follow a dotted path like `find_in`, to all places that it leads to: `*` is each item of a list."""
    found = [data]
    for key in split_path(path) if path else ():
        found = [inner for one in found for inner in _step(one, key)]
    return found


def _step(data: object, key: str) -> list[Any]:
    if isinstance(data, Mapping):
        return [data[key]] if key in data else []
    if isinstance(data, list) and key == "*":
        return data
    return [data[int(key)]] if isinstance(data, list) and key.isdecimal() and int(key) < len(data) else []


def _as_list(value: list[object] | str) -> list[object]:
    return [value] if isinstance(value, str) else value


def _find_texts(facts: object, paths: str | tuple[str, ...]) -> list[str]:
    """Give the texts or numbers at some paths."""
    found = (_find_text(facts, path) for path in ((paths,) if isinstance(paths, str) else paths) if path)
    return [text for text in found if text is not None]


def _find_text(facts: object, path: str) -> str | None:
    """Give the text or number at a path; of an object its first key, as faults in XML are named."""
    found = find_in(facts, path)
    if isinstance(found, Mapping):
        return next((str(key) for key in found if not str(key).startswith(("@", "#"))), None)
    is_word = isinstance(found, str | int | float) and not isinstance(found, bool)
    return str(found) if is_word and found != "" else None


def _fits(
    rule: ErrorRule, status: int, headers: Mapping[str, str], code: str | None, texts: Sequence[str]
) -> bool:
    return (
        (not rule.status or status in rule.status)
        and (not rule.code or code in rule.code)
        and all(re.search(pattern, headers.get(name, "")) for name, pattern in rule.headers.items())
        and (not rule.text or any(re.search(rule.text, text, re.IGNORECASE) for text in texts or ("",)))
    )


def read_body(body: bytes, headers: Mapping[str, str]) -> object:
    """Decode the body of an answer that is no success; None: it is no JSON."""
    try:
        return decode_json(body, read_charset(headers.get("Content-Type")))
    except ValueError:
        return None
