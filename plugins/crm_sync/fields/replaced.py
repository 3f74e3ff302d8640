"""Findings on values in which a character was replaced: kept as they are now, but of a key never."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from crm_sync.config.field_config import FieldConfig
from crm_sync.config.models import EntityConfig
from crm_sync.constants import Action
from crm_sync.fields.cleaning import Place
from crm_sync.fields.findings import BuiltInRule, build_findings, hide, is_hidden
from crm_sync.fields.paths import path_keys, source_paths

_WHAT = "NUL, half a surrogate pair or bytes that are no text"
_KEPT = f"the value has characters that can't be stored ({_WHAT}); they became U+FFFD"
_REFUSED = f"the key has characters that can't be stored ({_WHAT}), and without them it is another key"


def find_spoiled_rows(
    name: str, config: FieldConfig, entity: EntityConfig, replaced: Mapping[int, frozenset[Place]]
) -> list[int]:
    """Give the rows in which something was replaced below one of a field's source paths."""
    keys = [path_keys(path, entity) for path in source_paths(name, config.source)]
    return [
        row
        for row, places in replaced.items()
        if any(place[: len(path)] == path for place in places for path in keys)
    ]


def report_replaced(
    name: str, config: FieldConfig, texts: pl.Series, rows: Collection[int], *, is_key: bool
) -> pl.DataFrame:
    """Make the findings of one field.

    Args:
        name: the column.
        config: its configuration.
        texts: the column as it was read, replaced characters and all.
        rows: where they are.
        is_key: the column is part of the primary key, so that its records are rejected.
    """
    at = pl.Series(sorted(rows), dtype=pl.UInt32)
    values = texts.gather(at)
    return build_findings(
        at,
        rule=BuiltInRule.REPLACED_CHARACTERS,
        field=name,
        error=_REFUSED if is_key else _KEPT,
        value=hide(values) if is_hidden(config) else values,
        action=Action.REJECT if is_key else Action.KEEP,
    )


def report_in_extra(rows: Collection[int]) -> pl.DataFrame:
    """Make the findings of values that no field took."""
    at = pl.Series(sorted(rows), dtype=pl.UInt32)
    return build_findings(
        at, rule=BuiltInRule.REPLACED_CHARACTERS, field="extra", error=_KEPT, value=None, action=Action.KEEP
    )
