"""Chooses the part of a table that is compared today: a span of its records' times, a new one each day."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.config.rest_reads import RestListRead
from crm_sync.config.sql_reads import SqlTableRead
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.rows.table_parts import Span
from crm_sync.storage.sql_files import load_sql
from crm_sync.storage.statements import get_identifier

DAYS = 28
"""In so many slices the whole table is gone through."""
FEWEST_CALLS = 2 * DAYS
"""A whole read of fewer calls than this can't be cut so that a slice takes a tenth of them."""
_SECOND = timedelta(seconds=1)
_OLDEST = datetime(1970, 1, 2, tzinfo=UTC)
"""No record is older; a day later than machines begin to count, for zones west of Greenwich."""


@dataclass(frozen=True)
class Way:
    """How the records of a span can be asked for.

    Args:
        column: by which time of the table.
        can_move: a record leaves its span when it changes.
        finds_ghosts: the source lists all that lies in a span.
    """

    column: str
    can_move: bool = True
    finds_ghosts: bool = True


def find_way(entity: EntityConfig) -> Way | None:
    """Tell how a source can be asked for the records of a span that has ended; None: it can't be."""
    read, column = entity.read, entity.modified_column
    if isinstance(read, RestListRead) and read.windows is not None:
        way = Way(read.windows.column, can_move=False, finds_ghosts=read.missing_rows == "mark")
        return way if all(one.windowed for one in read.passes) else None
    if column is None or (isinstance(read, SqlTableRead) and read.cursor is None):
        return None
    if isinstance(read, SqlTableRead):
        return Way(column)
    if isinstance(read, RestIdsRead):
        has_end = "{until" in json.dumps(read.search.model_dump(mode="json"))
        # archived records are listed as a whole by each delta
        return Way(column) if has_end else None
    if isinstance(read, RestListRead) and read.strategy == "rest_list":
        has_bounds = all(one.names("since") and one.names("until") for one in read.passes)
        return Way(column, finds_ghosts=read.missing_rows == "mark") if has_bounds else None
    return None


def choose_span(connect: Connect, entity: EntityConfig, way: Way, *, before: datetime) -> Span | None:
    """Choose the span after the one that was compared last; after the last one, the first again.

    Args:
        connect: makes a warehouse connection.
        entity: configuration.
        way: how a span is asked for.
        before: where the settled records end, aware UTC.

    Returns:
        None: no record of the table is settled.
    """
    names = {"crm_source": entity.crm_source, "sync_type": entity.sync_type, "column": way.column}
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_last_slice"), names)
        up_to, _ = cursor.fetchone() or (None, None)
        done = None if up_to is None else datetime.fromisoformat(up_to)

        def ask(text: str, *values: object) -> datetime | int | None:
            parts = {"column": sql.Identifier(way.column), "table": get_identifier(entity)}
            cursor.execute(sql.SQL(text).format(**parts), values)
            row: tuple[datetime | int | None] = cursor.fetchone() or (None,)
            return row[0]

        first = "select min({column}::timestamptz) from {table} where {column} < %s"
        start = ask(f"{first} and {{column}} >= %s", before, done) if done is not None else None
        is_first = start is None
        start = start or ask(first, before)
        if not isinstance(start, datetime):
            return None
        rows = ask("select count(*) from {table} where {column} < %s", before)
        most = math.ceil(int(rows or 0) / DAYS) if isinstance(rows, int) else 1
        ordered = "select {column}::timestamptz from {table} where {column} >= %s order by {column}"
        end = ask(f"{ordered} offset %s limit 1", start, most)
    # sources may know of whole seconds only
    start = start.replace(microsecond=0)
    if is_first and way.can_move:
        # the oldest record may be the one that the table lacks
        start = _OLDEST
    until = before if not isinstance(end, datetime) or end >= before else end.replace(microsecond=0)
    return Span(way.column, start, min(before, max(until, start + _SECOND)))


def read_whole_at(connect: Connect, entity: EntityConfig) -> datetime | None:
    """Give the moment at which the whole was last compared, None: never."""
    names = {"crm_source": entity.crm_source, "sync_type": entity.sync_type, "column": ""}
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_last_slice"), names)
        row: tuple[str | None, datetime | None] = cursor.fetchone() or (None, None)
    return row[1]
