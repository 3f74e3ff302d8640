"""A database that many tests share, emptied before each: several times faster than a fresh one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from crm_sync.storage.history.sync_owners import RunIdentity, SyncOwner
from tests.postgres.upsert_support import Runs, make_entity

if TYPE_CHECKING:
    from pathlib import Path

    from tests.warehouse import Warehouse


@pytest.fixture(scope="module")
def _module_warehouse(make_warehouse: Callable[..., Warehouse]) -> Warehouse:
    return make_warehouse(migrated=True)


@pytest.fixture
def clean_warehouse(_module_warehouse: Warehouse) -> Iterator[Warehouse]:
    """A migrated database without target tables, history or rejected records."""
    _module_warehouse.empty()
    yield _module_warehouse
    _module_warehouse.close()


@pytest.fixture
def make_owner(clean_warehouse: Warehouse) -> Iterator[Callable[..., SyncOwner]]:
    """Owners of hubspot/contacts, or of another entity; whatever they hold is released at the end."""
    owners = []

    def make(run_id="run a", *, sync_type="contacts", in_process=False, try_number=1, **arguments):
        identity = RunIdentity(
            "hubspot", sync_type, "crm_sync_hubspot", run_id, try_number, in_process, "host-1", 4711
        )
        arguments = {"patience_s": 0.05, "heartbeat_s": 60, **arguments}
        owners.append(SyncOwner(clean_warehouse.connect, identity, **arguments))
        return owners[-1]

    yield make
    for owner in owners:
        owner.release(force=True)


@pytest.fixture
def runs(clean_warehouse: Warehouse, tmp_path: Path) -> Runs:
    """Runs of the entity of `upsert_support` into an empty database."""
    return Runs(clean_warehouse, tmp_path, make_entity())
