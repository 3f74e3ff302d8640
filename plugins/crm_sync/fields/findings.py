"""The findings that transform and validate hand on: which row, which field, what is wrong, what follows."""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from crm_sync.config.field_config import FieldConfig
from crm_sync.constants import Action

HIDDEN = "***"
"""Stands for a sensitive value wherever one would be shown."""

MAX_VALUE_CHARS = 2000
"""Longest original value that a finding carries."""

FINDINGS_SCHEMA = pl.Schema(
    {
        "row": pl.UInt32(),
        "record_id": pl.String(),
        "field": pl.String(),
        "rule": pl.String(),
        "error": pl.String(),
        "value": pl.String(),
        "action": pl.String(),
    }
)


class BuiltInRule(StrEnum):
    """The rules that every entity has beside those of its YAML."""

    SHAPE = "shape"
    """The record can't be read at all."""
    REDACTED = "redacted"
    """A sensitive value was removed when the record was rejected: only a new fetch can bring it back."""
    MISSING_KEY = "missing_key"
    REQUIRED = "required"
    TYPE = "type"
    FIELD_NULLED = "field_nulled"
    KEPT_AS_TEXT = "kept_as_text"
    """The value isn't what its type promises and was kept as it is, with a warning."""
    REPLACED_CHARACTERS = "replaced_characters"
    """A character that PostgreSQL can't hold, or bytes that are none, became U+FFFD; of a key it rejects."""
    RECORD_FUNCTION = "record_function"
    COLLISION = "collision"
    """Another record of the read has the same key; this one is kept out of the table."""
    FUTURE_TIME = "future_time"
    """The record was saved, but its modified time lies so far ahead that it says nothing."""


ALWAYS_REJECTED = (
    BuiltInRule.SHAPE,
    BuiltInRule.REDACTED,
    BuiltInRule.MISSING_KEY,
    BuiltInRule.REPLACED_CHARACTERS,
)
"""Rules that hold with skip_validation too: there is nothing to save, or nowhere to save it."""


def is_hidden(field: FieldConfig) -> bool:
    """Say whether the field's values must not be shown."""
    return field.sensitive or field.mask is not None


def no_findings() -> pl.DataFrame:
    """Give an empty table of findings."""
    return FINDINGS_SCHEMA.to_frame()


def build_findings(
    rows: pl.Series, *, rule: str, field: str, error: str | pl.Series, value: pl.Series | None, action: Action
) -> pl.DataFrame:
    """Make findings of one rule and field, without record ids yet.

    Args:
        rows: positions in the chunk.
        rule: name of the rule.
        field: column, empty for the record.
        error: one message, or one for each row.
        value: original values as text; None: nothing to show.
        action: what follows.
    """
    count = len(rows)
    return pl.DataFrame(
        {
            "row": rows.cast(pl.UInt32),
            "record_id": pl.Series([None], dtype=pl.String).new_from_index(0, count),
            "field": pl.Series([field]).new_from_index(0, count),
            "rule": pl.Series([str(rule)]).new_from_index(0, count),
            "error": pl.Series([error]).new_from_index(0, count) if isinstance(error, str) else error,
            "value": pl.Series([None], dtype=pl.String).new_from_index(0, count)
            if value is None
            else value.cast(pl.String).str.head(MAX_VALUE_CHARS),
            "action": pl.Series([str(action)]).new_from_index(0, count),
        },
        schema=FINDINGS_SCHEMA,
    )


def hide(values: pl.Series) -> pl.Series:
    """Replace every value that is there by `***`."""
    return (
        values.to_frame("value")
        .select(pl.when(pl.col("value").is_not_null()).then(pl.lit(HIDDEN)))
        .to_series()
    )


def join_findings(parts: list[pl.DataFrame], record_ids: pl.Series) -> pl.DataFrame:
    """Put findings in the order of the rows and give those without a record id theirs."""
    if not parts:
        return no_findings()
    findings = pl.concat(parts).sort("row", maintain_order=True)
    known = record_ids.gather(findings["row"]).rename("record_id")
    return findings.with_columns(pl.coalesce("record_id", known))
