"""Which rows of a piece the table has already: those are updated, the others inserted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from psycopg2 import sql

from crm_sync.exceptions import SchemaFaultError
from crm_sync.storage.copy import copy_rows, read_numbers
from crm_sync.storage.rows import merge_sql
from crm_sync.storage.rows.merge_sql import KEYS, PIECE_COLUMN, POSITION_COLUMN, MergeTarget
from crm_sync.storage.statements import compose_keys

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor


class KnownRows:
    """Looks keys up in the target table, within the caller's transaction.

    Args:
        cursor: in that transaction; a temporary table for keys is made in it.
        target: whose rows.
    """

    def __init__(self, cursor: PgCursor, target: MergeTarget) -> None:
        self._cursor = cursor
        self._target = target
        cursor.execute(compose_keys(target.table, target.key, KEYS))
        self._probe = sql.SQL(merge_sql.compose_probe(target).as_string(cursor))
        self._probe_range = merge_sql.compose_range_probe(target).as_string(cursor)

    def find(self, piece: pl.DataFrame, number: int) -> list[int]:
        """Give the positions of the rows whose key the table has.

        Args:
            piece: with position and piece column.
            number: of the piece.

        Raises:
            SchemaFaultError: the table has one of the keys several times.
        """
        if self._is_beyond(piece):
            return []
        copy_rows(self._cursor, KEYS, piece.select(PIECE_COLUMN, POSITION_COLUMN, *self._target.key))
        found = read_numbers(self._cursor, self._probe.format(piece=sql.Literal(number)))
        if len(found) > len(set(found)):
            raise self._refuse_repeated()
        return found

    def _refuse_repeated(self) -> SchemaFaultError:
        """Give the error of a key that several rows have: which of them to write nobody can know."""
        entity = self._target.entity
        columns = ", ".join(entity.primary_key)
        return SchemaFaultError(
            f"Table {entity.table} has several rows with the same {columns}: a table that inherits from it "
            "has them too, or the index of its key is damaged. Delete all but one of each. "
            f"Run: reindex table {entity.table};"
        )

    def _is_beyond(self, piece: pl.DataFrame) -> bool:
        """Tell whether no row lies between the least and the greatest key: a table is filled in order, say.

        Numbers only: how texts are ordered is the database's own.
        """
        keys = piece[self._target.key[0]]
        if len(self._target.key) > 1 or not keys.dtype.is_integer():
            return False
        self._cursor.execute(self._probe_range, (keys.min(), keys.max()))
        return not (self._cursor.fetchone() or (True,))[0]
