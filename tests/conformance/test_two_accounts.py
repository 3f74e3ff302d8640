"""The same CRM twice: an account that extends another shares no key, state, history or staging with it."""

from __future__ import annotations

import shutil

import pytest

from crm_sync.config.loader import load_source
from crm_sync.constants import SyncMode
from tests.conformance.accounts import SETTINGS, open_account
from tests.conformance.driver import Pipeline
from tests.conformance.kinds import CONFIGS
from tests.conformance.tables import assert_table

pytestmark = [pytest.mark.postgres, pytest.mark.behind_fetch]


@pytest.mark.check("two_accounts")
@pytest.mark.one_per("crm")
def test_two_accounts_of_one_crm_never_mix(pipeline, entity_name, tmp_path):
    crm_source, sync_type = entity_name
    other = f"{crm_source}eu"
    configs = tmp_path / "configs"
    shutil.copytree(CONFIGS, configs)
    (configs / other).mkdir()
    (configs / other / "source.yaml").write_text(f"extends: {crm_source}\ntitle: The other one\n")
    source = load_source(configs, other, with_disabled=True)
    assert (source.connection_id, source.table_schema) == (f"{other}_default", other)
    first, folder = pipeline, tmp_path / "other"
    folder.mkdir()
    settings = {**SETTINGS.get(entity_name, {}), "seed": 8}
    with open_account(crm_source, folder, source=source, **settings) as account:
        second = Pipeline(account, first.warehouse, first.folder)
        ours, theirs = first.run(sync_type), second.run(sync_type)
        changed = account.change(theirs.entity, 5)
        assert first.run(sync_type).row.records_updated == 0
        again = second.run(sync_type)
        assert again.row.records_updated == len(changed) > 0
        assert again.plan.mode is SyncMode.DELTA or again.outcome.records == theirs.outcome.records
        assert_table(first.warehouse, ours.entity, first.account.expected(ours.entity))
        assert_table(first.warehouse, theirs.entity, account.expected(theirs.entity))
        assert ours.staging.base != theirs.staging.base
    rows = first.warehouse.fetch_all(
        "select crm_source, count(*) from crm_sync.sync_history group by 1 order by 1"
    )
    assert rows == [(crm_source, 2), (other, 2)]
