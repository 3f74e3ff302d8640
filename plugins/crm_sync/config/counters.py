"""Where a source says, on request, how many calls it still takes; code: rest/call_counters.py."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from crm_sync.config.base import wrong_key
from crm_sync.config.exchange import Exchange


class CounterWords(Exchange):
    """A request for the source's own counts of our calls, sent before the first request.

    It is sent again when a count starts anew, and when nothing is left; then we wait until it does. Each
    request and each look at the counts takes one call.
    """

    path: str
    """Below the connection's host, with `{api_version}`."""
    format: Literal["json", "xml"] = "json"
    """What the answer is."""
    records_path: str
    """Where it lists its windows of time."""
    counts_path: str = ""
    """Where a window lists its counts; empty: it is one itself."""
    name_path: str = ""
    """Where a count says what it counts."""
    counted: tuple[str, ...] = ()
    """The counts that our requests are in; none: all."""
    limit_path: str
    """Where a count has the number of calls allowed."""
    used_path: str
    """Where it has the number of calls made."""
    reset_path: str
    """Where a window has the seconds until it starts anew."""
    longest_s: float = Field(default=3600, gt=0)
    """A longer time until then is not believed."""

    @model_validator(mode="after")
    def _check_request(self) -> Self:
        if (misfit := self.find_misfit()) is not None:
            key, expected, got = misfit
            raise wrong_key(f"rest.counters.{key}", expected, got)
        if self.body is not None and self.body.format == "form":
            raise wrong_key("rest.counters.body.format", "json or xml", "form")
        if self.slots:
            raise wrong_key("rest.counters", "no slots but in path", self.slots[0].name)
        return self
