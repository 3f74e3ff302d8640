"""What fetch leaves unread: exact cuts, reasons, and what is never a success."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crm_sync.exceptions import SourceUnavailableError
from crm_sync.storage.history.watermark import Watermark
from tests.unit.sync.fetch_support import (
    NOW,
    RECENT,
    Run,
)


@pytest.mark.parametrize("limit", [1, 2, 3, 9])
def test_fetch_entity_max_records_is_exact_and_never_complete(run: Run, limit: int):
    run.fetch(max_records=limit)
    assert run.ids() == list(range(limit))
    manifest = run.staging.manifest
    assert manifest.incomplete_reason == f"max_records {limit} left the rest unread."
    assert manifest.plan["sweep"] == "none"


def test_fetch_entity_max_records_above_the_total_is_complete(run: Run):
    run.fetch(max_records=11)
    assert run.ids() == list(range(10))
    assert run.staging.manifest.incomplete_reason is None


def test_fetch_entity_max_records_is_exact_after_a_resume(run: Run):
    run.source.fail_at = 2
    with pytest.raises(SourceUnavailableError):
        run.fetch(max_records=5)
    run.fetch(max_records=5)
    assert run.ids() == [0, 1, 2, 3, 4]


def test_fetch_entity_max_records_closes_the_read_early(run: Run):
    run.fetch(max_records=2)
    assert (run.source.calls, run.source.closed_pages) == (1, 1)


@pytest.mark.parametrize(
    ("reason", "flags", "expected"),
    [
        pytest.param(None, {}, None, id="everything read"),
        pytest.param("Quota used up.", {}, "Quota used up.", id="the source says so"),
        pytest.param(
            None,
            {"end_date": NOW - timedelta(minutes=30)},
            "end_date 2026-06-10T11:30:00+00:00 left newer changes unread.",
            id="the user said so",
        ),
        pytest.param(
            "Quota used up.",
            {"max_records": 2},
            "max_records 2 left the rest unread.",
            id="max_records first",
        ),
    ],
)
def test_fetch_entity_keeps_the_reason_for_what_is_unread(
    run: Run, reason: str | None, flags: dict[str, Any], expected: str | None
):
    run.watermark, run.source.reason = RECENT, reason
    run.fetch(**flags)
    assert run.staging.manifest.incomplete_reason == expected


@pytest.mark.parametrize(
    ("watermark", "flags", "ends_here"),
    [
        pytest.param(RECENT, {}, True, id="empty delta"),
        pytest.param(RECENT, {"full": True}, False, id="empty full still has to sweep"),
        pytest.param(None, {}, False, id="empty first run"),
        pytest.param(RECENT, {"full": True, "max_records": 5}, True, id="nothing may be swept"),
    ],
)
def test_fetch_entity_without_records_ends_only_where_nothing_is_to_sweep(
    run: Run, watermark: Watermark | None, flags: dict[str, Any], ends_here: object
):
    run.watermark, run.source.records = watermark, 0
    outcome = run.fetch(**flags)
    assert (outcome.records, outcome.ends_here) == (0, ends_here)
    assert run.staging.manifest.fetched


def test_fetch_entity_unreliable_read_of_everything_never_sweeps(run: Run):
    run.source.is_whole = False
    run.fetch(full=True)
    assert run.staging.manifest.plan["sweep"] == "none"
