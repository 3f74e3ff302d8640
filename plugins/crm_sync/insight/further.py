"""What can be wrong although runs end well, as the warehouse itself finds it."""

from __future__ import annotations

from crm_sync.insight.findings import Finding, Health
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.sql_files import load_sql


def read_further(connect: Connect) -> list[Finding]:
    """Give what the view `crm_sync.further_findings` has, of entities and of CRMs as a whole.

    Raises:
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_further_findings"))
        return [
            Finding(crm_source, sync_type, Health(kind), sentence, since)
            for crm_source, sync_type, kind, since, sentence in cursor.fetchall()
        ]


def group_further(connect: Connect) -> dict[tuple[str, str | None], list[Finding]]:
    """Give the same by CRM and entity; None in the place of the entity: of the CRM as a whole.

    Raises:
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    found: dict[tuple[str, str | None], list[Finding]] = {}
    for one in read_further(connect):
        found.setdefault((one.crm_source, one.sync_type), []).append(one)
    return found
