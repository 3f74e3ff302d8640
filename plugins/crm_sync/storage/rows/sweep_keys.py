"""The keys of every record that a run read, and whether they can be relied on for a sweep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import polars as pl
import psycopg2
from psycopg2 import sql

from crm_sync.storage.copy import copy_rows
from crm_sync.storage.database_errors import ErrorKind, classify, get_message
from crm_sync.storage.statements import compose_keys

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

SEEN = sql.Identifier("pg_temp", "crm_sync_seen")
_KEYLESS = "A record without a readable key was read, so no row was taken as deleted."


def load_keys(
    cursor: PgCursor, target: sql.Composable, key: Sequence[str], frames: Iterable[pl.DataFrame]
) -> str | None:
    """Copy every key that was read to the temporary table `SEEN`.

    Args:
        cursor: in the transaction of the sweep.
        target: table whose key columns' types hold.
        key: its primary key.
        frames: keys, in pieces.

    Returns:
        Why the keys can't be relied on; None: they can.
    """
    cursor.execute(compose_keys(target, list(key), SEEN))
    cursor.execute("savepoint crm_sync_sweep")
    try:
        for frame in frames:
            part = frame.select(key)
            if _lacks_key(part):
                return _KEYLESS
            copy_rows(cursor, SEEN, with_position(part))
    except psycopg2.Error as error:
        if classify(error) is not ErrorKind.DATA:
            raise
        cursor.execute("rollback to savepoint crm_sync_sweep")
        return f"The key of a record fits no row ({get_message(error)}), so no row was taken as deleted."
    cursor.execute("release savepoint crm_sync_sweep")
    cursor.execute(sql.SQL("analyze {}").format(SEEN))
    return None


def check_keys(key: Sequence[str], frames: Iterable[pl.DataFrame]) -> str | None:
    """Say why the keys can't be relied on; None: they can, as far as can be seen without the database."""
    return _KEYLESS if any(_lacks_key(frame.select(key)) for frame in frames) else None


def with_position(frame: pl.DataFrame) -> pl.DataFrame:
    """Number keys, so that a column is there also where a key is one column and null means null."""
    return frame.with_row_index("_position")


def _lacks_key(keys: pl.DataFrame) -> bool:
    return bool(keys.select(pl.any_horizontal(pl.all().is_null()).any()).item())
