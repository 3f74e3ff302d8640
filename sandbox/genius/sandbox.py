"""The legacy CRM of `make sync` and `make ui`: about 20,000 rows, and some activity between two syncs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

from sandbox.genius.catalogue import TABLES
from sandbox.genius.database import GeniusDatabase
from sandbox.mariadb import parse_url, running_mariadb

GIVEN = "CRM_SYNC_SANDBOX_MARIADB"
"""Environment variable with the address of a running server that is used instead of our own."""

_FEW = 12
_ROWS: Mapping[str, int] = {
    "user_data": 400,
    "users_userassociations": 200,
    "marketing_source": 150,
    "marketsharp_source": 150,
    "marketsharp_marketing_source_map": 150,
    "prospect": 3_000,
    "prospect_source": 2_500,
    "lead": 3_000,
    "appointment": 2_500,
    "appointment_to_service": 2_000,
    "quote": 1_200,
    "job": 1_000,
    "job_financing": 300,
    "job_change_order": 1_500,
    "job_change_order_item": 1_000,
    "integration_field": 300,
    "third_party_source": 600,
}
"""Rows by table; the other tables are lookups with a few."""

_ACTIVE = ("lead", "prospect", "appointment", "quote", "job", "job_change_order", "job_change_order_item")
_READER = "genius_reader"


@contextmanager
def running_genius(folder: Path, *, activity: bool) -> Iterator[dict[str, object]]:
    """Run the CRM while the block lasts.

    Args:
        folder: of its database server.
        activity: the company goes on working before the block starts.

    Yields:
        The fields of the Airflow connection, of a user who may only read.

    Raises:
        NoMariaDBError: this machine has no MariaDB, and none can be unpacked.
    """
    given = os.environ.get(GIVEN)
    server_context = nullcontext(parse_url(given)) if given else running_mariadb(folder, durable=False)
    with server_context as server:
        crm = GeniusDatabase(server)
        if not crm.has_tables():
            crm.create()
            crm.fill({name: _ROWS.get(name, _FEW) for name in TABLES})
        elif activity:
            be_active(crm)
        password = "sandbox-password"  # noqa: S105 - of a server that nobody else reaches
        crm.grant_reader(_READER, password)
        crm.close()
        yield {
            "conn_type": "mysql",
            "host": server.host,
            "port": server.port,
            "schema": crm.name,
            "login": _READER,
            "password": password,
        }


def be_active(crm: GeniusDatabase) -> None:
    """Change and add rows of the tables that people work in, and take services off appointments."""
    for name in _ACTIVE:
        crm.change(TABLES[name], 5)
        crm.add(TABLES[name])
    crm.remove(TABLES["appointment_to_service"], 2)
