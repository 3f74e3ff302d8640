"""Whole reads that a quota cuts: deletions are found all the same, and no account is read whole for ever."""

from __future__ import annotations

import pytest

from crm_sync.constants import SyncMode

pytestmark = pytest.mark.postgres
WEEK_S = 8 * 86_400
CUT = {"requests_per_day": 4, "requests_per_s": 1000}


@pytest.fixture
def leads(open_pipeline):
    """A first load, a lead that goes, and a week: the source is due to be compared."""
    pipeline = open_pipeline("salesrabbit", counts={"leads": 120, "users": 5})
    pipeline.run("leads")
    pipeline.gone = pipeline.account.remove(pipeline.entity("leads"), 1)
    pipeline.pass_time(WEEK_S)
    return pipeline


def run(pipeline, *, is_cut):
    """Run the leads in pages of 20, with a fresh day's quota; a day has three pages of them or all."""
    pipeline.warehouse.execute("truncate crm_sync.rate_budget")
    pipeline.account.facts["extra"] = CUT if is_cut else {"rate_limits": False}
    done = pipeline.run(pipeline.entity("leads", page_size=20))
    pipeline.pass_time(3600)
    return done


def list_runs(pipeline, *cuts):
    """Run once for each; gives what was read, whether that was complete, and what was found gone."""
    runs = [run(pipeline, is_cut=is_cut) for is_cut in cuts]
    return [(one.plan.mode, one.is_complete, one.row.counts.deleted) for one in runs]


def test_comparison_that_a_quota_cut_in_two_is_made_again_by_the_next_run(leads):
    assert list_runs(leads, True, False, False, False) == [
        (SyncMode.FULL, False, 0),
        (SyncMode.FULL, True, 0),
        (SyncMode.FULL, True, 1),
        (SyncMode.DELTA, True, 0),
    ]


def test_account_that_is_too_large_for_its_quota_is_read_whole_twice_in_each_span(leads):
    cut_in_two = [(SyncMode.FULL, False, 0), (SyncMode.FULL, True, 0)]
    found = list_runs(leads, True, False, True, False, False, False)
    assert found == [*cut_in_two, *cut_in_two, (SyncMode.DELTA, True, 0), (SyncMode.DELTA, True, 0)]
    leads.pass_time(WEEK_S)
    assert list_runs(leads, True, False) == cut_in_two
    assert list_runs(leads, False) == [(SyncMode.FULL, True, 1)]


def test_first_load_that_a_quota_cut_in_two_counts_as_the_comparison(open_pipeline):
    pipeline = open_pipeline("salesrabbit", counts={"leads": 120, "users": 5})
    assert list_runs(pipeline, True, False, False) == [
        (SyncMode.FULL, False, 0),
        (SyncMode.FULL, True, 0),
        (SyncMode.DELTA, True, 0),
    ]
