"""Reads from the target tables which parents' links have to be read again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

from psycopg2 import sql

from crm_sync.config.models import SourceConfig
from crm_sync.storage.statements import get_identifier

_PAGE_ROWS = 10_000
_EXISTS = "select to_regclass(%s) is not null"
_PAGE = """
select {key}
from {table}
where (length({key}), {key}) > (length(%(after)s), %(after)s)
  and (%(since)s::timestamptz is null and sync_deleted_at is null or sync_updated_at >= %(since)s)
order by length({key}), {key}
limit %(rows)s
"""


def read_parent_ids(
    connect: Callable[[], Any],
    source: SourceConfig,
    sync_type: str,
    since: datetime | None,
    *,
    key: str = "id",
) -> Iterator[list[str]] | None:
    """Walk over the ids of a parent table in pages of their own short transactions.

    Args:
        connect: opens a warehouse connection.
        source: CRM of the parents.
        sync_type: entity of the parents.
        since: only parents written at or after this moment, gone ones included; None: all that are not gone.
        key: the table's text key column.

    Returns:
        Ids, shorter ones first, then in text order (so numbers ascend), 10,000 at most a time; None when the
        table doesn't exist.
    """
    parent = source.entities.get(sync_type)
    name = get_identifier(parent) if parent else sql.Identifier(source.table_schema, sync_type)
    with closing(connect()) as connection, connection.cursor() as cursor:
        cursor.execute(_EXISTS, (name.as_string(connection),))
        if not cursor.fetchone()[0]:
            return None
    return _walk(connect, sql.SQL(_PAGE).format(key=sql.Identifier(key), table=name), since)


def _walk(connect: Callable[[], Any], query: sql.Composable, since: datetime | None) -> Iterator[list[str]]:
    with closing(connect()) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            after = ""
            while True:
                cursor.execute(query, {"after": after, "since": since, "rows": _PAGE_ROWS})
                ids = [row[0] for row in cursor.fetchall()]
                if not ids:
                    return
                yield ids
                after = ids[-1]
