"""What a run would take, from the source's count and from past runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.constants import SyncMode
from crm_sync.insight.usual import UsualRun
from crm_sync.sources.pace import Pace
from crm_sync.sync import day_quotas, estimate
from crm_sync.sync.ahead import Ahead
from crm_sync.sync.estimate import estimate_run
from crm_sync.sync.estimated_figures import Rows
from crm_sync.sync.window import RunPlan
from tests.shipped import read_shipped

NOW = datetime(2026, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
FULL = UsualRun(
    id=1, mode="full", records=1000, created=1000, updated=0, deleted=0, duplicates=0, calls=14,
    seconds=30, wait_s=10, cost_usd=None, window_s=None, max_records=0,
)  # fmt: skip
DELTA = replace(
    FULL, id=2, mode="delta", records=40, created=10, updated=30, calls=4, seconds=3, wait_s=0, window_s=3600
)


def look(mode: SyncMode = SyncMode.FULL, *, count: int | None = None, **changes) -> Ahead:
    since = None if mode is SyncMode.FULL else NOW - HOUR
    plan = RunPlan(mode, since, NOW, "none", force=False, moves_watermark=True)
    ahead = Ahead(plan, page_size=100, max_records=0, count=count, calls=2, pace=Pace())
    return replace(ahead, **changes)


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch):
    """Estimate a run of an entity with a past."""

    def answer(ahead: Ahead, *past: UsualRun, rows: Rows | None = None, used=None, name="pipedrive.deals"):
        monkeypatch.setattr(estimate, "read_usual_runs", lambda *_: sorted(past, key=lambda one: -one.id))
        monkeypatch.setattr(estimate, "count_rows", lambda *_: rows)
        monkeypatch.setattr(day_quotas, "read_day_counts", lambda *_: used or {})
        crm_source, sync_type = name.split(".")
        source = read_shipped(crm_source)
        return estimate_run(lambda: None, source, source.entities[sync_type], ahead)

    return answer


def test_first_run_of_a_source_that_counts_goes_by_pages(ask):
    found = ask(look(count=950))
    assert (found.records, found.basis, found.calls, found.created, found.runs) == (
        950,
        "counted",
        12,
        950,
        0,
    )


def test_first_run_of_a_source_that_does_not_count_says_that_nobody_knows(ask):
    found = ask(look())
    assert (found.records, found.basis, found.calls, found.seconds, found.created) == (
        None, "unknown", None, None, None
    )  # fmt: skip


def test_whole_read_goes_by_the_last_one_and_what_was_created_since(ask):
    later = replace(DELTA, id=3, created=200, updated=0, records=200, deleted=50)
    found = ask(look(), FULL, DELTA, later, rows=Rows(1150, 0))
    assert (found.records, found.basis) == (1160, "usual")
    # two pages more than the usual run took; half a minute without waiting grows with the records
    assert (found.calls, found.created) == (16, None)
    assert found.seconds == pytest.approx(23.2)


def test_rows_that_a_whole_read_changes_are_known_to_nobody_unless_the_table_is_empty(ask):
    past = (FULL, DELTA, replace(DELTA, id=3))
    found = ask(look(count=1000), *past, rows=Rows(980, 5))
    assert (found.created, found.updated) == (15, None)
    found = ask(look(count=1000), *past, rows=Rows(0, 0))
    assert (found.created, found.updated) == (1000, 0)


def test_table_stands_in_for_a_whole_read_that_is_unknown(ask):
    assert ask(look(), DELTA, rows=Rows(500, 3)).basis == "table"


def test_archived_records_come_on_top_of_what_a_search_counts(ask):
    found = ask(look(count=300), rows=Rows(300, 7), name="hubspot.contacts")
    assert (found.records, found.created) == (307, 0)


def test_refresh_that_is_due_reads_all_records_again(ask):
    found = ask(look(SyncMode.DELTA, count=20, refreshes=True), DELTA, rows=Rows(1000, 5))
    # ten pages more than the usual delta; what is deleted is read again, too
    assert (found.records, found.calls) == (1025, 14)


def test_delta_goes_by_the_median_of_its_kind(ask):
    odd = replace(DELTA, id=9, records=900, created=900, updated=0, calls=12)
    found = ask(look(SyncMode.DELTA), DELTA, replace(DELTA, id=3, records=44), odd)
    assert (found.records, found.calls, found.basis) == (44, 4, "usual")
    assert found.created == 11


def test_delta_over_a_much_longer_window_brings_more(ask):
    ahead = look(SyncMode.DELTA)
    longer = replace(ahead, plan=replace(ahead.plan, since=NOW - 10 * HOUR))
    assert ask(longer, DELTA).records == 400
    assert ask(replace(ahead, plan=replace(ahead.plan, since=NOW - 1.5 * HOUR)), DELTA).records == 40


def test_details_per_record_cost_calls_of_their_own(ask):
    found = ask(look(count=2000), replace(FULL, calls=1010))
    assert found.calls == pytest.approx(2020, rel=0.01)


def test_max_records_is_the_most_that_is_read(ask):
    found = ask(look(count=5000, max_records=250))
    assert (found.records, found.calls) == (250, 5)


def test_limits_make_a_run_last_longer_than_it_usually_took(ask):
    pace = Pace({"default": 0.1}, {})
    assert ask(look(count=1000, pace=pace), FULL, name="hubspot.contacts").seconds == pytest.approx(140)


def test_price_of_a_whole_read_grows_with_its_records(ask):
    paid = replace(FULL, cost_usd=0.5)
    assert ask(look(count=2000), paid).cost_usd == pytest.approx(1.0)
    assert ask(look(SyncMode.DELTA), replace(DELTA, cost_usd=0.5)).cost_usd == pytest.approx(0.5)


def test_quota_that_is_enough_gives_its_share_and_no_warning(ask):
    found = ask(look(count=1000, pace=Pace({}, {"default": 100})), FULL, name="hubspot.contacts")
    assert found.quota is not None
    assert found.quota.share == pytest.approx(14 / found.quota.per_day)
    assert found.warning is None


def test_quota_that_is_too_small_is_a_sentence(ask):
    ahead = look(count=1000, pace=Pace({}, {"default": 100}))
    found = ask(ahead, FULL, name="hubspot.contacts", used={"default": 95})
    assert found.warning is not None
    assert found.warning.startswith("It needs about 14 of the day's ")
    assert "the quota will cut it off" in found.warning
    assert ask(look(), name="hubspot.contacts").warning is None
