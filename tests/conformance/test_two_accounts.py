"""The same CRM twice: an account that extends another shares no key, state, history or staging with it."""

from __future__ import annotations

import shutil

import pytest

from crm_sync.config.loader import load_source
from crm_sync.constants import SyncMode
from tests.conformance.account_hubspot import open_hubspot
from tests.conformance.accounts import CONFIGS
from tests.conformance.driver import Pipeline
from tests.conformance.tables import assert_table

pytestmark = pytest.mark.postgres
SMALL = {"contacts": 150, "owners": 0}


def test_two_accounts_of_one_crm_never_mix(open_pipeline, tmp_path):
    configs = tmp_path / "configs"
    shutil.copytree(CONFIGS, configs)
    (configs / "hubspoteu").mkdir()
    (configs / "hubspoteu" / "source.yaml").write_text("extends: hubspot\ntitle: HubSpot Europe\n")
    source = load_source(configs, "hubspoteu")
    assert (source.connection_id, source.table_schema) == ("hubspoteu_default", "hubspoteu")
    first = open_pipeline(counts=SMALL)
    with open_hubspot(source, tmp_path, counts=SMALL, seed=8) as account:
        second = Pipeline(account, first.warehouse, first.folder)
        ours, theirs = first.run("contacts"), second.run("contacts")
        (shared, *_) = ours.entity.primary_key
        assert shared == "id", "both accounts have the same ids"
        account.change(theirs.entity, 5)
        assert first.run("contacts").row.records_updated == 0
        delta = second.run("contacts")
        assert (delta.plan.mode, delta.row.records_updated) == (SyncMode.DELTA, 5)
        assert_table(first.warehouse, ours.entity, first.account.expected(ours.entity))
        assert_table(first.warehouse, theirs.entity, account.expected(theirs.entity))
        assert ours.staging.base != theirs.staging.base
    rows = first.warehouse.fetch_all(
        "select crm_source, count(*) from crm_sync.sync_history group by 1 order by 1"
    )
    assert rows == [("hubspot", 2), ("hubspoteu", 2)]
