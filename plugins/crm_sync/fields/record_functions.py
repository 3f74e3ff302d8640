"""Runs an entity's record function over a typed chunk: the escape for what expressions can't say.

It costs a dict and a Python call per record, some tens of microseconds; expressions cost almost none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.constants import Action
from crm_sync.fields.base import FieldValidator
from crm_sync.fields.findings import BuiltInRule, build_findings
from crm_sync.fields.number_notations import POINT
from crm_sync.fields.rules import RecordFunction, RecordRejected
from crm_sync.fields.types import build_validator


def apply_record_function(
    function: RecordFunction, columns: pl.DataFrame, entity: EntityConfig, *, skipped_rows: set[int]
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Hand each record to the function and take its answer as the record.

    Args:
        function: gets a dict column to value (numbers and JSON as text, moments as aware datetimes in UTC),
            returns a dict with the same columns or some of them, or raises RecordRejected.
        columns: the entity's typed columns, masks applied.
        entity: the entity.
        skipped_rows: rows that are rejected already and are left as they are.

    Returns:
        The new columns, and findings for the records that it rejected or failed on. An unexpected exception
        rejects its record too: one odd record must not stop the others.
    """
    rows = list(columns.iter_rows(named=True))
    # what a function gives back is written as Python writes it, whatever the source does
    point = {"decimal_mark": POINT}
    fields = {name: field.model_copy(update=point) for name, field in entity.fields.items()}
    validators = {name: build_validator(field, entity) for name, field in fields.items()}
    refusals: dict[str, list[tuple[int, str]]] = {}
    for number, row in enumerate(rows):
        if number in skipped_rows:
            continue
        try:
            rows[number] = _take_answer(function(dict(row)), row, validators)
        except RecordRejected as refusal:
            refusals.setdefault(refusal.field, []).append((number, str(refusal)))
        except Exception as error:  # noqa: BLE001 - user code: whatever it raises is about this record
            message = f"{entity.record_function} raised {type(error).__name__}"
            refusals.setdefault("", []).append((number, message))
    changed = pl.DataFrame(rows, schema=columns.schema, orient="row") if rows else columns
    return changed, [_to_findings(field, refused) for field, refused in refusals.items()]


def _to_findings(field: str, refused: list[tuple[int, str]]) -> pl.DataFrame:
    return build_findings(
        pl.Series([number for number, _ in refused], dtype=pl.UInt32),
        rule=BuiltInRule.RECORD_FUNCTION,
        field=field,
        error=pl.Series([message for _, message in refused], dtype=pl.String),
        value=None,
        action=Action.REJECT,
    )


def _take_answer(
    answer: object, row: dict[str, Any], validators: Mapping[str, FieldValidator]
) -> dict[str, Any]:
    """Merge the function's answer into the row; a value that its column can't hold raises."""
    if not isinstance(answer, dict):
        raise TypeError("the function returned no dict")
    merged = {**row, **answer}
    if len(merged) > len(row):
        raise KeyError("the function returned a column that fields does not have")
    for column, value in answer.items():
        if value is None or value is row[column]:
            continue
        if validators[column].dtype == pl.String:
            judged = validators[column].judge(str(value))  # Decimal and int come as often as text
            if judged.error is not None:
                raise RecordRejected(f"record function: {judged.error}", field=column)
            merged[column] = judged.value
        else:
            merged[column] = pl.Series([value], dtype=validators[column].dtype).item()
    return merged
