"""Which records a list shows: what is deleted or archived, and for how long."""

from __future__ import annotations

from sandbox.frame.times import DAY_MS
from sandbox.pipedrive.account import Account
from sandbox.pipedrive.errors import invalid
from sandbox.pipedrive.store import Fields, RecordId

KEPT_MS = 30 * DAY_MS
"""After a deletion; then the record is gone for good."""
_STATUSES = frozenset({"open", "won", "lost", "deleted"})


def list_shown(
    account: Account, kind: str, *, archived: bool = False, status: str | None = None
) -> list[Fields]:
    """The records of a list by id, before its other filters.

    Args:
        account: The account.
        kind: Of the records.
        archived: Deals and leads: those of the separate list.
        status: Of deals: one or several with commas; None: whatever is not deleted.

    Raises:
        ApiError: 400, an unknown status.
    """
    wanted = _read_statuses(status)
    table = account.store.tables[kind]
    return [
        table.records[one]
        for one in table.ids()
        if (one in table.archived) == archived and _is_shown(account, kind, one, wanted)
    ]


def is_known(account: Account, kind: str, record_id: RecordId) -> bool:
    """Whether a record can be read by its id."""
    table = account.store.tables[kind]
    return record_id in table.records and not is_purged(account, kind, record_id)


def is_purged(account: Account, kind: str, record_id: RecordId) -> bool:
    """Whether a record was deleted too long ago."""
    deleted_ms = account.store.tables[kind].deleted_ms.get(record_id)
    return deleted_ms is not None and account.clock.now_ms() - deleted_ms > KEPT_MS


def _is_shown(account: Account, kind: str, record_id: RecordId, statuses: frozenset[str] | None) -> bool:
    table = account.store.tables[kind]
    is_deleted = record_id in table.deleted_ms
    if kind == "deals":
        if is_deleted and is_purged(account, kind, record_id):
            return False
        return not is_deleted if statuses is None else table.records[record_id]["status"] in statuses
    if not is_deleted:
        return True
    return kind in account.config.shown_when_deleted and not is_purged(account, kind, record_id)


def _read_statuses(text: str | None) -> frozenset[str] | None:
    if text is None:
        return None
    statuses = frozenset(text.split(","))
    if unknown := statuses - _STATUSES:
        message = f"status {min(unknown)} is not one of open, won, lost, deleted"
        raise invalid(message)
    return statuses
