"""What a run writes to own its row of sync_history; whether it may is `sync_owners.py`'s to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import SupersededError
from crm_sync.storage.history.sync_history import HistoryRow, RunIdentity, select_history
from crm_sync.storage.json_text import dump_json
from crm_sync.storage.sql_files import load_sql

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor


@dataclass(frozen=True)
class OpenRun:
    """A history row that this process works on."""

    history_id: int
    start_time: datetime
    resumed: bool
    """The row is of an earlier try: its own configuration holds, not the one given to `open`."""


def insert_run(cursor: PgCursor, identity: RunIdentity, configuration: Mapping[str, Any]) -> OpenRun:
    """Begin a new row."""
    parameters = {
        "crm_source": identity.crm_source,
        "sync_type": identity.sync_type,
        "configuration": dump_json(configuration),
    }
    cursor.execute(load_sql("queries/insert_sync_history"), parameters)
    history_id, start_time = cursor.fetchone() or ()
    return OpenRun(history_id, start_time, resumed=False)


def claim_run(cursor: PgCursor, identity: RunIdentity, history_id: int) -> HistoryRow:
    """Read the row of this run for a later stage; a failed one is opened again where that is allowed.

    Raises:
        SupersededError: the row is another run's, or another run of the entity has begun since it failed.
        StorageError: there is no such row.
    """
    row = select_history(cursor, history_id)
    if row.status is SyncStatus.FAILED:
        parameters = {"id": history_id, "dag_id": identity.dag_id, "run_id": identity.run_id}
        cursor.execute(load_sql("queries/reopen_sync_history"), parameters)
        row = select_history(cursor, history_id)
    is_own = (row.dag_id, row.run_id) == (identity.dag_id, identity.run_id)
    if row.status is SyncStatus.FAILED or not is_own:
        reason = row.error_message or f"it belongs to run {row.run_id} of DAG {row.dag_id}"
        raise SupersededError(f"sync_history row {history_id} is no longer this run's: {reason}")
    return row


def write_owner(cursor: PgCursor, identity: RunIdentity, history_id: int, token: str) -> None:
    """Write down who works on the row from now on; `token` is what `fence` asks for."""
    cursor.execute(
        load_sql("queries/upsert_sync_owner"),
        {**asdict(identity), "sync_history_id": history_id, "token": token},
    )
