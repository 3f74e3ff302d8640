"""How a vendor's error answers read and what follows from them, for CRMs whose errors need no code."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crm_sync.config.base import Model
from crm_sync.config.durations import Seconds
from crm_sync.config.patterns import Pattern

OutcomeWord = Literal["again", "pause", "restart", "rediscover", "narrow", "by_pages", "key", "stop", "fatal"]


class ErrorRule(Model):
    """What some answers mean; of several rules the first that fits counts, and without one the status."""

    status: tuple[int, ...] = ()
    """Empty: any."""
    code: tuple[str, ...] = ()
    """Codes at `code_path`; empty: any."""
    text: Pattern = ""
    """What one of the texts at `text_path` has in it; empty: anything."""
    headers: dict[str, Pattern] = Field(default_factory=dict)
    """Headers with what each must have in it, such as `X-RateLimit-Remaining: "^0$"`; empty: any."""
    outcome: OutcomeWord
    """`again`: ask again, a few times. `pause`: wait, then ask again, however often. `restart`: the position
    is not known any more, so the list is read from its first page. `rediscover`: a field that was
    asked for is gone, so the account's fields are read anew first. `narrow`: it is too much to be answered
    at once, so halves of its span are asked for, or a job. `by_pages`: the source does no job for this, so
    the list is read by its pages. `key`: the key is wrong or lacks a right. `stop`: a quota is used up, the
    run ends as partial. `fatal`: asking again can't help."""
    means: str = ""
    """Explanation for the log; `{account}` as in `meanings`."""
    pause_s: Seconds | None = None
    """Wait if the answer does not say how long."""
    pause_grows: bool = False
    """The pause is multiplied by the number of the attempt."""
    pause_doubles: bool = False
    """The pause is doubled with each attempt, up to an hour."""
    pause_until_header: str = ""
    """Header with the moment, in seconds since 1970, at which the wait ends if the answer has no Retry-After;
    it is preferred to `pause_s`."""
    stop_after: int = Field(default=0, ge=0)
    """For `pause`: after so many such answers in a row the quota of the day counts as used up, and the run
    ends as partial; waits after the first are at least `pause_s`. 0: never."""
    renews_token: bool | None = None
    """A fresh access token may help; None: only after a 401."""
    renews_session: bool = False
    """The cookies of the session are dropped and the request is sent once more, whatever the outcome."""
    limit: str = ""
    """Which of the vendor's limits it is, for the log."""


class ErrorWords(Model):
    """How a vendor's error answers read."""

    vendor: str = "the source"
    """Name of the vendor in messages."""
    format: Literal["json", "xml", "either"] = "json"
    """Format of an error's body; a body in another format is ignored. `either`: whichever it is."""
    meanings: dict[int, str] = Field(default_factory=dict)
    """By status, its meaning for the reader of the log; `{account}` is the e-mail of a service account."""
    code_path: str | tuple[str, ...] = ""
    """Where an error body has its code; a number is a place in a list. Of an object the first key counts, and
    of several paths the first that leads to a code."""
    text_path: str | tuple[str, ...] = ""
    """Where it has its text; of several the first is shown."""
    rights_paths: tuple[str, ...] = ()
    """Where it lists the rights that the key lacks, `*` for each item of a list; they are named in place of
    the text."""
    rights_means: str = "the key lacks the right"
    """The words before these rights in the message."""
    fault_path: str = ""
    """Where an answer with a status of success has its error; looked at where it is not as described."""
    request_id_header: str = "X-Request-Id"
    """Header with the vendor's number of the request."""
    request_id_path: str = ""
    """Where an error body has that number; it is preferred to the header's."""
    quoted: tuple[int, ...] = (400, 403, 422)
    """Statuses whose text is shown; that of the others may speak of a record."""
    pause_s: Seconds | None = None
    """Wait after a 429 that does not say how long; None: the usual backoff."""
    pause_header: str = ""
    """Header with the seconds to wait after a refusal without Retry-After; beyond an hour: not believed."""
    rules: tuple[ErrorRule, ...] = ()
    """Meanings of statuses, codes and texts."""
