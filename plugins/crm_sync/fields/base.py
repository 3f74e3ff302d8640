"""What every field type shares: trimming, the order of attempts, and judging what no attempt could read.

Which values a type accepts is left to its class in the sibling modules; masks and findings to `convert`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar, Literal

import polars as pl

_TEXT = "text"
DEFAULT_PIVOT_YEAR = 69
"""Of POSIX, and so of Python's strptime: 69 to 99 are 19xx."""


@dataclass(frozen=True, slots=True)
class FieldContext:
    """What a type needs to know about its field and entity."""

    default_region: str = "US"
    """Region of phone numbers without a country code, ISO 3166 alpha-2."""
    source_time_zone: str = "UTC"
    """IANA zone of dates and times without one."""
    format: str | None = None
    """strptime format of the source's own dates, None for ISO 8601 and epoch numbers; of JSON: `text`."""
    decimal_mark: Literal[".", ","] | None = None
    """What stands before the fraction of a number; None: a point, and what could be thousands is refused."""
    pivot_year: int = DEFAULT_PIVOT_YEAR
    """Two-digit years below it are 20xx, the others 19xx."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one value.

    `value` is canonical or None; with `error` the value can't be converted, with `warning` it is kept as is.
    """

    value: Any = None
    error: str | None = None
    warning: str | None = None
    altered: bool = False
    """A character that PostgreSQL can't hold was replaced by U+FFFD."""


@dataclass(frozen=True, slots=True)
class CleanedColumn:
    """One column after its type has read it."""

    values: pl.Series
    problems: pl.DataFrame | None
    """Columns `row` UInt32, `error` and `warning` String (exactly one is set); None: every value was read."""
    altered_rows: tuple[int, ...] = ()


class FieldValidator(ABC):
    """Turns a column of texts into canonical values of one type.

    A type reads a column in tiers: `attempts` are Polars expressions, the first over the whole column and the
    others over the distinct values that are still unread; `judge` is Python and decides on what remains. All
    tiers agree: a value read by an earlier tier is what `judge` would have answered.

    Args:
        context: region, time zone and format of the field.
    """

    dtype: ClassVar[pl.DataType]
    noun: ClassVar[str]
    """The type's name in messages: "is not a valid <noun>"."""
    is_trimmed: ClassVar[bool] = True
    """Whether blanks around a value are dropped; a blank value is null for every type."""

    def __init__(self, context: FieldContext | None = None) -> None:
        self.context = context or FieldContext()

    @property
    def generic_error(self) -> str:
        """Says what is wrong without a word of the value, for sensitive fields."""
        return f"not a valid {self.noun}"

    def text(self, raw: pl.Expr) -> pl.Expr:
        """Trim as the type wants it and make blank values null."""
        trimmed = raw.str.strip_chars()
        if self.is_trimmed:
            # half as long as a selection where no value is blank
            return trimmed.replace("", None)
        return pl.when(trimmed != "").then(raw)

    def take(self, _values: pl.Series, /) -> pl.Series | None:
        """Read a column that its source typed already, as Parquet files and databases do.

        Returns:
            What `clean` would make of the values' texts, when all of them can be read; else None, which is
            the answer of most types.
        """
        return None

    def prepare(self, texts: pl.Series) -> None:  # noqa: B027  # most types have nothing to prepare
        """Look at a column before it is read; that may change the attempts' order, never an answer."""

    @abstractmethod
    def attempts(self, text: pl.Expr) -> Iterable[pl.Expr]:
        """Expressions that give the canonical value, or null where this attempt can't tell; at least one."""

    def first_attempt(self, text: pl.Expr) -> pl.Expr:
        """Give the first of the attempts."""
        return next(iter(self.attempts(text)))

    @abstractmethod
    def judge(self, text: str) -> Judgement:
        """Decide on one non-blank value exactly; never raises."""

    def clean(self, texts: pl.Series, first: pl.Series | None = None) -> CleanedColumn:
        """Read a whole column.

        Args:
            texts: values as `text` made them.
            first: the first attempt's result when the caller already has it.

        Returns:
            Values in the same order, null where a value was null or unreadable, and the problems by row.
        """
        if first is None:
            # lazily, so that what an attempt says twice is done once
            attempt = self.first_attempt(pl.col(_TEXT))
            first = texts.to_frame(_TEXT).lazy().select(attempt).collect().to_series()
        if first.null_count() == texts.null_count():
            return CleanedColumn(first, None)
        rows = (texts.is_not_null() & first.is_null()).arg_true()
        left = texts.gather(rows).rename(_TEXT)
        answers = self._answer(left.unique(maintain_order=True))
        found = left.to_frame().join(answers, on=_TEXT, how="left", maintain_order="left")
        found = found.with_columns(row=rows.cast(pl.UInt32))
        values = first.clone().scatter(rows, found["value"])
        problems = found.select("row", "error", "warning").filter(
            pl.col("error").is_not_null() | pl.col("warning").is_not_null()
        )
        altered = found.filter("altered")["row"].to_list()
        return CleanedColumn(values, None if problems.is_empty() else problems, tuple(altered))

    def _answer(self, distinct: pl.Series) -> pl.DataFrame:
        """Give value, error, warning and altered for each distinct text."""
        unread = distinct
        read: list[pl.DataFrame] = []
        for attempt in islice(self.attempts(pl.col(_TEXT)), 1, None):
            tried = unread.to_frame().with_columns(value=attempt)
            read.append(tried.filter(pl.col("value").is_not_null()))
            unread = tried.filter(pl.col("value").is_null())[_TEXT]
            if unread.is_empty():
                break
        judgements = [self.judge(text) for text in unread]
        judged = pl.DataFrame(
            {
                _TEXT: unread,
                "value": pl.Series([one.value for one in judgements], dtype=self.dtype),
                "error": pl.Series([one.error for one in judgements], dtype=pl.String),
                "warning": pl.Series([one.warning for one in judgements], dtype=pl.String),
                "altered": pl.Series([one.altered for one in judgements], dtype=pl.Boolean),
            }
        )
        return pl.concat([judged, *read], how="diagonal")
