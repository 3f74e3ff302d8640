"""What headers say about limits, and what an account's tier changes; code: rest/limit_news.py."""

from __future__ import annotations

import re
from typing import Self

from pydantic import Field, model_validator

from crm_sync.config.base import Model, wrong_key

_GROUPS = frozenset({"used", "remaining", "limit"})


class HeaderWords(Model):
    """One limit as headers report it: in separate headers, or in one header that a pattern reads."""

    remaining: str = ""
    """Header with the number that is left."""
    limit: str = ""
    """Header with the number allowed."""
    header: str = ""
    """Header that holds several numbers."""
    pattern: str = ""
    """Regular expression over it, with groups named `used` or `remaining`, and `limit`."""
    length_ms: str = ""
    """Header with the length of the span, in milliseconds."""
    length_s: float = Field(default=0, ge=0)
    """Length of the span, where it is known; 0: it is not."""

    @model_validator(mode="after")
    def _check_way(self) -> Self:
        if bool(self.remaining) == bool(self.header):
            raise wrong_key(
                "rest.limit_headers", "either remaining, or header and pattern", "neither or both"
            )
        if self.header:
            try:
                groups = set(re.compile(self.pattern).groupindex)
            except re.error as error:
                raise wrong_key("rest.limit_headers.pattern", "a regular expression", str(error)) from None
            if "limit" not in groups or not groups & {"used", "remaining"} or groups - _GROUPS:
                expected = "groups limit, and used or remaining"
                raise wrong_key("rest.limit_headers.pattern", expected, ", ".join(sorted(groups)))
        return self


class LimitHeaders(Model):
    """The vendor's own counts; an answer without them says nothing."""

    window: HeaderWords | None = None
    """The short limit: no more requests are sent than it has left."""
    day: HeaderWords | None = None
    """The day's quota, which counts everybody's calls."""
    day_counts: str = ""
    """Class of `rest.rate_limits` that the numbers of `day` count, such as tokens of which a call costs
    several: what is left must be enough for the next call, and while answers tell it we do not count."""
    day_reserve_extra: str = ""
    """Connection extra with the share of the day, in percent, that is left to other tools, whether answers or
    `day_counts` say how much the day has; instead of `day_percent_extra`."""
    day_percent: float = Field(default=100, gt=0, le=100)
    """Share of the day's quota that all tools together may use before we stop; the run is then partial."""
    day_percent_extra: str = ""
    """Connection extra with another share."""


class TierLimit(Model):
    """What a tier changes in one limit."""

    requests: int | None = Field(default=None, ge=0)
    """Replaces the limit's own value, as the other two do."""
    per_s: float | None = Field(default=None, ge=0)
    """Seconds."""
    per_day: int | None = Field(default=None, ge=0)
    """0: no quota."""
