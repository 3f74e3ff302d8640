"""What a fetch adds to records before they are staged, whatever they come from; code: sources/shapes.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from crm_sync.config.base import Identifier, Model, wrong_key

MADE = "_"
"""Before the name of a key that a read adds to a record."""
NUMBER = "{n}"
"""In a title: the number of the line."""

Digests = dict[Identifier, Annotated[tuple[str, ...], Field(min_length=1)]]
"""By name, the keys of a record whose texts are digested."""


class FormLines(Model):
    """Numbered groups of answers, `Job 1`, `Job 1 Amount`, `Job 2`: each group becomes a record by itself.

    Such a record has what the form's record has beside the form, the number, and the group's answers.
    """

    number: Identifier
    """Name of the number; the record gets it under `_` and the name."""
    most: int = Field(ge=1, le=100)
    """Largest number that is looked for."""
    columns: dict[Identifier, tuple[str, ...]] = Field(min_length=1)
    """By name, titles with `{n}` in place of the number; the first one with a value counts."""
    single: dict[Identifier, tuple[str, ...]] = Field(default_factory=dict)
    """The same for a form without any numbered group: its line 1."""

    @model_validator(mode="after")
    def _check_titles(self) -> Self:
        for name, titles in self.columns.items():
            if lacking := next((title for title in titles if NUMBER not in title), None):
                raise wrong_key(f"form.lines.columns.{name}", f"titles with {NUMBER}", lacking)
        if unknown := sorted(self.single.keys() - self.columns.keys()):
            raise wrong_key("form.lines.single", "names that columns has", unknown[0])
        return self


class FormWords(Model):
    """A form that was filled in: a JSON list of titles and values, whose titles each company words itself.

    Titles are compared without regard to case, blanks around and between words, colons and dashes at the end,
    and escapes that were escaped once more (a backslash and `u0026` for `&`). Of a title that comes twice the
    first value counts.
    """

    source: str
    """Key of a record that has the list, as JSON or as a text of it."""
    title: str = "title"
    """Key of an item's title."""
    value: str = "value"
    """Key of an item's value."""
    blanks: tuple[str, ...] = ()
    """Values that say nothing, such as a dash; a dash and a blank in front of a value are always dropped."""
    columns: dict[Identifier, tuple[str, ...]] = Field(default_factory=dict)
    """By name, the titles of an answer; the first one with a value counts. The record gets it as a text under
    `_` and the name; for a column of numbers, without a currency sign in front."""
    brackets: dict[Identifier, Identifier] = Field(default_factory=dict)
    """By name, which of `columns` may have it in brackets in front of its value: `[SOLD] Same day`."""
    lines: FormLines | None = None
    """Groups of answers that become records in place of the form's own; none: the record stays one."""

    @model_validator(mode="after")
    def _check_brackets(self) -> Self:
        for name, column in self.brackets.items():
            if column not in self.columns:
                raise wrong_key(f"form.brackets.{name}", "a name that columns has", column)
        return self

    @property
    def made(self) -> frozenset[str]:
        """Name the keys that a record gets."""
        names = {*self.columns, *self.brackets}
        if self.lines is not None:
            names |= {self.lines.number, *self.lines.columns}
        return frozenset(MADE + name for name in names)


def list_made(digests: Mapping[str, object], form: FormWords | None) -> frozenset[str]:
    """Name the keys that records get from digests and a form."""
    return frozenset(MADE + name for name in digests) | (form.made if form is not None else frozenset())


def list_shape_sources(digests: Mapping[str, tuple[str, ...]], form: FormWords | None) -> list[str]:
    """Name the keys of a record that digests and a form are made from, in order."""
    keys = [key for one in digests.values() for key in one]
    return list(dict.fromkeys([*keys, *([form.source] if form is not None else [])]))
