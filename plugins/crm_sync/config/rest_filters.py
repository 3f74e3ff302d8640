"""Which records of a list a read is about: by change, by an event's time, behind an id, by a run's flag."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from crm_sync.config.base import Model, wrong_key
from crm_sync.config.durations import Seconds

_CENTURY_S = 36_525 * 86_400


class ModifiedFilter(Model):
    """How the source is asked for changes since a moment; only deltas send it."""

    place: Literal["header", "param"]
    """Whether the moment is sent as a header or as a query parameter."""
    name: str = Field(min_length=1)
    """Name of that header or parameter."""
    format: Literal["iso", "date", "epoch_s", "epoch_ms"] = "iso"
    """How the moment is written."""
    no_news_status: tuple[int, ...] = ()
    """Statuses which say that nothing changed; only for a request that sent the filter."""


class DateWindows(Model):
    """A source that filters by an event's time, not by change: spans of days, for deltas the latest ones.

    In a pass that is read by windows, `{since}` is the first moment of one and `{until}` the first one after.
    """

    from_param: str = ""
    """Query parameter for the start of a span."""
    to_param: str = ""
    """Query parameter for the end of a span; both empty: the pass has the slots `{since}` and `{until}`."""
    format: Literal["date", "iso"] = "date"
    """`date`: days, both included; `iso`: moments with offset, the second one is the next span's first."""
    first: date | None = None
    """Day from which a full read starts."""
    retention_days: Annotated[int, Field(ge=0), AfterValidator(lambda days: days or None)] | None = None
    """How many days back the source has records; a full read starts there. 0: no limit."""
    longest: Literal["month"] | Annotated[Seconds, AfterValidator(lambda span: span or _CENTURY_S)] = "month"
    """Longest span of one request, in seconds or calendar months; 0: one request covers everything."""
    back_s: Seconds = 0
    """How far a delta looks back beyond its `since`: an old event may have changed."""
    ahead_s: Seconds = 0
    """How far a read looks beyond the run's `until`: events may be planned."""
    column: str
    """Target column of the event's time; rows outside the spans that were read are not taken as deleted."""

    @model_validator(mode="after")
    def _check_start(self) -> Self:
        if (self.first is None) == (self.retention_days is None):
            got = "both" if self.first else "neither"
            raise wrong_key("read.windows", "either first or retention_days", got)
        return self


class EventCursor(Model):
    """A source of events that never change and have rising ids: a delta starts after a stored id.

    That id is the last one before the first event younger than the entity's `lookback_s`, since an event may
    become visible behind one with a higher id.
    """

    column: str
    """Target column, a datetime, that says when the source wrote the event."""


class OnlyFilter(Model):
    """A run flag that keeps only some records, compared here because the source can't filter by it."""

    flag: str
    """Run flag of this CRM whose value the records are compared with."""
    paths: tuple[str, ...] = Field(min_length=1)
    """Where a record has the value; one equal value is enough, in upper or lower case."""
    words: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Words of the flag for several values; any other word is compared itself."""
