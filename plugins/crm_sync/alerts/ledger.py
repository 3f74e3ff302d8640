"""What was found and told, as `crm_sync.alerts` keeps it; who is told what is left to `telling.py`."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crm_sync.alerts.causes import name_cause
from crm_sync.insight.findings import Finding, Health
from crm_sync.storage.connections import Connect, open_transaction, translate_outage
from crm_sync.storage.sql_files import load_sql

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

_LOCK_KEY = 0x63726D5F616C7274
"""`crm_alrt` in ASCII: key of the session's advisory lock that lets one process at a time tell."""


_FAULTS = frozenset({Health.FAILED, Health.ABANDONED})
_CONSEQUENCES = frozenset({Health.LATE, Health.NEVER, Health.UNRELIABLE})
"""What comes of a fault sooner or later: people are told of the fault alone."""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Alert:
    """A row of crm_sync.alerts that somebody has to be told of, or that lasts."""

    id: int
    crm_source: str
    sync_type: str
    cause: str
    sentence: str
    since: datetime
    told_to: Sequence[str]
    told_at: datetime | None
    over_at: datetime | None
    over_told_to: Sequence[str]
    over_told_at: datetime | None


@contextlib.contextmanager
def hold_lock(connect: Connect) -> Iterator[bool]:
    """Give whether this process alone tells: of two that look at the same time, one does.

    Raises:
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    with translate_outage():
        connection = connect()
    try:
        connection.autocommit = True
        with translate_outage(), connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s)", (_LOCK_KEY,))
            (is_mine,) = cursor.fetchone() or (False,)
        yield bool(is_mine)
        # a closed connection frees its lock a moment later: whoever looks next would find it taken
        with translate_outage(), connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock_all()")
    finally:
        connection.close()


def note_findings(
    connect: Connect, crm_sources: Collection[str], findings: Iterable[Finding], now: datetime
) -> list[Alert]:
    """Write down what is new and what is over.

    Args:
        connect: makes a warehouse connection.
        crm_sources: whose findings these are; others stay as they are.
        findings: all that is wrong with them now.
        now: aware.

    Returns:
        Alerts that last, and those of which somebody has to be told, oldest first.
    """
    found: Mapping[tuple[str, str, str], Finding] = {
        (one.crm_source, one.sync_type or "", name_cause(one)): one for one in findings
    }
    with open_transaction(connect) as cursor:
        for alert in _read_open(cursor, crm_sources):
            key = (alert.crm_source, alert.sync_type, alert.cause)
            if alert.over_at is None and key not in found:
                cursor.execute(load_sql("queries/end_alert"), {"id": alert.id, "now": now})
        hurt = {(one.crm_source, one.sync_type) for one in found.values() if one.kind in _FAULTS}
        for (crm_source, sync_type, cause), one in found.items():
            if one.kind in _CONSEQUENCES and (one.crm_source, one.sync_type) in hurt:
                continue
            row: dict[str, object] = {"crm_source": crm_source, "sync_type": sync_type, "cause": cause}
            row |= {"sentence": one.sentence, "since": one.since or now}
            # whoever was told of failures knows that they were many
            row |= {"unless_failed_since": now - _DAY if one.kind is Health.UNRELIABLE else None}
            cursor.execute(load_sql("queries/insert_alert"), row)
        return _read_open(cursor, crm_sources)


def note_told(connect: Connect, alerts: Iterable[Alert], label: str, *, is_over: bool) -> None:
    """Write down that one way has told of some alerts, at once: a process may be killed before its next."""
    asked = {"ids": [alert.id for alert in alerts], "label": label}
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/note_over_told" if is_over else "queries/note_told"), asked)


def finish(connect: Connect, alerts: Iterable[Alert], *, is_over: bool, now: datetime) -> None:
    """Write down that everybody knows of some alerts, so that nobody is told again."""
    asked = {"ids": [alert.id for alert in alerts], "now": now}
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/finish_over_alerts" if is_over else "queries/finish_alerts"), asked)


def _read_open(cursor: PgCursor, crm_sources: Collection[str]) -> list[Alert]:
    cursor.execute(load_sql("queries/select_open_alerts"), {"crm_sources": sorted(crm_sources)})
    return [Alert(*row) for row in cursor.fetchall()]
