"""Business rules: SQL expressions from YAML over the typed columns, and the hook for what they can't say.

A rule is true for a good record; null counts as passed. Numbers are floats inside a rule, exact text outside.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.config.record_words import RuleConfig
from crm_sync.constants import FieldType
from crm_sync.exceptions import ConfigError
from crm_sync.fields.types import get_field_type

RecordFunction = Callable[[dict[str, Any]], dict[str, Any]]
_NUMBERS = (FieldType.NUMBER, FieldType.DECIMAL)
_PROBE_ROWS = 3
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_WHOLE_DIVISION = re.compile(r"%|//|\b(?:mod|div)\s*\(", re.IGNORECASE)
"""What Polars 1 rounds down and Polars 2 rounds towards zero, as SQL does: -3 % 2 is 1 or -1."""


class RecordRejected(Exception):  # noqa: N818 - reads as what it does where it is raised
    """Raised by an entity's record function to keep one record out.

    Args:
        message: one sentence for rejected_records, without sensitive values.
        field: the column it is about, empty for the whole record.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        self.field = field
        super().__init__(message)


def rule_frame(typed: pl.DataFrame, entity: EntityConfig) -> pl.DataFrame:
    """Give the entity's columns as rules see them: number and decimal as Float64."""
    return typed.select(
        pl.col(name).cast(pl.Float64, strict=False) if field.type in _NUMBERS else pl.col(name)
        for name, field in entity.fields.items()
    )


def find_breaches(frame: pl.DataFrame, rule: RuleConfig) -> pl.Series:
    """Give the rows that break a rule.

    Args:
        frame: from `rule_frame`.
        rule: a rule that `check_rules` has passed.
    """
    passed = frame.select(pl.sql_expr(rule.check).alias("passed")).to_series()
    if len(passed) != frame.height:
        passed = passed.new_from_index(0, frame.height)
    return (~passed).fill_null(value=False).arg_true()


def check_rule(rule: RuleConfig, entity: EntityConfig) -> None:
    """Compile one rule against the entity's columns.

    Raises:
        ConfigError: it doesn't parse, names an unknown column, isn't true or false for each record, divides
            in a way that depends on the version of Polars, or its `field` is no column.
    """
    file = f"{entity.crm_source}/{entity.sync_type}.yaml"
    key_path = f"rules.{rule.name}.check"
    if rule.field is not None and rule.field not in entity.fields:
        raise ConfigError(file, f"rules.{rule.name}.field", "a column of fields", got=f"'{rule.field}'")
    if found := _WHOLE_DIVISION.search(_QUOTED.sub("''", rule.check)):
        expected = "no remainder or whole division, which versions of Polars round differently"
        raise ConfigError(file, key_path, expected, got=f"'{found.group()}'")
    schema = {name: get_field_type(field.type).dtype for name, field in entity.fields.items()}
    probe = pl.DataFrame({name: [None] * _PROBE_ROWS for name in schema}, schema=schema)
    try:
        answer = rule_frame(probe, entity).select(pl.sql_expr(rule.check).alias("passed")).to_series()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        first_line = str(error).strip().partition("\n")[0]
        raise ConfigError(file, key_path, "an SQL expression over the columns", got=first_line) from error
    if answer.dtype != pl.Boolean or len(answer) != _PROBE_ROWS:
        what = f"type {answer.dtype}" if answer.dtype != pl.Boolean else "one answer for all records"
        raise ConfigError(file, key_path, "an expression that is true or false for each record", got=what)


def load_record_function(entity: EntityConfig) -> RecordFunction | None:
    """Import the entity's record function.

    Returns:
        The function, None when the entity has none.

    Raises:
        ConfigError: the name is not `module:function`, or can't be imported.
    """
    if entity.record_function is None:
        return None
    file = f"{entity.crm_source}/{entity.sync_type}.yaml"
    module_name, _, function_name = entity.record_function.partition(":")
    try:
        function = getattr(importlib.import_module(module_name), function_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(file, "record_function", "an importable module:function", got=str(error)) from error
    if not callable(function):
        raise ConfigError(file, "record_function", "a function", got=type(function).__name__)
    loaded: RecordFunction = function
    return loaded
