"""What the last look of the DAG crm_sync_health found, kept for the page: to find it anew takes too long."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from crm_sync.insight.findings import Finding, Health
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.sql_files import load_sql

KEPT = frozenset({Health.SILENT, Health.REJECTING})
"""Findings that sum up the runs of a day and of weeks."""


@dataclass(frozen=True)
class KeptLook:
    """The last look at one CRM.

    Args:
        crm_source: the CRM.
        looked_at: moment of the look.
        findings: of the kinds in `KEPT`, as they were then.
    """

    crm_source: str
    looked_at: datetime
    findings: tuple[Finding, ...]


def keep_look(
    connect: Connect, crm_sources: Collection[str], findings: Iterable[Finding], looked_at: datetime
) -> None:
    """Keep what a look found of some CRMs of one warehouse, in place of what the one before found.

    Args:
        connect: makes a warehouse connection.
        crm_sources: all that were looked at, also those of which nothing was found.
        findings: all of the look; other kinds than those in `KEPT` are left out.
        looked_at: aware.

    Raises:
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    found: dict[str, list[Finding]] = {name: [] for name in crm_sources}
    for one in findings:
        if one.kind in KEPT and one.crm_source in found:
            found[one.crm_source].append(one)
    with open_transaction(connect) as cursor:
        # in one order, so that two looks at once wait for each other and nothing else
        for crm_source, own in sorted(found.items()):
            text = json.dumps([_describe(one) for one in own])
            row = {"crm_source": crm_source, "looked_at": looked_at, "found": text}
            cursor.execute(load_sql("queries/upsert_look"), row)


def read_looks(connect: Connect, crm_sources: Collection[str]) -> dict[str, KeptLook]:
    """Give the last look at each of some CRMs by name; one that nobody looked at is left out.

    Raises:
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_looks"), {"crm_sources": sorted(crm_sources)})
        rows = cursor.fetchall()
    return {
        name: KeptLook(name, looked_at, tuple(_build(name, one) for one in found))
        for name, looked_at, found in rows
    }


def _describe(one: Finding) -> dict[str, str | None]:
    since = None if one.since is None else one.since.isoformat()
    return {"sync_type": one.sync_type, "finding": str(one.kind), "since": since, "sentence": one.sentence}


def _build(crm_source: str, told: dict[str, str | None]) -> Finding:
    since = told["since"]
    return Finding(
        crm_source,
        told["sync_type"],
        Health(str(told["finding"])),
        str(told["sentence"]),
        None if since is None else datetime.fromisoformat(since),
    )
