"""Texts to typed columns: sources in order, defaults, types, masks, and a finding for each value that fails.

A column that its source typed as the field wants it is taken as it is, without a way through texts.

The Python part works on distinct values that no expression could read; see `base`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from crm_sync.config.field_config import FieldConfig
from crm_sync.config.models import EntityConfig
from crm_sync.constants import Action, Mask, OnError
from crm_sync.fields.base import FieldValidator
from crm_sync.fields.cleaning import Place
from crm_sync.fields.findings import HIDDEN, BuiltInRule, build_findings, hide, is_hidden
from crm_sync.fields.frames import to_text
from crm_sync.fields.masking import DIGEST, mask_column
from crm_sync.fields.null_texts import drop_null_texts
from crm_sync.fields.number_values import NumberValidator, strip_zeros
from crm_sync.fields.paths import source_paths
from crm_sync.fields.replaced import find_spoiled_rows, report_replaced
from crm_sync.fields.time_values import DateTimeValidator
from crm_sync.fields.twice import find_ambiguous_rows
from crm_sync.fields.types import build_validator

_REPLACEMENT = "\ufffd"


@dataclass
class Conversion:
    """Typed columns in YAML order and what went wrong on the way."""

    columns: pl.DataFrame
    findings: list[pl.DataFrame] = field(default_factory=list)
    """Without record ids yet."""
    altered_rows: set[int] = field(default_factory=set)
    """Rows in which a character of a value was replaced."""
    ambiguous: pl.Series | None = None
    """Rows whose modified time stood on a clock that was about to be put back; None: there is none."""


@dataclass(frozen=True)
class _Column:
    name: str
    config: FieldConfig
    validator: FieldValidator
    is_key: bool

    def take(self, given: pl.DataFrame) -> pl.Series | None:
        """Take a column that has the field's type already; None where its texts have to be read."""
        first, *others = source_paths(self.name, self.config.source)
        if others or self.config.default is not None or is_hidden(self.config):
            return None
        taken = self.validator.take(given[first])
        return None if taken is None else taken.alias(self.name)

    def text(self, schema: pl.Schema) -> pl.Expr:
        """Take the text from the first source that has one, or the default."""
        paths = source_paths(self.name, self.config.source)
        candidates = [self.validator.text(to_text(path, schema[path])) for path in paths]
        if self.config.default is not None:
            candidates.append(pl.lit(self.config.default))
        return (candidates[0] if len(candidates) == 1 else pl.coalesce(candidates)).alias(self.name)

    def first_attempt(self) -> pl.Expr:
        return self.validator.first_attempt(pl.col(self.name)).alias(self.name)

    def failure(self) -> tuple[BuiltInRule, Action]:
        """Say what a value that can't be converted does to its record."""
        if self.is_key:
            return BuiltInRule.MISSING_KEY, Action.REJECT
        if self.config.required or self.config.on_error is OnError.REJECT:
            return BuiltInRule.TYPE, Action.REJECT
        return BuiltInRule.FIELD_NULLED, Action.NULL


def convert(
    given: pl.DataFrame, entity: EntityConfig, *, replaced: Mapping[int, frozenset[Place]] | None = None
) -> Conversion:
    """Convert every column of an entity.

    Args:
        given: one column per source path, of texts or typed.
        entity: the entity.
        replaced: row to the places in it where a character was replaced; None: nowhere.

    Returns:
        Columns of the same height; a value that can't be converted is null there and has a finding.
    """
    columns = [_build_column(name, given.schema, entity) for name in entity.fields]
    taken = {column.name: values for column in columns if (values := column.take(given)) is not None}
    reading = [column for column in columns if column.name not in taken]
    own = given.select(column.text(given.schema) for column in reading)
    result = Conversion(own)
    digests: dict[str, pl.Series] = {}
    for column in reading:
        if is_hidden(column.config):
            own, digests[column.name] = _set_aside(column, own, result)
    if entity.null_texts:
        own = drop_null_texts(own, entity.null_texts)
    if entity.error_texts:
        own = _refuse_errors(reading, own, entity.error_texts, result)
    for column in reading:
        column.validator.prepare(own[column.name])
    # lazily, so that what an attempt says twice is done once
    first = own.lazy().select([column.first_attempt() for column in reading]).collect()
    for column in reading:
        spoiled = find_spoiled_rows(column.name, column.config, entity, replaced) if replaced else []
        values = _convert_column(column, own[column.name], first[column.name], result, spoiled)
        taken[column.name] = _mask(values, column.config.mask, digests)
    result.columns = pl.DataFrame([taken[column.name] for column in columns])
    result.ambiguous = _find_ambiguous(columns, given, own, result.columns, entity)
    return result


