"""Indexes that an entity's table gets besides its key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from crm_sync.config.base import Identifier
from crm_sync.config.field_config import FieldConfig
from crm_sync.constants import BOOKKEEPING_COLUMNS, FieldType

_TOO_LONG = frozenset({FieldType.TEXT, FieldType.JSON})
"""Types whose values are often longer than an index takes, about 2,700 bytes: it would refuse their rows."""


def read_columns(value: object) -> object:
    """Turn one column's name into a list of columns; a mapping, such as one with `unique`, is refused."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple):
        msg = "a column or a list of columns; an index is never unique, since it would refuse records"
        raise ValueError(msg)  # noqa: TRY004  # pydantic makes a finding of a ValueError alone
    return value


IndexColumns = Annotated[tuple[Identifier, ...], BeforeValidator(read_columns), Field(min_length=1)]
"""The columns of one index, the deciding one first."""


def find_index_fault(
    indexes: tuple[tuple[str, ...], ...], fields: Mapping[str, FieldConfig]
) -> tuple[str, str] | None:
    """Say what an entity's indexes would have to be; None: they fit.

    Args:
        indexes: the columns of each.
        fields: columns of the table, beside those of the sync itself.

    Returns:
        What was expected, and what was found instead.
    """
    for at, columns in enumerate(indexes):
        for column in columns:
            if column not in fields and column not in BOOKKEEPING_COLUMNS:
                return "columns that the table has", column
            if column in fields and fields[column].type in _TOO_LONG:
                return "no column of type text or json, whose values may be too long for an index", column
        if len(set(columns)) < len(columns):
            return "each column of an index once", ", ".join(columns)
        if columns in indexes[:at]:
            return "each index once", ", ".join(columns)
    return None
