"""A watermark counts for one account and for the same records: after a change, everything is read again."""

from __future__ import annotations

import pytest

from crm_sync.constants import SyncStatus
from tests.conformance import driver
from tests.conformance.tables import assert_table
from tests.conformance.test_limits import give_back, use_up

pytestmark = pytest.mark.postgres


@pytest.fixture
def name_account(monkeypatch):
    """Lets the connection lead to another account, as far as a run can tell."""
    return lambda name: monkeypatch.setattr(driver.PipelineCrm, "name_account", lambda _: name)


def read_mode(run):
    return run.row.configuration["window"]["mode"]


def test_another_account_behind_the_connection_is_read_whole_once(open_pipeline, name_account, caplog):
    pipeline = open_pipeline("salesrabbit")
    name_account("salesrabbit_default 1111")
    assert [read_mode(pipeline.run("leads")) for _ in range(2)] == ["full", "delta"]
    name_account("salesrabbit_default 2222")
    # a run that keeps only some of it leaves the rest to the next one
    pipeline.run("leads", max_records=3)
    assert read_mode(pipeline.run("leads")) == "full"
    assert "its connection leads to another account" in caplog.text
    assert read_mode(pipeline.run("leads")) == "delta"


def test_read_that_a_quota_cut_off_is_not_continued_at_another_account(open_pipeline, name_account):
    pipeline = open_pipeline(counts={"companies": 150})
    entity = pipeline.entity("companies", page_size=25)
    name_account("hubspot_default 1111")
    use_up(pipeline, entity, 4)
    first = pipeline.run(entity)
    assert (first.row.status, first.row.configuration["resume"] is None) == (SyncStatus.PARTIAL, False)
    give_back(pipeline)
    name_account("hubspot_default 2222")
    # going on would bring the last pages alone
    assert pipeline.run(entity).row.records_processed >= 150


def test_first_read_of_another_account_that_a_quota_cut_off_is_continued(open_pipeline, name_account):
    pipeline = open_pipeline(counts={"companies": 150})
    entity = pipeline.entity("companies", page_size=25)
    name_account("hubspot_default 1111")
    pipeline.run(entity)
    name_account("hubspot_default 2222")
    use_up(pipeline, entity, 4)
    first = pipeline.run(entity)
    assert (read_mode(first), first.row.status) == ("full", SyncStatus.PARTIAL)
    give_back(pipeline)
    second = pipeline.run(entity)
    assert (second.plan.until, second.is_complete) == (first.plan.until, True)
    # rows of the other account were not looked for, so this is no comparison
    assert second.row.configuration["window"]["compared"] is False


@pytest.mark.parametrize(
    ("read", "mode", "words"),
    [
        ({"keep": {"status": ("new", "old")}}, "full", "reads other records"),
        ({"page_size_extra": ""}, "delta", ""),
    ],
    ids=["other-records", "the-same"],
)
def test_yaml_that_chooses_other_records_is_read_whole(open_pipeline, caplog, read, mode, words):
    pipeline = open_pipeline("salesrabbit")
    pipeline.run("leads")
    run = pipeline.run(pipeline.entity("leads", read=read))
    assert read_mode(run) == mode
    assert words in caplog.text


def test_emptied_table_is_filled_whole(open_pipeline, caplog):
    pipeline = open_pipeline("salesrabbit")
    entity = pipeline.run("leads").entity
    pipeline.warehouse.execute(f"truncate {entity.table}")
    run = pipeline.run("leads")
    assert read_mode(run) == "full"
    assert "no row any more" in caplog.text
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))
    assert read_mode(pipeline.run("leads")) == "delta"


def test_emptied_table_of_an_unchanged_file_is_filled_whole(open_pipeline):
    pipeline = open_pipeline("csv")
    entity = pipeline.run("zip_codes").entity
    pipeline.warehouse.execute(f"delete from {entity.table}")
    pipeline.run("zip_codes")
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))
