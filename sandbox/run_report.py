"""What `make sync` shows at its end: the history rows of the run and a few target rows."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg2
from psycopg2 import sql

if TYPE_CHECKING:
    from crm_sync.config.models import SourceConfig

_HISTORY = """
select id, sync_type, status, records_processed, records_created, records_updated, records_failed,
       coalesce((performance_metrics ->> 'records_unchanged')::int, 0),
       configuration -> 'window' ->> 'mode', configuration -> 'window' ->> 'since',
       coalesce(error_message, '')
from crm_sync.sync_history
where crm_source = %s
order by id desc
limit %s
"""
_HEADER = (
    *("id", "entity", "status", "processed", "created", "updated", "failed", "unchanged"),
    *("mode", "since", "message"),
)
_CELL_CHARS = 26
_SHOWN_ROWS = 3
_SHOWN_COLUMNS = 6


def print_report(connection_json: str, source: SourceConfig) -> None:
    """Print the newest history row of each entity and three rows of the first table.

    Args:
        connection_json: Airflow connection of the warehouse, JSON or URI form.
        source: configuration of the CRM that was synced.
    """
    with closing(psycopg2.connect(**_connect_arguments(connection_json))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("select to_regclass('crm_sync.sync_history')")
            if cursor.fetchone() == (None,):
                print("The warehouse has no crm_sync schema yet: nothing was synced.")
                return
            cursor.execute(_HISTORY, (source.crm_source, len(source.entities)))
            rows = cursor.fetchall()
            print(f"\ncrm_sync.sync_history, newest {len(rows)} rows of {source.crm_source}:")
            _print_table(_HEADER, sorted(rows))
            for entity in list(source.entities.values())[:1]:
                cursor.execute("select to_regclass(%s)", (entity.table,))
                if cursor.fetchone() != (None,):
                    _print_target(cursor, entity.table_schema, entity.table_name)


def _print_target(cursor: psycopg2.extensions.cursor, schema: str, table: str) -> None:
    name = sql.Identifier(schema, table)
    cursor.execute(sql.SQL("select count(*) from {}").format(name))
    (count,) = cursor.fetchone() or (0,)
    cursor.execute(sql.SQL("select * from {} limit {}").format(name, sql.Literal(_SHOWN_ROWS)))
    header = [column.name for column in cursor.description or ()][:_SHOWN_COLUMNS]
    print(f"\n{schema}.{table}, {_SHOWN_ROWS} of {count:,} rows:")
    _print_table(header, [row[:_SHOWN_COLUMNS] for row in cursor.fetchall()])


def _print_table(header: tuple[str, ...] | list[str], rows: list[tuple[object, ...]]) -> None:
    cells = [[str(cell if cell is not None else "")[:_CELL_CHARS] for cell in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    for row in cells:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _connect_arguments(connection: str) -> dict[str, Any]:
    if not connection.lstrip().startswith("{"):
        return {"dsn": connection.replace("postgres://", "postgresql://", 1)}
    fields = json.loads(connection)
    names = {"host": "host", "port": "port", "user": "login", "password": "password", "dbname": "schema"}
    return {name: fields[key] for name, key in names.items() if fields.get(key) is not None}
