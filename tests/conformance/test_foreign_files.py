"""Another warehouse counts its runs from 1, too: what a killed run of the first left is not saved there."""

from __future__ import annotations

import pytest

from tests.conformance.accounts import open_account
from tests.conformance.driver import Pipeline
from tests.conformance.tables import assert_table
from tests.conformance.worker import run_worker

pytestmark = pytest.mark.postgres


@pytest.mark.behind_fetch
@pytest.mark.parametrize("point", ["during_fetch", "after_fetch"])
@pytest.mark.parametrize("crm_source", ["hubspot", "csv"])
def test_fresh_warehouse_takes_nothing_that_a_killed_run_of_another_left(
    make_warehouse, tmp_path, crm_source, point
):
    sync_type = {"hubspot": "products", "csv": "zip_codes"}[crm_source]
    first, second = make_warehouse(migrated=True), make_warehouse(migrated=True)
    with open_account(crm_source, tmp_path) as account:
        entity = account.source.entities[sync_type]
        run_worker(
            Pipeline(account, first, tmp_path / "staging"), sync_type, kill=point, run_id="same", records=10
        )
        account.remove(entity, 2)
        pipeline = Pipeline(account, second, tmp_path / "staging")
        run = pipeline.run(sync_type, run_id="same")
        assert run.history_id == 1, "the same id, and so the same folder"
        assert_table(second, entity, account.expected(entity))
    for warehouse in (first, second):
        warehouse.close()
