"""A warehouse that is not in UTF-8 is refused by the connection check and by each run, before any call."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from psycopg2.extensions import make_dsn

from crm_sync.exceptions import SchemaFaultError
from crm_sync.storage.history.history_rows import RunIdentity
from crm_sync.storage.history.sync_owners import SyncOwner
from crm_sync.storage.history.watermark import read_watermark
from crm_sync.storage.migrations import migrate
from crm_sync.storage.warehouse_rights import check_server
from tests.conftest import Warehouse, _admin
from tests.postgres.upsert_support import make_entity

pytestmark = pytest.mark.postgres
IDENTITY = RunIdentity("demo", "items", "crm_sync_demo", "run a", 1, False, "host-1", 4711)


@pytest.fixture(scope="module", params=["LATIN1", "SQL_ASCII"])
def old_warehouse(request: pytest.FixtureRequest, postgres_dsn: str) -> Iterator[Warehouse]:
    """A database in an encoding that lacks characters, with the schema crm_sync."""
    name = f"crm_sync_old_{uuid.uuid4().hex[:8]}"
    options = "locale_provider libc lc_collate 'C' lc_ctype 'C'"
    _admin(postgres_dsn, f"create database {name} template template0 encoding '{request.param}' {options}")
    warehouse = Warehouse(make_dsn(postgres_dsn, dbname=name))
    migrate(warehouse.connect)
    warehouse.encoding = request.param  # type: ignore[attr-defined]
    yield warehouse
    warehouse.close()
    _admin(postgres_dsn, f"drop database {name} with (force)")


@pytest.mark.parametrize(
    "do",
    [
        pytest.param(check_server, id="connection check"),
        pytest.param(lambda connect: read_watermark(connect, make_entity()), id="dry run"),
        pytest.param(lambda connect: SyncOwner(connect, IDENTITY).open({}), id="run"),
    ],
)
def test_database_that_lacks_characters_is_refused_by_name(old_warehouse, do):
    with pytest.raises(SchemaFaultError) as caught:
        do(old_warehouse.connect)
    (database,) = old_warehouse.fetch_one("select current_database()")
    said = f"The encoding of database {database} is {old_warehouse.encoding}, expected UTF8, "
    assert str(caught.value).startswith(said)
    assert old_warehouse.fetch_one("select count(*) from crm_sync.sync_history") == (0,)


def test_database_in_utf8_is_good(warehouse):
    assert "PostgreSQL" in check_server(warehouse.connect)
    assert read_watermark(warehouse.connect, make_entity()) is None
