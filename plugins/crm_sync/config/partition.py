"""How a list that is cut off without a word is read whole, in parts by the beginning of a field."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from crm_sync.config.answers import AnswerWords
from crm_sync.config.base import Model, wrong_key
from crm_sync.config.exchange import Exchange, Templates

_MOST_FIELDS = 3


class PartitionField(Model):
    """A field by whose beginning records are told apart."""

    name: str = Field(min_length=1)
    """What a request calls it, and the key of a record that has its value."""
    characters: str = Field(default="0123456789", min_length=1)
    """What a value may begin with or go on with. Characters that an answer at the cap shows are added."""
    first: str = ""
    """What it may begin with besides, such as `+`."""
    longest: int = Field(default=32, ge=1)
    """Longest beginning that is asked for; a part that is still at the cap is divided by the next field."""


class SubsetWords(Exchange):
    """Another list that names groups of the records and says how many are in each.

    A group with more records than were read in all proves that the read is not whole: it is `partial`.
    """

    path: str
    """Below the connection's host, with the slots of paths."""
    answer: AnswerWords = AnswerWords()
    """What its answer is."""
    records_path: str
    """Where the groups are."""
    name_path: str = "name"
    """Where one has its name."""
    size_path: str = "size"
    """Where it has its number of records."""
    rate_class: str = "default"
    """Which of `rest.rate_limits` counts the request."""


class PartitionWords(Model):
    """A list without pages that stops at a number of records, and finds records by the beginning of a field.

    The list is asked for as a whole first. An answer that reaches `cap` is thrown away, and the list is
    divided: the records whose field is just what was asked for (empty, at first), and those in which it goes
    on with each character; and so on, until each part is below the cap. The pass has the slots `{field_1}`
    and `{value_1}`, and `{field_2}`, `{value_2}` for a second field, inside of `[? ... ?]`.
    """

    cap: int = Field(ge=1)
    """An answer with so many records may be cut off."""
    by: tuple[PartitionField, ...] = Field(min_length=1, max_length=_MOST_FIELDS)
    """The field, and others for parts that it can't divide any further."""
    wildcard: str = Field(default="%", min_length=1)
    """What stands behind a beginning in `{value_1}`."""
    subsets: SubsetWords | None = None
    """A list to compare with; none: there is none."""

    @property
    def slots(self) -> tuple[str, ...]:
        """Name the slots that it fills."""
        return tuple(name for at in range(len(self.by)) for name in slot_names(at))

    @model_validator(mode="after")
    def _check_fields(self) -> Self:
        names = [one.name for one in self.by]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise wrong_key("read.partition.by", "each field once", twice)
        for one in self.by:
            if set(self.wildcard) & set(one.characters + one.first):
                expected = f"characters other than the wildcard '{self.wildcard}'"
                raise wrong_key("read.partition.by", expected, one.characters + one.first)
        if self.subsets is not None and (misfit := self.subsets.find_misfit()) is not None:
            key, expected, got = misfit
            raise wrong_key(f"read.partition.subsets.{key}", expected, got)
        return self

    def check_pass(self, key: str, one: Templates, *, is_unfit: bool) -> None:
        """Check a pass that is read in parts.

        Args:
            key: of the pass.
            one: the pass.
            is_unfit: it has pages, or an answer that says that there are no records at all.
        """
        if is_unfit:
            raise wrong_key(key, "paged: false and no feature_off beside read.partition", "another")
        if lacking := [name for name in self.slots if not one.names(name)]:
            raise wrong_key(key, f"the slot {{{lacking[0]}}} of read.partition", "none")


def slot_names(at: int) -> tuple[str, str]:
    """Name the slots of a field, counted from 0: its name, and what is asked for."""
    return f"field_{at + 1}", f"value_{at + 1}"
