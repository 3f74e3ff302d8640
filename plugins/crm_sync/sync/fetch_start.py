"""Asks the warehouse, before a fetch begins, whether it may begin and which clock it goes by."""

from __future__ import annotations

from datetime import UTC, datetime

from crm_sync.config.models import EntityConfig
from crm_sync.constants import Stage
from crm_sync.exceptions import SupersededError
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.history.sync_history import read_history


def refuse_second_start(connect: Connect, history_id: int) -> None:
    """Stop a fetch that would begin again in a row whose save has begun.

    Save continues after its last committed chunk, so that many chunks of another read would be left out.

    Raises:
        SupersededError: the row's save has begun.
    """
    if read_history(connect, history_id).get_progress(Stage.SAVE) is not None:
        raise SupersededError(
            f"The staged files of history row {history_id} are gone after a part of them was saved; "
            "run the DAG again."
        )


def read_clock(connect: Connect, entity: EntityConfig, now: datetime) -> datetime:
    """Give the moment that a window of the entity may end at.

    Args:
        connect: makes a warehouse connection.
        entity: configuration.
        now: by the worker's clock. Links go by the warehouse's, if it is behind: by that one parents changed.
    """
    return min(now, read_warehouse_clock(connect)) if entity.parent_key else now


def read_warehouse_clock(connect: Connect) -> datetime:
    """Give the warehouse's time, aware UTC: the second clock where a source has none."""
    with open_transaction(connect) as cursor:
        cursor.execute("select now()")
        moment: datetime
        (moment,) = cursor.fetchone() or (datetime.now(UTC),)
    return moment
