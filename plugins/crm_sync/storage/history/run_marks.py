"""Tells one run of one warehouse from every other: its staged files are marked with it.

A history id alone is no name, since a fresh, a restored and a second warehouse count from 1 as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crm_sync.storage.history.history_rows import RunIdentity
from crm_sync.storage.sql_files import load_sql

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

Mark = dict[str, str]
"""What files belong to, by the name of the thing: `warehouse`, `row`, `run`, and what fetch adds to them."""

_marks: dict[tuple[str, str, str], Mark] = {}
"""By CRM, entity and history id: the rows that this process has opened or attached to."""


def read_mark(cursor: PgCursor, *, row: tuple[int, datetime] | None = None) -> Mark:
    """Name the warehouse and, where there is one, the history row of a run.

    The system identifier is a cluster's, the oid a database's for as long as it lives, the moment the row's.

    Args:
        cursor: on the warehouse, in a transaction.
        row: id and start time of the row; None: a dry run, which has none.
    """
    cursor.execute("select has_function_privilege(to_regprocedure('pg_control_system()'), 'execute')")
    may_ask = (cursor.fetchone() or (None,))[0]
    cluster = "unknown"
    if may_ask:
        cursor.execute("select system_identifier::text from pg_control_system()")
        (cluster,) = cursor.fetchone() or (cluster,)
    cursor.execute(load_sql("queries/select_database"))
    oid, name = cursor.fetchone() or ("", "")
    mark = {"warehouse": f"{name} (database {oid} of cluster {cluster})"}
    if row is not None:
        mark["row"] = f"{row[0]} of {row[1].astimezone(UTC).isoformat()}"
    return mark


def note_mark(identity: RunIdentity, history_id: int, mark: Mark) -> None:
    """Remember which run this process works on, so that its staging folder is opened for that one."""
    key = (identity.crm_source, identity.sync_type, str(history_id))
    _marks[key] = {**mark, "run": f"{identity.dag_id} {identity.run_id}"}


def find_mark(crm_source: str, sync_type: str, run_key: str) -> Mark | None:
    """Give the mark of a run that this process works on; None: of that one nothing is known here."""
    return _marks.get((crm_source, sync_type, run_key))


def explain_difference(found: Mapping[str, str], wanted: Mapping[str, str]) -> str | None:
    """Say in what files are another run's; None: they have every mark that is wanted."""
    for name, value in wanted.items():
        if found.get(name) != value:
            return f"{name} {found.get(name) or 'unknown'}, expected {value}"
    return None
