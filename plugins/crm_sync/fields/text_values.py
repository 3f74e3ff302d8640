"""Field types whose value is the text itself or one of a few words: string, text, object_id, boolean."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from crm_sync.fields.base import FieldValidator, Judgement

_TRUE = ("true", "1", "yes", "t", "y", "on")
_FALSE = ("false", "0", "no", "f", "n", "off")


class StringValidator(FieldValidator):
    """Any text, kept as it is with its inner and outer blanks."""

    dtype: ClassVar[pl.DataType] = pl.String()
    noun: ClassVar[str] = "text"
    is_trimmed: ClassVar[bool] = False

    def attempts(self, text: pl.Expr) -> tuple[pl.Expr, ...]:
        """Every text is fine."""
        return (text,)

    def judge(self, text: str) -> Judgement:
        """Every text is fine."""
        return Judgement(text)


class TextValidator(StringValidator):
    """Long text; told apart from string only in YAML, for the reader."""


class ObjectIdValidator(StringValidator):
    """An id of the source: kept as it is, blanks and all, and never read as a number."""

    noun: ClassVar[str] = "id"


class BooleanValidator(FieldValidator):
    """true/false, 1/0, yes/no, t/f, y/n, on/off in any case."""

    dtype: ClassVar[pl.DataType] = pl.Boolean()
    noun: ClassVar[str] = "boolean"

    def take(self, values: pl.Series) -> pl.Series | None:
        """Take booleans."""
        return values if values.dtype == pl.Boolean else None

    def attempts(self, text: pl.Expr) -> tuple[pl.Expr, ...]:
        """Look the usual spelling up first, the other words among what is left."""
        return pl.when(text == "true").then(True).when(text == "false").then(False), _match_words(text)

    def judge(self, text: str) -> Judgement:
        """Look the word up."""
        word = text.lower()
        if word in _TRUE or word in _FALSE:
            return Judgement(word in _TRUE)
        return Judgement(error="expected true/false, 1/0, yes/no, t/f, y/n or on/off")


def _match_words(text: pl.Expr) -> pl.Expr:
    word = text.str.to_lowercase()
    return pl.when(word.is_in(_TRUE)).then(True).when(word.is_in(_FALSE)).then(False)
