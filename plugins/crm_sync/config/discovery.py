"""Where an account says which fields its records have; code: sources/rest/discovery.py."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from crm_sync.config.answers import AnswerWords
from crm_sync.config.base import Model, wrong_key
from crm_sync.config.exchange import Cost, Exchange
from crm_sync.constants import FieldType


class FormatWords(Model):
    """Where a field says how its dates and times are written, by patterns such as `yyyy-MM-dd` (Java's)."""

    path: str
    """Where a field has the list of what restricts it."""
    kind_path: str = "type"
    """Where one of these says what it is."""
    value_path: str = "value"
    """Where it has the pattern."""
    date: str
    """The kind with the pattern of dates."""
    time: str = ""
    """The kind with the pattern of the time of day, which stands behind that of the date."""
    zone_extra: str = ""
    """Connection extra with the time zone of these times; without it, it is `source_time_zone`."""


class DiscoverWords(Exchange):
    """One request before each read, whose answer fills the slot `{fields}`; see `each_read`.

    Mapped fields that the account has come first, then the others. A mapped one that it lacks is left out:
    its column keeps its old values, and log and history say so.
    """

    path: str
    """Below the connection's host, with the slots of paths."""
    answer: AnswerWords = AnswerWords()
    """What the answer is."""
    each_read: bool = True
    """`false`: only `crm-sync discover` asks, for records that come with all their fields anyway."""
    records_path: str = "fields"
    """Where the fields are listed; it may have slots of `read.values`."""
    name_path: str = "name"
    """Where one has the name by which it is asked for."""
    label_path: str = ""
    """Where it has the name that people see; only needed for columns by `label`."""
    options_path: str = ""
    """Where it lists the options that its value is one of; only needed for columns with `options`."""
    option_id_path: str = "id"
    """Where an option has what records name it by."""
    option_label_path: str = "label"
    """Where an option has the text that people see."""
    same_label: Literal["none", "first"] = "none"
    """Which of several fields with one label is taken: none of them, or the one that is listed first."""
    type_path: str = ""
    """Where it has its type; only needed for `answer.cells` and for `crm-sync discover`."""
    types: dict[str, FieldType] = Field(default_factory=dict)
    """For `crm-sync discover`: types of columns by the account's own words for types, where it does not know
    a word or the word means something else here."""
    formats: FormatWords | None = None
    """Where it says how its dates and times are written, for `answer.cells`; none: as ISO 8601 has them."""
    always: tuple[str, ...] = ()
    """Keys that records have beside the account's fields."""
    next_path: str = ""
    """Where an answer has the token of a next page; without `next_param`, one that has it is an error."""
    next_param: str = ""
    """Query parameter that takes that token, where the account lists its fields in pages."""
    cost: Cost = Field(default_factory=dict)
    """By further classes of `rest.rate_limits`: how much of each a request takes, such as a day's tokens."""
    only: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Values by path of the fields that are meant, where the account lists others among them."""
    archived_path: str = ""
    """Where one says that it is archived, and so is none of the account's fields any more."""
    prefix: str = ""
    """What stands before the name in the `source` of a column."""
    skip: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Values by path of unmapped fields that are not asked for: types that can't be read, for example."""
    stale: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Values by path of fields that change without a new modified time. Where they have no column, a whole
    read says so, since no refresh can name them."""
    unmapped: bool = True
    """Fields without a column are read as well, and go to `extra`."""
    mapped_only_extra: str = ""
    """Connection extra that switches that off with the word `mapped`."""
    most_bytes: int = Field(default=12_000, ge=0)
    """Longest list of names; unmapped ones beyond it are left out, and a note says so. 0: no end."""

    @model_validator(mode="after")
    def _check_request(self) -> Self:
        if (misfit := self.find_misfit()) is not None:
            key, expected, got = misfit
            raise wrong_key(f"read.discover.{key}", expected, got)
        if not self.each_read and (self.label_path or self.formats):
            raise wrong_key("read.discover.each_read", "true beside label_path and formats", "false")
        return self
