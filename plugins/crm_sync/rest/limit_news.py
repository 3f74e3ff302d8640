"""Reads what an answer's headers say about the vendor's limits; `pacing` decides what follows from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from crm_sync.config.limit_words import HeaderWords, LimitHeaders

_DEFAULT_SECONDS_PER_REQUEST = 0.1


@dataclass(frozen=True)
class LimitNews:
    """The vendor's own count; None where it says nothing."""

    remaining: int | None = None
    """Requests left in the vendor's current window."""
    seconds_per_request: float = 0.0
    """Length of that window by its size."""
    daily_remaining: int | None = None
    daily_limit: int | None = None
    limit: int | None = field(default=None, compare=False)
    """Size of that window."""


HeaderReader = Callable[[Mapping[str, str]], LimitNews | None]


def read_no_headers(_headers: Mapping[str, str]) -> LimitNews | None:
    """For vendors that send no such headers, and for clients without pacing."""
    return None


@dataclass(frozen=True)
class WordedHeaders:
    """Reads limit headers as config describes them.

    Args:
        words: from config.
    """

    words: LimitHeaders

    def __call__(self, headers: Mapping[str, str]) -> LimitNews | None:
        """Read the headers of one answer; None: they say nothing."""
        left, most = _read(self.words.window, headers)
        day_left, day_most = _read(self.words.day, headers)
        if left is None and day_left is None:
            return None
        return LimitNews(
            remaining=left,
            seconds_per_request=_find_pace(self.words.window, headers, most),
            daily_remaining=day_left,
            daily_limit=day_most,
            limit=most,
        )


def build_header_reader(words: LimitHeaders) -> HeaderReader:
    """Give the reader of a CRM's limit headers."""
    return read_no_headers if words.window is None and words.day is None else WordedHeaders(words)


def _read(words: HeaderWords | None, headers: Mapping[str, str]) -> tuple[int | None, int | None]:
    """Give the number left and the number allowed; None if an answer has no such number."""
    if words is None:
        return None, None
    if not words.header:
        return _number(headers.get(words.remaining)), _number(headers.get(words.limit))
    found = re.search(words.pattern, headers.get(words.header, ""))
    if found is None:
        return None, None
    said = found.groupdict()
    limit, used = _number(said["limit"]), _number(said.get("used"))
    if used is not None and limit is not None:
        return max(0, limit - used), limit
    return _number(said.get("remaining")), limit


def _find_pace(words: HeaderWords | None, headers: Mapping[str, str], most: int | None) -> float:
    length_ms = _number(headers.get(words.length_ms)) if words and words.length_ms else None
    length_s = length_ms / 1000 if length_ms else words.length_s if words else 0
    return length_s / most if most and length_s else _DEFAULT_SECONDS_PER_REQUEST


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.strip().isdecimal() else None
