"""Decides which failed requests are repeated, when and how often; `client` sends them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from crm_sync.exceptions import RateLimitedError, SourceError, TransientSourceError

Result = TypeVar("Result")

MAX_RETRY_AFTER_S = 24 * 3600.0
_MAX_PAUSE_S = 3600.0


@dataclass(frozen=True)
class Failure:
    """The meaning of an unsuccessful answer."""

    error: SourceError
    wait_s: float | None = None
    """The pause that the vendor asks for or documents; None: the policy's own backoff."""
    wait_grows: bool = False
    """The pause is multiplied by the number of the attempt."""
    renews_token: bool = False
    """A fresh access token may help."""
    renews_session: bool = False
    """A session without the cookies so far may help, once."""
    stop_after: int = 0
    """So many such failures in a row are the end of the day's quota; 0: never."""
    least_wait_s: float = 0.0
    """Of every wait in that row but the first."""
    wait_doubles: bool = False
    """The pause is doubled with each attempt."""


@dataclass(frozen=True)
class RetryPolicy:
    """Exponential backoff with full jitter on its upper half.

    Args:
        max_retries: repeats of one request after failures; pauses asked for by a rate limit do not count.
        first_wait_s: middle of the first wait.
        longest_wait_s: cap of our own backoff; a pause that the vendor asked for is not cut.
        random: number from 0.0 to 1.0.
    """

    max_retries: int = 6
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    random: Callable[[], float] = field(default=random.random, repr=False)

    def is_exhausted(self, error: SourceError, failures: int) -> bool:
        """Tell whether a request has failed often enough.

        Args:
            error: the latest failure.
            failures: failures of this request so far, rate limits not counted.
        """
        return not isinstance(error, RateLimitedError) and failures > self.max_retries

    def wait_s(self, failure: Failure, attempt: int) -> float:
        """Give the pause before the next attempt in seconds.

        Args:
            failure: the latest failure.
            attempt: number of the attempt that failed, from 1.
        """
        backoff: float = min(self.longest_wait_s, self.first_wait_s * 2.0 ** min(attempt - 1, 16))
        if failure.wait_s is None:
            return backoff * (0.5 + self.random())
        if failure.wait_doubles:
            return min(failure.wait_s * 2.0 ** min(attempt - 1, 16), _MAX_PAUSE_S)
        asked = failure.wait_s * (attempt if failure.wait_grows else 1)
        if failure.wait_grows:
            asked = min(asked, self.longest_wait_s)
        # a vendor that says "0 seconds" again and again must not be asked in a tight loop
        return asked if attempt == 1 else max(asked, backoff * 0.5)


def go_on(
    first: TransientSourceError,
    attempt: Callable[[], Result],
    *,
    stop: Callable[[RetryCallState], bool],
    wait: Callable[[RetryCallState], float],
    sleep: Callable[[float], None],
) -> Result:
    """Go on after a first attempt that failed; nearly all requests need no second, and nothing that plans it.

    Args:
        first: why it failed; it counts as the first attempt.
        attempt: does it again.
        stop: says whether the latest failure is the last one.
        wait: gives the pause before the next attempt.
        sleep: waits so many seconds.

    Raises:
        SourceError: of the last attempt.
    """
    failed = [first]

    def attempt_next() -> Result:
        if failed:
            raise failed.pop()
        return attempt()

    again = retry_if_exception_type(TransientSourceError)
    return Retrying(retry=again, stop=stop, wait=wait, sleep=sleep, reraise=True)(attempt_next)


def parse_pause(headers: Mapping[str, str], name: str) -> float | None:
    """Read a vendor's own header with seconds to wait; None: it is missing or can't be that."""
    try:
        seconds = float(headers.get(name, "")) if name else -1.0
    except ValueError:
        return None
    return seconds if 0 <= seconds <= _MAX_PAUSE_S else None


def parse_reset(headers: Mapping[str, str], name: str, *, now: datetime | None = None) -> float | None:
    """Read a vendor's header with the moment at which its limit is free again.

    Args:
        headers: of the answer, case-insensitive.
        name: of the header; empty: the vendor has none.
        now: the worker's clock, used where the answer has no `Date` of its own.

    Returns:
        Seconds until then, with one more because `Date` is cut to whole seconds, and at most a day; None: the
        header is missing or can't be that.
    """
    try:
        at = float(headers.get(name, "")) if name else math.nan
    except ValueError:
        at = math.nan
    if math.isnan(at):
        return None
    base = parse_http_date(headers.get("Date")) or now or datetime.now(UTC)
    seconds = at - base.timestamp()
    return max(seconds, 0.0) + 1.0 if seconds <= MAX_RETRY_AFTER_S else None


def parse_retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Read `Retry-After` as seconds or as a date.

    Args:
        headers: of the answer, case-insensitive.
        now: the worker's clock, used where the answer has no `Date` of its own.

    Returns:
        Seconds from 0 to a day, None where the header is missing or unreadable.

    Source: RFC 9110 section 10.2.3.
    """
    text = headers.get("Retry-After")
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        at, base = parse_http_date(text), parse_http_date(headers.get("Date"))
        if at is None:
            return None
        # the server's own clock, if it sends it, so that a wrong clock on the worker does not matter
        seconds = (at - (base or now or datetime.now(UTC))).total_seconds()
    if math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_S)


def parse_http_date(text: str | None) -> datetime | None:
    """Read an HTTP date as aware UTC; None where it is missing or unreadable."""
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
