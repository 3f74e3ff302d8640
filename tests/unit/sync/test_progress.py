"""Progress lines: at most one in ten seconds, with speed and what is left."""

from __future__ import annotations

import pytest

from crm_sync.sync.progress import INTERVAL_S, ProgressLog


class FakeClock:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Give the time."""
        return self.now


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(autouse=True)
def _log_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="crm_sync")


def test_progress_log_is_silent_before_the_interval(clock: FakeClock, caplog: pytest.LogCaptureFixture):
    progress = ProgressLog("Fetched", total=None, clock=clock)
    clock.now += INTERVAL_S - 0.001
    progress.advance(100)
    assert caplog.messages == []


def test_progress_log_many_pages_are_one_line_per_interval(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
):
    progress = ProgressLog("Fetched", total=None, clock=clock)
    for page in range(1, 61):
        clock.now += 1
        progress.advance(page * 100)
    assert len(caplog.messages) == 6
    assert caplog.messages[0] == "Fetched 1,000 records, 100 records/s"


def test_progress_log_with_a_total_says_what_is_left(clock: FakeClock, caplog: pytest.LogCaptureFixture):
    progress = ProgressLog("Saved", total=10_000, clock=clock)
    clock.now += 10
    progress.advance(2_500)
    assert caplog.messages == ["Saved 2,500 of 10,000 records, 250 records/s, about 30 s left"]


def test_progress_log_after_a_resume_counts_only_its_own_speed(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
):
    progress = ProgressLog("Fetched", total=10_000, done=5_000, clock=clock)
    clock.now += 10
    progress.advance(6_000)
    assert caplog.messages == ["Fetched 6,000 of 10,000 records, 100 records/s, about 40 s left"]


def test_progress_log_total_that_was_too_small_is_not_shown(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
):
    progress = ProgressLog("Fetched", total=1_000, clock=clock)
    clock.now += 10
    progress.advance(1_500)
    assert caplog.messages == ["Fetched 1,500 records, 150 records/s"]


def test_progress_log_close_logs_the_end_without_a_forecast(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
):
    progress = ProgressLog("Fetched", total=300, clock=clock)
    clock.now += 3
    progress.advance(300)
    progress.close()
    assert caplog.messages == ["Fetched 300 of 300 records, 100 records/s"]


def test_progress_log_close_at_once_divides_by_no_zero(clock: FakeClock, caplog: pytest.LogCaptureFixture):
    ProgressLog("Fetched", total=0, clock=clock).close()
    assert caplog.messages == ["Fetched 0 of 0 records, 0 records/s"]
