r"""The id of a record: its key as one text, by which rejects, proofs and messages name it.

A key of one column is its text. The parts of a key of several columns are joined by `|`, and a part's own `|`
and `\` have a `\` before them: `("a|b", "c")` and `("a", "b|c")` are two records. `storage/statements.py`
composes the same in SQL.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.constants import FieldType

SEPARATOR = "|"
MARK = "\\"
MARKED = (MARK, SEPARATOR)
"""What is marked within a part, in this order."""
PLAIN_TYPES = frozenset(
    {
        FieldType.INTEGER,
        FieldType.NUMBER,
        FieldType.DECIMAL,
        FieldType.BOOLEAN,
        FieldType.DATE,
        FieldType.DATETIME,
    }
)
"""Types whose texts have nothing to mark."""


def record_id_expression(entity: EntityConfig) -> pl.Expr:
    """Build the record's id from its typed key columns, null where a part is null."""
    plain = [name for name in entity.primary_key if entity.fields[name].type in PLAIN_TYPES]
    return join_parts(record_id_parts(entity), plain=plain).alias("record_id")


def record_id_parts(entity: EntityConfig) -> dict[str, pl.Expr]:
    """Give the typed key columns as the texts that record ids are made of."""
    return {column: pl.col(column).cast(pl.String) for column in entity.primary_key}


def join_parts(parts: Mapping[str, pl.Expr], *, plain: Collection[str] = ()) -> pl.Expr:
    """Join the texts of a key; null where one of them is null.

    Args:
        parts: the texts, by column.
        plain: columns whose texts have nothing to mark.
    """
    if len(parts) == 1:
        return next(iter(parts.values()))
    marked = [text if name in plain else _mark(text) for name, text in parts.items()]
    return pl.concat_str(marked, separator=SEPARATOR)


def _mark(text: pl.Expr) -> pl.Expr:
    for character in MARKED:
        text = text.str.replace_all(character, MARK + character, literal=True)
    return text