def _build_column(name: str, schema: pl.Schema, entity: EntityConfig) -> _Column:
    config = entity.fields[name]
    paths = source_paths(name, config.source)
    if config.format is not None and all(schema[path].is_temporal() for path in paths):
        # the source's own times have no notation: the format is for texts, here of the default only
        default = None
        if config.default is not None:
            default = build_validator(config, entity).judge(config.default).value.isoformat()
        config = config.model_copy(update={"format": None, "default": default})
    return _Column(name, config, build_validator(config, entity), name in entity.primary_key)


def _find_ambiguous(
    columns: list[_Column], given: pl.DataFrame, own: pl.DataFrame, typed: pl.DataFrame, entity: EntityConfig
) -> pl.Series | None:
    name = entity.modified_column
    if name is None or entity.source_time_zone == "UTC":
        return None
    column = next((column for column in columns if column.name == name), None)
    if column is None or not isinstance(column.validator, DateTimeValidator):
        return None
    path = source_paths(name, column.config.source)[0]
    source = own[name] if name in own.columns and given[path].dtype == pl.String else given[path]
    return find_ambiguous_rows(typed[name], source, column.validator, entity)


def _set_aside(column: _Column, own: pl.DataFrame, result: Conversion) -> tuple[pl.DataFrame, pl.Series]:
    """Take out of a hidden column what a rejected record carries instead of its values.

    Returns:
        The frame without them, and the digests.
    """
    text = pl.col(column.name)
    is_digest = text.str.contains(DIGEST) if column.config.mask is Mask.SHA256 else pl.lit(value=False)
    is_removed = (text == HIDDEN) if column.config.mask is None else pl.lit(value=False)
    digests = own.select(pl.when(is_digest).then(text)).to_series()
    removed = own.select(is_removed.fill_null(value=False).alias("removed")).to_series()
    if removed.any() and len(removed) == own.height:
        error = "the sensitive value was removed when the record was rejected; fetch the record again"
        result.findings.append(
            build_findings(
                removed.arg_true(),
                rule=BuiltInRule.REDACTED,
                field=column.name,
                error=error,
                value=None,
                action=Action.REJECT,
            )
        )
    left = pl.when(~is_digest & ~is_removed).then(text).alias(column.name)
    return own.with_columns(left), digests


def _refuse_errors(
    reading: list[_Column], own: pl.DataFrame, error_texts: tuple[str, ...], result: Conversion
) -> pl.DataFrame:
    """Take out the texts by which the source says that it could not work a value out, and report each."""
    for column in reading:
        texts = own[column.name]
        is_error = texts.is_in(list(error_texts)).fill_null(value=False)
        if not is_error.any():
            continue
        rule, action = column.failure()
        values = texts.filter(is_error)
        result.findings.append(
            build_findings(
                is_error.arg_true(),
                rule=rule,
                field=column.name,
                error="the source could not work the value out",
                value=hide(values) if is_hidden(column.config) else values,
                action=action,
            )
        )
        left = pl.when(~is_error).then(pl.col(column.name)).alias(column.name)
        own = own.with_columns(left)
    return own


def _convert_column(
    column: _Column, texts: pl.Series, first: pl.Series, result: Conversion, spoiled: list[int]
) -> pl.Series:
    """Read one column to the end and report its problems; `spoiled` rows had a character replaced."""
    if column.config.mask is Mask.DROP:
        return first
    cleaned = column.validator.clean(texts, first)
    values = cleaned.values
    if column.is_key and isinstance(column.validator, NumberValidator):
        values = strip_zeros(values)
    if cleaned.problems is not None:
        _report(column, texts, cleaned.problems, result)
    # a value that is none has its finding already, and one of several sources may not be the one that counts
    rows = {row for row in spoiled if _REPLACEMENT in (texts[row] or "")} | set(cleaned.altered_rows)
    rows = {row for row in rows if values[row] is not None}
    if rows:
        result.altered_rows.update(rows)
        result.findings.append(report_replaced(column.name, column.config, texts, rows, is_key=column.is_key))
        if column.is_key:
            values = values.clone().scatter(sorted(rows), None)
    return values


def _report(column: _Column, texts: pl.Series, problems: pl.DataFrame, result: Conversion) -> None:
    rule, action = column.failure()
    outcomes = (("error", rule, action), ("warning", BuiltInRule.KEPT_AS_TEXT, Action.WARN))
    for kind, name, what in outcomes:
        rows = problems.filter(pl.col(kind).is_not_null())
        if rows.is_empty():
            continue
        values = texts.gather(rows["row"])
        hidden = is_hidden(column.config)
        result.findings.append(
            build_findings(
                rows["row"],
                rule=name,
                field=column.name,
                error=column.validator.generic_error if hidden else rows[kind],
                value=hide(values) if hidden else values,
                action=what,
            )
        )


def _mask(values: pl.Series, mask: Mask | None, digests: dict[str, pl.Series]) -> pl.Series:
    if mask is None:
        return values
    masked = mask_column(values, mask)
    return masked if mask is Mask.DROP else masked.zip_with(masked.is_not_null(), digests[values.name])
