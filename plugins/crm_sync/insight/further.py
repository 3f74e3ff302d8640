"""What can be wrong although runs end well, as the warehouse itself finds it."""

from __future__ import annotations

from collections.abc import Collection

from crm_sync.insight.findings import Finding, Health
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.sql_files import load_sql


def read_further(
    connect: Connect,
    crm_source: str | None = None,
    sync_type: str | None = None,
    *,
    kinds: Collection[Health] | None = None,
) -> list[Finding]:
    """Give what the view `crm_sync.further_findings` has, of entities and of CRMs as a whole.

    Args:
        connect: makes a warehouse connection.
        crm_source: of this CRM alone; None: of all.
        sync_type: of this entity alone, and so nothing of the CRM as a whole.
        kinds: only findings of these kinds; None: all. Others are not looked for.

    Raises:
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    named = None if kinds is None else sorted(map(str, kinds))
    with open_transaction(connect) as cursor:
        asked = {"crm_source": crm_source, "sync_type": sync_type, "kinds": named}
        cursor.execute(load_sql("queries/select_further_findings"), asked)
        return [
            Finding(source, entity, Health(kind), sentence, since)
            for source, entity, kind, since, sentence in cursor.fetchall()
        ]


def group_further(
    connect: Connect,
    crm_source: str | None = None,
    sync_type: str | None = None,
    *,
    kinds: Collection[Health] | None = None,
) -> dict[tuple[str, str | None], list[Finding]]:
    """Give the same by CRM and entity; None in the place of the entity: of the CRM as a whole.

    Args:
        connect: makes a warehouse connection.
        crm_source: of this CRM alone; None: of all.
        sync_type: of this entity alone.
        kinds: only findings of these kinds; None: all.

    Raises:
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    found: dict[tuple[str, str | None], list[Finding]] = {}
    for one in read_further(connect, crm_source, sync_type, kinds=kinds):
        found.setdefault((one.crm_source, one.sync_type), []).append(one)
    return found
