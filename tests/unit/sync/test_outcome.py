"""How a run ended: what its history row keeps for the next one, and what makes it partial."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crm_sync.constants import SyncMode, SyncStatus
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.staging import Manifest
from crm_sync.sync.outcome import SaveResult, judge_outcome
from crm_sync.sync.window import RunPlan
from tests.unit.sync.fetch_support import NOW, make_entity

PLAN = RunPlan(SyncMode.DELTA, NOW - timedelta(hours=1), NOW, "none", force=False, moves_watermark=True)
BOOKMARKS = {"walks": ["a/all"], "bookmarks": {"a/all": "0017"}}


def judge(reasons: Any = (), **manifest: Any) -> tuple[SaveResult, dict[str, Any]]:
    made = Manifest("demo", "items", plan=PLAN.to_json(), **{"fetched": True, **manifest})
    result = judge_outcome(make_entity(), made, PLAN, Counts(), reasons)
    return result, result.to_configuration(made)


@pytest.mark.parametrize(
    ("facts", "complete"),
    [
        pytest.param({}, True, id="whole"),
        pytest.param({"reasons": ["Rows were not swept."]}, True, id="refused sweep"),
        pytest.param({"incomplete_reason": "max_records 5 left the rest unread."}, False, id="cut"),
        pytest.param({"fetched": False}, False, id="fetch did not end"),
    ],
)
def test_bookmarks_are_kept_with_the_window_and_count_as_it_does(facts, complete):
    result, configuration = judge(source=BOOKMARKS, **facts)
    assert configuration["bookmarks"] == {"a/all": "0017"}
    assert configuration["walks"] == ["a/all"]
    assert configuration["window"]["complete"] is complete
    assert (result.status is SyncStatus.SUCCESS) is (facts == {})


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, "w0 (404)."),
        (3, "w0 (404); w1 (404); w2 (404)."),
        (5, "w0 (404); w1 (404); w2 (404); and 2 more."),
    ],
)
def test_refused_parts_are_told_and_do_not_hold_the_window_up(count, expected):
    refused = {f"w{number}": f"w{number} (404)" for number in range(count)}
    result, configuration = judge(source={"refused": refused})
    assert result.reason == f"Left unread until they answer, then read from the start: {expected}"
    assert (result.status, configuration["window"]["complete"]) == (SyncStatus.PARTIAL, True)


def test_notes_reach_the_history_row_and_leave_the_run_a_success():
    result, configuration = judge(notes=["Column 'phone' is gone."])
    assert configuration["notes"] == ["Column 'phone' is gone."]
    assert (result.status, result.reason) == (SyncStatus.SUCCESS, None)
    assert "notes" not in judge()[1], "a run without any says nothing"
