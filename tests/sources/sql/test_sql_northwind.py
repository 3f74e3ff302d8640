"""A whole database kept in step by YAML alone: full reads, deltas, deletions, guards."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from crm_sync.constants import SyncMode
from crm_sync.exceptions import FatalSourceError
from tests.sources.sql.northwind_data import DETAILS_OF_EACH, ORDERS, ZONE, change, delete, fill, update
from tests.sources.sql.servers import on
from tests.sources.sql.sql_kit import SqlKit
from tests.sources.sql.synced_database import SyncedDatabase, open_database
from tests.warehouse import Warehouse

COUNTS = {
    "categories": 8,
    "shippers": 3,
    "customers": 30,
    "employees": 9,
    "products": 77,
    "orders": ORDERS,
    "order_details": ORDERS * DETAILS_OF_EACH,
}


@pytest.fixture
def northwind(kit: SqlKit, warehouse: Warehouse, tmp_path: Path) -> SyncedDatabase:
    """Fill the source; nothing is synced yet."""
    fill(kit)
    return open_database(kit, warehouse, tmp_path, "northwind")


@on("mariadb")
def test_first_sync_brings_every_table_and_the_second_changes_nothing(northwind: SyncedDatabase) -> None:
    runs = northwind.sync()
    assert {name: run.row.records_created for name, run in runs.items()} == COUNTS
    assert {str(run.row.status) for run in runs.values()} == {"success"}
    assert all(run.is_complete for run in runs.values())
    assert northwind.rows("categories", "id, description, picture")[0] == (1, "All of '1'", "ff01")
    moment = datetime(2024, 1, 5, 16, tzinfo=UTC)
    assert northwind.rows("customers", "city, modified_at", "id")[0] == (None, moment)
    assert northwind.rows("products", "name, category, unit_price, is_discontinued", "id")[1] == (
        "Product 2", "Category 3", Decimal("2.25"), False,
    )  # fmt: skip
    assert northwind.rows("employees", "birth_date, hired_at, manager", "id")[1] == (
        date(1962, 2, 28), datetime(2012, 11, 4, 8, 30, tzinfo=UTC), "First1 Last1",
    )  # fmt: skip

    runs = northwind.sync()
    assert {run.row.records_created + run.row.records_updated for run in runs.values()} == {0}
    assert {name for name, run in runs.items() if run.plan.mode is SyncMode.DELTA} == {
        "customers", "products", "orders", "order_details",
    }  # fmt: skip
    assert runs["products"].outcome.records == 0
    assert runs["shippers"].row.records_processed == 3


@on("postgres")
def test_delta_brings_what_changed_and_no_more(northwind: SyncedDatabase) -> None:
    names = ["customers", "products", "orders", "order_details", "shippers"]
    northwind.sync(*names)
    kit = northwind.kit
    change(kit, "Customers", "{City} = 'Graz'", "{CustomerID} = 'AaBcD' or {CompanyName} = 'Company 3'")
    change(kit, "Products", "{UnitPrice} = -0.0001", "{ProductID} in (5, 6)")
    change(kit, "Orders", "{Freight} = 1", "{OrderID} = 10249")
    change(kit, "Order Details", "{Quantity} = 77", "{OrderID} = 10250")
    update(kit, "Shippers", "{CompanyName} = 'Renamed'", "{ShipperID} = 2")
    runs = northwind.sync(*names)
    changed = {"customers": 1, "products": 2, "orders": 1, "order_details": DETAILS_OF_EACH, "shippers": 1}
    assert {name: run.row.records_updated for name, run in runs.items() if run.row.records_updated} == changed
    assert {run.row.records_created for run in runs.values()} == {0}
    assert northwind.rows("shippers", "company", "id")[1] == ("Renamed",)
    assert northwind.rows("products", "unit_price", "id")[4] == (Decimal("-0.0001"),)


@on("mariadb")
def test_new_row_without_modified_time_comes_by_its_creation(northwind: SyncedDatabase) -> None:
    northwind.sync("orders")
    values = "(1, 'Aa000', '{at}', null, 1, null)"
    now = datetime.now(UTC).astimezone(ZONE)
    table = northwind.kit.dialect.quote("Orders")
    northwind.kit.execute(f"insert into {table} values " + values.format(at=f"{now:%Y-%m-%d %H:%M:%S}"))
    run = northwind.sync("orders")["orders"]
    assert (run.row.records_created, run.row.records_updated) == (1, 0)


@on("postgres")
def test_deleted_row_is_marked_by_the_next_whole_read(northwind: SyncedDatabase) -> None:
    northwind.sync("shippers", "orders")
    delete(northwind.kit, "Shippers", "{ShipperID} = 3")
    delete(northwind.kit, "Orders", "{OrderID} = 10248")
    northwind.sync("shippers", "orders")
    gone = "sync_deleted_at is not null"
    assert northwind.rows("shippers", gone, "id") == [(False,), (False,), (True,)]
    assert northwind.rows("orders", gone, "id")[0] == (False,)
    northwind.sync("orders", full=True)
    assert [row for (row,) in northwind.rows("orders", gone, "id")] == [True] + [False] * (ORDERS - 1)


@on("mariadb")
def test_table_that_shrank_to_nothing_keeps_its_rows(northwind: SyncedDatabase) -> None:
    northwind.sync("shippers", "order_details")
    delete(northwind.kit, "Shippers")
    delete(northwind.kit, "Order Details")
    runs = northwind.sync("shippers", "order_details", full=True)
    assert northwind.rows("shippers", "count(*) filter (where sync_deleted_at is null)") == [(3,)]
    assert northwind.rows("order_details", "count(*) filter (where sync_deleted_at is null)") == [(180,)]
    assert {str(run.row.status) for run in runs.values()} == {"partial"}


@on("postgres")
def test_table_that_lost_most_rows_keeps_them(northwind: SyncedDatabase) -> None:
    northwind.sync("order_details")
    delete(northwind.kit, "Order Details", "{OrderID} > 10260")
    run = northwind.sync("order_details", full=True)["order_details"]
    assert str(run.row.status) == "partial"
    assert northwind.rows("order_details", "count(*) filter (where sync_deleted_at is null)") == [(180,)]


@on("mariadb")
def test_missing_table_fails_its_entity_alone(northwind: SyncedDatabase) -> None:
    northwind.kit.execute(f"drop table {northwind.kit.dialect.quote('Shippers')}")
    with pytest.raises(FatalSourceError, match="Shippers"):
        northwind.sync("shippers")
    assert northwind.sync("orders")["orders"].row.records_created == ORDERS


@on("postgres")
def test_history_says_how_a_table_was_read(northwind: SyncedDatabase) -> None:
    northwind.sync("customers", "shippers")
    runs = northwind.sync("customers", "shippers")
    facts = {name: run.row.configuration["source"] for name, run in runs.items() if run.result}
    assert facts["shippers"] == {"table": "Shippers", "reads": "full_table", "page_by": "pk"}
    assert runs["customers"].outcome.plan.since is not None
