"""The accounts of the suite, one fake for each CRM; `account_base.BaseAccount` says what each can do.

A CRM joins with one line in `ACCOUNTS`; which checks run for which of its entities follows from its YAML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from crm_sync.config.models import SourceConfig
from tests.conformance.account_arrivy import ARRIVY_SETTINGS, open_arrivy
from tests.conformance.account_callrail import CALLRAIL_SETTINGS, open_callrail
from tests.conformance.account_csv import open_csv
from tests.conformance.account_five9 import open_five9
from tests.conformance.account_genius import GENIUS_SETTINGS, open_genius
from tests.conformance.account_github import open_github
from tests.conformance.account_googlesheets import open_googlesheets
from tests.conformance.account_hubspot import COUNTS, OBJECT_BY_ENTITY, open_hubspot
from tests.conformance.account_leadconduit import open_leadconduit
from tests.conformance.account_marketsharp import MARKETSHARP_SETTINGS, open_marketsharp
from tests.conformance.account_pipedrive import PIPEDRIVE_SETTINGS, open_pipedrive
from tests.conformance.account_salesforce import SALESFORCE_SETTINGS, open_salesforce
from tests.conformance.account_salespro import SALESPRO_SETTINGS, open_salespro
from tests.conformance.account_salesrabbit import open_salesrabbit
from tests.conformance.kinds import read_source


def open_account(
    crm_source: str, folder: Path, *, source: SourceConfig | None = None, **settings: Any
) -> AbstractContextManager[Any]:
    """Start the fake account of a CRM.

    Args:
        crm_source: the CRM.
        folder: for its files.
        source: instead of the CRM's own configuration: of an account that extends it.
        settings: of its fake.
    """
    return ACCOUNTS[crm_source](source or read_source(crm_source), folder, **settings)


ACCOUNTS: Mapping[str, Callable[..., AbstractContextManager[Any]]] = {
    "hubspot": open_hubspot,
    "csv": open_csv,
    "callrail": open_callrail,
    "genius": open_genius,
    "salesrabbit": open_salesrabbit,
    "arrivy": open_arrivy,
    "salesforce": open_salesforce,
    "pipedrive": open_pipedrive,
    "googlesheets": open_googlesheets,
    "leadconduit": open_leadconduit,
    "github": open_github,
    "salespro": open_salespro,
    "five9": open_five9,
    "marketsharp": open_marketsharp,
}


SETTINGS: Mapping[tuple[str, str], dict[str, Any]] = {
    # each type alone: a fake with fewer records starts sooner
    **{("hubspot", name): {"counts": {name: count, "owners": 20}} for name, count in COUNTS.items()},
    **{
        ("hubspot", name): {"counts": {kind: COUNTS[kind], "owners": 20}}
        for name, kind in OBJECT_BY_ENTITY.items()
    },
    ("hubspot", "owners"): {"counts": {"owners": COUNTS["owners"]}},
    **{("callrail", name): settings for name, settings in CALLRAIL_SETTINGS.items()},
    **{("arrivy", name): settings for name, settings in ARRIVY_SETTINGS.items()},
    **{("salesforce", name): settings for name, settings in SALESFORCE_SETTINGS.items()},
    **{("pipedrive", name): settings for name, settings in PIPEDRIVE_SETTINGS.items()},
    **{("salespro", name): settings for name, settings in SALESPRO_SETTINGS.items()},
    **{("genius", name): settings for name, settings in GENIUS_SETTINGS.items()},
    **{("marketsharp", name): settings for name, settings in MARKETSHARP_SETTINGS.items()},
    # links need six parents synced first: fewer of each, so that the suite stays quick
    ("hubspot", "associations"): {
        "counts": dict.fromkeys(("contacts", "companies", "deals", "tickets", "line_items", "calls"), 45)
    },
}
"""By entity: settings of the account where the usual ones don't suit."""
