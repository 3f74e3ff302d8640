"""Validate: says which rows of a typed chunk must not be saved, and why; a pure function.

It adds missing keys, missing required fields and business rules to transform's findings.
"""

from __future__ import annotations

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.config.record_words import RuleConfig
from crm_sync.constants import Action, RuleAction
from crm_sync.fields.checks import check_fields
from crm_sync.fields.findings import (
    ALWAYS_REJECTED,
    BuiltInRule,
    build_findings,
    hide,
    is_hidden,
    join_findings,
)
from crm_sync.fields.record_ids import record_id_expression
from crm_sync.fields.rules import check_rule, find_breaches, load_record_function, rule_frame


def validate_chunk(
    typed: pl.DataFrame, findings: pl.DataFrame, entity: EntityConfig, *, skip_validation: bool = False
) -> pl.DataFrame:
    """Judge one typed chunk.

    Args:
        typed: from `transform_chunk`.
        findings: from the same call.
        entity: required fields and rules.
        skip_validation: let every row pass, except rows without a key and unreadable ones; a value that
            can't be converted is then null, whatever the field says.

    Returns:
        Transform's findings and validate's, ordered by row; a row with an action `reject` must not be saved.
    """
    if skip_validation:
        findings = _soften(findings)
    unreadable = findings.filter(pl.col("rule").is_in([BuiltInRule.SHAPE, BuiltInRule.REDACTED]))["row"]
    needed = dict.fromkeys(entity.primary_key, BuiltInRule.MISSING_KEY)
    if not skip_validation:
        required = [name for name, field in entity.fields.items() if field.required]
        needed = {**dict.fromkeys(required, BuiltInRule.REQUIRED), **needed}
    parts = [findings]
    parts += [_find_missing(typed, findings, name, rule, unreadable) for name, rule in needed.items()]
    if entity.rules and not skip_validation:
        frame = rule_frame(typed, entity)
        parts += [_apply_rule(rule, frame, typed, entity, unreadable) for rule in entity.rules]
    found = [part for part in parts if not part.is_empty()]
    return join_findings(found, typed.select(record_id_expression(entity)).to_series())


def check_rules(entity: EntityConfig) -> None:
    """Check the YAML's words about values and rules, before anything is fetched.

    Raises:
        ConfigError: a rule doesn't compile, the record function can't be imported, or a field's mask, format,
            default or time zone can't work.
    """
    check_fields(entity)
    for rule in entity.rules:
        check_rule(rule, entity)
    load_record_function(entity)


def _soften(findings: pl.DataFrame) -> pl.DataFrame:
    """Let rejections for a field's sake pass: the value is null already."""
    is_kept = pl.col("rule").is_in([str(rule) for rule in ALWAYS_REJECTED])
    is_rejection = (pl.col("action") == str(Action.REJECT)) & ~is_kept
    is_type = is_rejection & (pl.col("rule") == str(BuiltInRule.TYPE))
    softer = pl.when(is_type).then(pl.lit(str(Action.NULL))).otherwise(pl.lit(str(Action.WARN)))
    return findings.with_columns(
        rule=pl.when(is_type).then(pl.lit(str(BuiltInRule.FIELD_NULLED))).otherwise(pl.col("rule")),
        action=pl.when(is_rejection).then(softer).otherwise(pl.col("action")),
    )


def _find_missing(
    typed: pl.DataFrame, findings: pl.DataFrame, column: str, rule: BuiltInRule, unreadable: pl.Series
) -> pl.DataFrame:
    """Find rows without a value that they need and that transform hasn't explained."""
    if typed[column].null_count() == 0:
        return findings.clear()
    rows = typed[column].is_null().arg_true().cast(pl.UInt32)
    explained = findings.filter((pl.col("field") == column) & (pl.col("action") == str(Action.REJECT)))["row"]
    rows = rows.filter(~rows.is_in(pl.concat([explained, unreadable]).implode()))
    what = "primary key" if rule is BuiltInRule.MISSING_KEY else "required"
    error = f"{what} field is missing"
    return build_findings(rows, rule=rule, field=column, error=error, value=None, action=Action.REJECT)


def _apply_rule(
    rule: RuleConfig, frame: pl.DataFrame, typed: pl.DataFrame, entity: EntityConfig, unreadable: pl.Series
) -> pl.DataFrame:
    """Find the rows that break one business rule."""
    rows = find_breaches(frame, rule).cast(pl.UInt32)
    rows = rows.filter(~rows.is_in(unreadable.implode()))
    value = None
    if rule.field is not None:
        value = typed[rule.field].gather(rows).cast(pl.String)
        value = hide(value) if is_hidden(entity.fields[rule.field]) else value
    action = Action.REJECT if rule.action is RuleAction.REJECT else Action.WARN
    return build_findings(
        rows, rule=rule.name, field=rule.field or "", error=rule.message, value=value, action=action
    )
