"""Rejected records that share their key with another record, and those that a whole read did not see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm_sync.fields.findings import HIDDEN, BuiltInRule
from crm_sync.storage.sql_files import load_sql

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

_NUMBER = re.compile(r"#[0-9]+\Z")


@dataclass(frozen=True)
class OpenCollisions:
    """Open rejected records of the rule `collision` of one entity.

    Args:
        record_ids: the ids of their keys.
        source_keys: keys, as the source wrote them, of those that only a conversion made equal to another.
    """

    record_ids: frozenset[str] = frozenset()
    source_keys: frozenset[str] = frozenset()


def read_open_collisions(cursor: PgCursor, crm_source: str, sync_type: str) -> OpenCollisions:
    """Read what is open; nothing where the warehouse has no rejected records yet, as before a dry run."""
    cursor.execute("select to_regclass('crm_sync.rejected_records') is not null")
    if cursor.fetchone() != (True,):
        return OpenCollisions()
    parameters = {"crm_source": crm_source, "sync_type": sync_type, "rule": str(BuiltInRule.COLLISION)}
    cursor.execute(load_sql("queries/select_open_collisions"), parameters)
    found = cursor.fetchall()
    return OpenCollisions(
        frozenset(name for record_id, _ in found for name in (record_id, _NUMBER.sub("", record_id))),
        frozenset(value for _, value in found if value is not None and value != HIDDEN),
    )


def resolve_unseen(
    cursor: PgCursor, crm_source: str, sync_type: str, *, history_id: int, is_swept: bool
) -> int:
    """Close what a run that has read the whole source did not see again, in the caller's transaction.

    A record that is gone must not come back by a replay. Where the run took no row as deleted, because what
    it read is in doubt, only collisions are closed.
    """
    parameters = {
        "crm_source": crm_source,
        "sync_type": sync_type,
        "rules": None if is_swept else [str(BuiltInRule.COLLISION)],
        "sync_history_id": history_id,
    }
    cursor.execute(load_sql("queries/resolve_unseen_rejects"), parameters)
    return int(cursor.rowcount)
