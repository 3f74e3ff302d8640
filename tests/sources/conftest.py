"""One warehouse for all sources' tests, emptied for each: a fresh database is a copy of 300 files."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.warehouse import Warehouse


@pytest.fixture(scope="session")
def shared_warehouse(make_warehouse: Callable[..., Warehouse]) -> Warehouse:
    """A migrated database that tests get emptied."""
    return make_warehouse(migrated=True)


@pytest.fixture
def warehouse(shared_warehouse: Warehouse) -> Iterator[Warehouse]:
    """A database with the crm_sync schema and without target tables, history or rejected records."""
    shared_warehouse.empty()
    yield shared_warehouse
    shared_warehouse.close_handed_out()
