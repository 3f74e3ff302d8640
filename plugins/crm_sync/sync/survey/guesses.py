"""Types of columns by the values of a few records; a type that would lose one of them is no guess."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from itertools import chain

import polars as pl

from crm_sync.config.field_config import FieldConfig
from crm_sync.config.models import EntityConfig
from crm_sync.constants import FieldType
from crm_sync.fields.types import build_validator

_DIGITS = 15
"""More of them are an id, and no number that anybody counts with."""
_SHAPES = {
    FieldType.DATE: r"\d{4}-\d\d-\d\d",
    FieldType.DATETIME: r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*",
    FieldType.EMAIL: r"[^@\s]+@[^@\s]+\.[^@\s]+",
    FieldType.URL: r"https?://\S+",
}
_PLAIN: dict[FieldType, set[type]] = {
    FieldType.BOOLEAN: {bool},
    FieldType.INTEGER: {int},
    FieldType.NUMBER: {int, float},
    FieldType.DATE: {date},
    FieldType.DATETIME: {datetime},
    FieldType.JSON: {dict, list},
}
_UNTYPED_SHAPES = {
    FieldType.BOOLEAN: r"(?i)true|false",
    # a leading zero belongs to a code: as a number it would be gone
    FieldType.INTEGER: rf"-?(0|[1-9]\d{{0,{_DIGITS - 1}}})",
    FieldType.NUMBER: rf"-?(0|[1-9]\d{{0,{_DIGITS - 1}}})(\.\d+)?",
}


def guess_type(values: Sequence[object], entity: EntityConfig, *, are_texts: bool) -> FieldType | None:
    """Guess a column's type.

    Args:
        values: of some records; null and blank ones say nothing.
        entity: for its zone and region.
        are_texts: the source writes every value as a text, numbers, too.

    Returns:
        None: no record has a value.
    """
    told = [one for one in values if one is not None and not (isinstance(one, str) and not one.strip())]
    if not told:
        return None
    kinds = {type(one) for one in told}
    if kinds == {str}:
        return _guess_text([str(one) for one in told], entity, are_texts=are_texts)
    return next((kind for kind, types in _PLAIN.items() if kinds <= types), FieldType.STRING)


def _guess_text(texts: Sequence[str], entity: EntityConfig, *, are_texts: bool) -> FieldType:
    shapes = chain(_SHAPES.items(), _UNTYPED_SHAPES.items() if are_texts else ())
    for kind, shape in shapes:
        if all(re.fullmatch(shape, text.strip()) for text in texts) and _is_kept(texts, kind, entity):
            return kind
    return FieldType.STRING


def _is_kept(texts: Sequence[str], kind: FieldType, entity: EntityConfig) -> bool:
    cleaned = build_validator(FieldConfig(type=kind), entity).clean(pl.Series(texts, dtype=pl.String))
    return cleaned.values.null_count() == 0
