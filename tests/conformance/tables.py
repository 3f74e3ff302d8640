"""Compares target tables with what they must hold, and watches which tuples a run writes."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from tests.conformance.expected import ExpectedTable, Key, Row
from tests.warehouse import Warehouse

_SHOWN = 5
_QUIET_S = 5.0


def read_rows(warehouse: Warehouse, entity: EntityConfig) -> dict[Key, Row]:
    """Read the whole table by key."""
    columns = [*entity.fields, *(["extra"] if entity.extra else [])]
    columns += ["sync_created_at", "sync_updated_at", "sync_deleted_at", "sync_history_id"]
    query = sql.SQL("select {} from {}").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Identifier(entity.table_schema, entity.table_name),
    )
    rows = [dict(zip(columns, values, strict=True)) for values in warehouse.fetch_all(query)]
    by_key = {tuple(row[column] for column in entity.primary_key): row for row in rows}
    assert len(by_key) == len(rows), f"{entity.table} holds a key twice"
    return by_key


def list_differences(
    warehouse: Warehouse,
    entity: EntityConfig,
    expected: ExpectedTable,
    *,
    left: Collection[Key] = (),
    by_delta: Collection[Key] = (),
) -> list[str]:
    """Compare every column of every row.

    Args:
        warehouse: the database.
        entity: whose table.
        expected: what it must hold.
        left: keys that the source lost without a trace: their rows stay, marked.
        by_delta: keys that only deltas have read: columns with `keep_when_missing` may still be null there.

    Returns:
        A sentence for each difference; empty when the table is right.
    """
    rows = read_rows(warehouse, entity)
    awaited = {name for name, config in entity.fields.items() if config.keep_when_missing}

    def is_compared(column: str) -> bool:
        # a row that differs in such a column alone has not changed, and keeps what it was written with
        return column != "gone" and (column not in entity.fields or entity.fields[column].compared)

    def _is_awaited(column: str, key: Key) -> bool:
        return column in awaited and key in by_delta and rows[key][column] is None

    found = [f"{key} is missing" for key in sorted(expected.rows.keys() - rows.keys(), key=str)]
    for key, row in rows.items():
        wanted = expected.rows.get(key)
        if wanted is None:
            if key not in left:
                found.append(f"{key} should not be there")
            elif (row["sync_deleted_at"] is None) is not keeps_missing(entity):
                found.append(f"{key} is gone at the source: sync_deleted_at is {row['sync_deleted_at']}")
            continue
        found += [
            f"{key}.{column} is {row[column]!r}, should be {wanted[column]!r}"
            for column in wanted
            if is_compared(column)
            and not _is_same(row[column], wanted[column])
            and not _is_awaited(column, key)
        ]
        gone, marked = wanted["gone"], row["sync_deleted_at"]
        if (marked is not None) != bool(gone) or (gone not in (True, False) and marked != gone):
            found.append(f"{key}.sync_deleted_at is {marked!r}, should be {gone!r}")
    return found


def keeps_missing(entity: EntityConfig) -> bool:
    """Tell whether the entity's YAML says that a row which the source no longer shows stays as it is."""
    return getattr(entity.read, "missing_rows", "mark") == "keep"


def assert_table(
    warehouse: Warehouse, entity: EntityConfig, expected: ExpectedTable, **how: Collection[Any]
) -> None:
    """Fail with the first differences when the table is not exactly as expected."""
    found = list_differences(warehouse, entity, expected, **how)
    shown = "\n  ".join(found[:_SHOWN])
    assert not found, f"{entity.table}: {len(found)} differences, of {len(expected.rows)} rows\n  {shown}"
    assert expected.rows, "an empty expectation proves nothing"


def _is_same(stored: Any, wanted: Any) -> bool:
    if isinstance(wanted, float) and isinstance(stored, float):
        return stored == wanted
    return type(stored) is type(wanted) and stored == wanted


def count_tuples(warehouse: Warehouse, schema: str) -> int:
    """Count tuples ever inserted, updated or deleted in a schema, by PostgreSQL's own statistics.

    A session reports its figures as it ends, so this waits until all others have.
    """
    deadline = time.monotonic() + _QUIET_S
    others = (
        "select application_name, state, query from pg_stat_activity where datname = current_database() "
        "and backend_type = 'client backend' and pid <> pg_backend_pid() "
        "and application_name not in ('crm_sync owner', 'conformance reader')"
    )
    while left := warehouse.fetch_all(others):
        assert time.monotonic() < deadline, f"sessions were left open, so their figures are not known: {left}"
        time.sleep(0.005)
    return int(
        warehouse.fetch_one(
            "select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint from pg_stat_user_tables "
            "where schemaname = %s",
            (schema,),
        )[0]
    )


def read_tuples(warehouse: Warehouse, entity: EntityConfig) -> set[tuple[str, str]]:
    """Give place and transaction of every tuple: equal sets mean that no row was written anew."""
    query = sql.SQL("select ctid::text, xmin::text from {}").format(
        sql.Identifier(entity.table_schema, entity.table_name)
    )
    return set(warehouse.fetch_all(query))


def age_history(warehouse: Warehouse, span: timedelta) -> None:
    """Let every window have ended earlier, as if nothing had run since."""
    warehouse.execute(
        """
        update crm_sync.sync_history
        set configuration = jsonb_set(configuration, '{window,until}',
            to_jsonb(((configuration #>> '{window,until}')::timestamptz - %s)::text))
        where configuration #>> '{window,until}' is not null
        """,
        (span,),
    )


def age_rows(warehouse: Warehouse, schema: str, hours: int = 1) -> None:
    """Let time pass since the rows of a schema were written."""
    tables = warehouse.fetch_all(
        "select relname from pg_class where relkind = 'r' and relnamespace = %s::regnamespace", (schema,)
    )
    statement = (
        "update {} set sync_created_at = sync_created_at - {age}, sync_updated_at = sync_updated_at - {age}"
    )
    for (table,) in tables:
        age = sql.Literal(f"{hours} hours")
        warehouse.execute(
            sql.SQL(statement).format(sql.Identifier(schema, table), age=sql.SQL("interval {}").format(age))
        )


def read_everything(warehouse: Warehouse) -> dict[str, str]:
    """Give a fingerprint of every relation's definition and content, but for the rate budget's."""
    found = {}
    relations = warehouse.fetch_all(
        "select n.nspname, c.relname, c.relkind::text, c.relacl::text, obj_description(c.oid), "
        "  (select string_agg(a.attname || format_type(a.atttypid, a.atttypmod), ',' order by a.attnum)"
        "   from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) "
        "from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.relname !~ 'rate_budget' "
        "order by 1, 2"
    )
    for schema, name, kind, *rest in relations:
        content = ""
        if kind in "rm":
            query = sql.SQL("select t::text from {} as t order by 1").format(sql.Identifier(schema, name))
            content = str(warehouse.fetch_all(query))
        found[f"{schema}.{name}"] = hashlib.sha256(f"{kind}{rest}{content}".encode()).hexdigest()
    for schema in warehouse.fetch_all(
        "select nspname, nspacl::text from pg_namespace where nspname !~ '^pg_'"
    ):
        found[str(schema[0])] = str(schema[1])
    return found
