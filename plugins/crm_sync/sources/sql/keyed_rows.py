"""The rows of chosen keys, as long as these are whole numbers on both sides."""

from __future__ import annotations

from collections.abc import Sequence

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.by_keys import RecordKey
from crm_sync.sources.sql.kinds import ColumnKind, RowBlock
from crm_sync.sources.sql.session import SqlSession
from crm_sync.sources.sql.statements import Condition
from crm_sync.sources.sql.table_look import TableLook


def fetch_keys(session: SqlSession, look: TableLook, keys: Sequence[RecordKey]) -> RowBlock:
    """Read the rows of some keys, those that are there.

    Args:
        session: to read with.
        look: at the table.
        keys: at least one, of whole numbers.

    Raises:
        FatalSourceError: a column of the key holds something else, or a join multiplies the rows.
        SourceError: the database refused, or can't be reached.
    """
    query = look.query
    for column, at in zip(query.keys, query.position_of(query.keys), strict=True):
        if (kind := look.kinds[at]) not in (ColumnKind.INTEGER, ColumnKind.TINY):
            raise FatalSourceError(
                f"{query.name}: the key column {column} holds {kind}, and single rows are asked for by whole "
                "numbers alone"
            )
    conditions = [query.at(query.keys, [int(part) for part in key]) for key in keys]
    texts = " OR ".join(f"({one.text})" for one in conditions)
    values = tuple(value for one in conditions for value in one.values)
    most = len(keys) + 1
    block = session.fetch(
        query.page([Condition(f"({texts})", values)], query.keys, most, look.kinds), look.kinds
    )
    if block.rows == most:
        raise FatalSourceError(
            f"{query.name}: more rows than keys came: the columns {', '.join(query.keys)} are not a key, or "
            "a join multiplies the rows."
        )
    return block
