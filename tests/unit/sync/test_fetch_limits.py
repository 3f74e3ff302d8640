"""Fetch against limits that are met before, between and after pages: always `partial`, never for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import LongWaitError, QuotaExhaustedError
from crm_sync.sources.base import Page, ReadRequest, build_page
from crm_sync.storage.history.history_rows import Counts
from crm_sync.sync.outcome import SaveResult, judge_outcome
from crm_sync.sync.window import RunPlan
from tests.unit.sync.fetch_support import NOW, RECENT, Run, ScriptedSource

USED_UP = "The day's quota is used up."


@dataclass
class LimitedSource(ScriptedSource):
    """A source whose quota is used up, or that asks for a pause of an hour after its first page."""

    clock_fails: bool = False
    count_fails: bool = False
    pauses: int = 0
    is_whole: bool = False

    def read_clock(self) -> Any:
        """Meet the quota."""
        if self.clock_fails:
            raise QuotaExhaustedError(USED_UP)
        return self.clock

    def count(self, request: ReadRequest) -> int | None:
        """Meet the quota."""
        if self.count_fails:
            raise QuotaExhaustedError(USED_UP)
        return self.records

    def read_pages(self, request: ReadRequest, cursors: Mapping[str, Any]) -> Iterator[Page]:
        """Give one page, then ask for a pause; with the quota used up, give nothing."""
        if self.count_fails:
            self.incomplete_reason, self.can_resume = USED_UP, True
            return
        if not cursors:
            yield build_page([{"id": 1}], cursor_key="live", cursor=1)
        if self.pauses:
            self.pauses -= 1
            raise LongWaitError(NOW + timedelta(hours=1), "default")
        yield build_page([{"id": 2}], cursor_key="live", cursor=None)
        self.is_whole = True


def judge(run: Run) -> SaveResult:
    manifest = run.staging.manifest
    return judge_outcome(run.entity, manifest, RunPlan.from_json(manifest.plan), Counts(), [])


@pytest.mark.parametrize("flags", [{}, {"full": True}, {"full": True, "force": True}], ids=str)
@pytest.mark.parametrize("where", ["clock_fails", "count_fails"])
def test_quota_used_up_before_the_first_page_ends_as_partial(tmp_path: Path, where: str, flags: dict):
    run = Run(tmp_path, source=LimitedSource(**{where: True}), watermark=RECENT)
    outcome = run.fetch(**flags)
    result = judge(run)
    assert outcome.ends_here
    assert (result.status, result.window["complete"]) == (SyncStatus.PARTIAL, False)
    assert (result.reason or "").startswith(USED_UP)


def test_quota_used_up_again_keeps_the_resume_point(tmp_path: Path):
    first = Run(tmp_path / "1", source=ScriptedSource(quota=2), watermark=RECENT)
    first.fetch()
    point = judge(first).to_configuration(first.staging.manifest)["resume"]
    second = Run(tmp_path / "2", source=LimitedSource(count_fails=True), watermark=RECENT, resume=point)
    second.fetch()
    assert judge(second).to_configuration(second.staging.manifest)["resume"]["cursors"] == point["cursors"]


def test_pauses_within_max_wait_are_made_and_counted(tmp_path: Path):
    run = Run(tmp_path, source=LimitedSource(pauses=2), watermark=RECENT)
    for _ in range(2):
        with pytest.raises(LongWaitError):
            run.fetch()
    run.fetch()
    assert run.ids() == [1, 2]
    assert run.staging.manifest.metrics["rate_limit_wait_seconds"] == 2 * 3600
    assert judge(run).window["complete"]


def test_pauses_beyond_max_wait_end_as_partial_with_what_was_read(tmp_path: Path):
    run = Run(tmp_path, source=LimitedSource(pauses=99), watermark=RECENT)
    for _ in range(6):
        with pytest.raises(LongWaitError):
            run.fetch(full=True)
    outcome = run.fetch(full=True)
    result = judge(run)
    assert run.ids() == [1]
    assert (result.status, result.window["complete"], outcome.plan.sweep) == (
        SyncStatus.PARTIAL,
        False,
        "none",
    )
    assert result.to_configuration(run.staging.manifest)["resume"]["cursors"] == {"live": 1}
