"""Which column of a table a change is made in, and how a row is found by its key."""

from __future__ import annotations

from sandbox.genius.table import Column, Table, quote

_SHORTEST = 24
_PLAIN = ("label", "title", "name", "notes", "description", "note", "value", "source_name")


def where(table: Table) -> str:
    """Give the condition on the primary key, one placeholder for each of its columns."""
    return " AND ".join(f"{quote(name)} = %s" for name in table.key)


def find_changeable(table: Table) -> Column:
    """Find a column that may hold any text, else any number, else the moment of creation."""
    free = [column for column in table.columns if column.name not in {*table.key, table.changed_column}]
    texts = [c for c in free if c.kind == "text" or (c.kind == "varchar" and c.length >= _SHORTEST)]
    plain = [column for column in texts if column.name.endswith(_PLAIN)]
    numbers = [c for c in free if c.kind in {"int", "smallint"} and not c.name.startswith("third_party")]
    dates = [column for column in free if column.kind == "datetime"]
    return (plain or numbers or dates or texts)[0]
