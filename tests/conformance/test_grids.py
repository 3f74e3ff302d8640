"""Tabs of a spreadsheet, looked at in the table: rows that move, keys that come twice, untouched files."""

from __future__ import annotations

import pytest

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import AuthenticationError
from tests.conformance.tables import assert_table, read_rows, read_tuples

pytestmark = pytest.mark.postgres
LEADS = "marketing_leads"
FEW = {LEADS: 40, "marketing_spends": 0}


@pytest.fixture
def leads(open_pipeline):
    """A first run of forty leads."""
    pipeline = open_pipeline("googlesheets", counts=FEW, quirks=False)
    pipeline.first = pipeline.run(LEADS)
    pipeline.changes = pipeline.account.fake.changes
    return pipeline


def test_row_that_only_moves_has_not_changed(leads):
    before = read_tuples(leads.warehouse, leads.first.entity)
    leads.changes.insert(LEADS, 2, {"Lead ID": "N", "Lead Date": 46023, "Source": "Web"})
    leads.changes.move_column(LEADS, "City", 0)
    run = leads.run(LEADS)
    assert (run.row.records_created, run.row.records_updated, run.row.counts.unchanged) == (1, 0, 40)
    assert before < read_tuples(leads.warehouse, leads.first.entity)
    rows = read_rows(leads.warehouse, run.entity)
    # where a row was when it was last written
    assert (rows[("N",)]["row_number"], rows[("L-000001",)]["row_number"]) == (2, 2)
    leads.changes.write(LEADS, 3, {"City": "Elsewhere"})
    leads.run(LEADS)
    row = read_rows(leads.warehouse, run.entity)[("L-000001",)]
    assert (row["row_number"], row["city"]) == (3, "Elsewhere")


def test_row_number_is_that_of_the_first_read(leads):
    rows = read_rows(leads.warehouse, leads.first.entity)
    assert sorted(row["row_number"] for row in rows.values()) == list(range(2, 42))


def test_last_of_two_rows_with_one_key_wins_and_the_collision_is_said(leads):
    leads.changes.append(
        LEADS, {"Lead ID": "L-000003", "Lead Date": 46023, "Source": "Radio", "City": "Last"}
    )
    run = leads.run(LEADS)
    assert read_rows(leads.warehouse, run.entity)[("L-000003",)]["city"] == "Last"
    assert run.row.performance_metrics["collisions"] == 1
    (note,) = run.row.configuration["notes"]
    assert "L-000003" in note
    assert run.row.status is SyncStatus.SUCCESS


def test_same_row_twice_is_a_duplicate_and_no_collision(leads):
    tab = leads.account.fake.store.tab_by_kind[LEADS]
    tab.rows.append(list(tab.rows[3]))
    run = leads.run(LEADS)
    assert run.row.performance_metrics.get("collisions", 0) == 0
    assert run.row.performance_metrics["duplicates"] == 1
    assert "notes" not in run.row.configuration


def test_untouched_file_is_a_success_of_one_call_and_an_edited_one_is_read(leads):
    probed = leads.entity(LEADS, read={"probes": True})
    leads.account.facts["extra"] = {"rate_limits": False, "drive_base_url": leads.account.fake.url}
    leads.run(probed)
    calls = leads.account.count_calls()
    for _ in range(2):
        run = leads.run(probed)
        assert (run.row.status, run.outcome.records, run.row.counts.deleted) == (SyncStatus.SUCCESS, 0, 0)
        assert run.is_complete
    assert leads.account.count_calls() == calls + 2
    gone = leads.account.remove(probed, 1)
    run = leads.run(probed)
    assert run.row.counts.deleted == 1
    assert_table(leads.warehouse, probed, leads.account.expected(probed), left=gone)


def test_file_that_is_shared_no_more_fails_its_entity_and_harms_nothing(leads):
    before = read_rows(leads.warehouse, leads.first.entity)
    leads.account.fake.access.is_public = False
    with pytest.raises(AuthenticationError):
        leads.run(LEADS)
    _, status, message = leads.list_history()[-1]
    assert status == SyncStatus.FAILED
    assert "the file is not shared with" in message
    assert read_rows(leads.warehouse, leads.first.entity) == before


def test_title_that_is_gone_keeps_the_values_of_its_column_and_comes_back(leads):
    entity = leads.first.entity
    before = read_rows(leads.warehouse, entity)
    leads.changes.write_title(LEADS, "City", "Town")
    run = leads.run(LEADS)
    after = read_rows(leads.warehouse, entity)
    assert {key: row["city"] for key, row in after.items()} == {
        key: row["city"] for key, row in before.items()
    }
    assert "'City' (now 'Town'?)" in run.row.configuration["notes"][0]
    leads.changes.write_title(LEADS, "Town", "City")
    assert "notes" not in leads.run(LEADS).row.configuration
    assert_table(leads.warehouse, entity, leads.account.expected(entity))


def test_tab_by_row_number_says_so_and_gives_rows_the_values_of_their_neighbours(leads):
    leads.warehouse.execute("drop table googlesheets.marketing_leads")
    entity = leads.entity(LEADS, primary_key=["row_number"])
    run = leads.run(entity, full=True)
    assert "Rows are known by their numbers" in run.row.configuration["notes"][0]
    leads.changes.delete(LEADS, [2])
    run = leads.run(entity)
    assert (run.row.records_updated, run.row.counts.deleted) == (39, 1)


def test_edit_between_pages_is_partial_and_the_next_run_heals_it(leads):
    fake, entity = leads.account.fake, leads.first.entity
    fake.hooks.before_page("*!A*", 2, lambda: leads.changes.delete(LEADS, [5]))
    run = leads.run(LEADS, batch_size=10)
    assert (run.row.status, run.row.counts.deleted) == (SyncStatus.PARTIAL, 0)
    assert not run.is_complete
    assert "rows were moved or edited meanwhile" in run.row.error_message
    run = leads.run(LEADS, batch_size=10)
    assert (run.row.status, run.row.counts.deleted) == (SyncStatus.SUCCESS, 1)
    assert_table(leads.warehouse, entity, leads.account.expected(entity), left=[("L-000004",)])
