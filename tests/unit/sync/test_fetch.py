"""Fetch against a scripted source: checkpoints, resume, roll-over, and what it asks of the source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from crm_sync.exceptions import OptionsError, PaginationLoopError, SourceUnavailableError, SyncCancelledError
from crm_sync.sources.base import Page, ReadRequest
from crm_sync.storage.staging import Staging
from tests.unit.sync.fetch_support import (
    NOW,
    RECENT,
    Run,
    make_entity,
    open_items,
)


def test_fetch_entity_stages_every_record_once(run: Run):
    outcome = run.fetch()
    assert run.ids() == list(range(10))
    assert (outcome.records, outcome.ends_here) == (10, False)
    manifest = run.staging.manifest
    assert (manifest.fetched, manifest.incomplete_reason, manifest.source) == (True, None, {"etag": "b"})
    assert manifest.chunks[0].key_paths == ["id", "properties.name"]


@pytest.mark.parametrize(
    ("checkpoint_s", "expected"),
    [(0, [(None, 0), (2, 2), (4, 4), (6, 6), (8, 8)]), (60, [(None, 0), *[(2, 2)] * 4])],
    ids=["slow pages one by one", "fast pages together"],
)
def test_fetch_entity_pages_are_checkpointed_when_it_is_time(
    run: Run, checkpoint_s: float, expected: list[tuple[int | None, int]]
):
    seen: list[tuple[Any, int]] = []
    original = run.source._pages

    def spy(start: int | None) -> Iterator[Page]:
        for page in original(start):
            manifest = open_items(run.folder).manifest
            seen.append((manifest.cursors.get("live"), manifest.records))
            yield page

    run.source._pages = spy  # type: ignore[method-assign]
    run.fetch(checkpoint_s=checkpoint_s)
    assert seen == expected
    assert open_items(run.folder).manifest.records == 10


def test_fetch_entity_page_that_could_not_be_stored_whole_is_in_no_checkpoint(
    run: Run, monkeypatch: pytest.MonkeyPatch
):
    append_lines = Staging.append_lines

    def fill_disk(staging: Staging, chunk: Any, lines: bytes) -> None:
        append_lines(staging, chunk, lines)
        if staging.manifest.records == 4:
            raise OSError("No space left on device")

    monkeypatch.setattr(Staging, "append_lines", fill_disk)
    with pytest.raises(OSError, match="No space left"):
        run.fetch(checkpoint_s=0)
    monkeypatch.undo()
    assert run.ids() == [0, 1, 2, 3]
    run.fetch()
    assert run.ids() == list(range(10))


def test_fetch_entity_after_a_failure_goes_on_after_the_last_stored_page(run: Run):
    run.source.fail_at = 6
    with pytest.raises(SourceUnavailableError):
        run.fetch()
    assert (run.ids(), run.staging.manifest.fetched) == ([0, 1, 2, 3, 4, 5], False)
    run.fetch()
    assert run.ids() == list(range(10))
    assert run.source.given_ids == list(range(10)), "no record was asked for twice"


def test_fetch_entity_resume_keeps_the_window_of_the_first_try(run: Run):
    run.watermark, run.source.fail_at = RECENT, 4
    with pytest.raises(SourceUnavailableError):
        run.fetch()
    run.now = NOW + timedelta(hours=5)
    run.source.clock = run.now
    plan = run.fetch().plan
    assert plan.until == NOW - timedelta(seconds=60), "what changed meanwhile belongs to the next run"
    first, second = run.source.requests
    assert (first.since, first.until) == (second.since, second.until)


def test_fetch_entity_metrics_add_up_over_tries(run: Run):
    run.source.fail_at = 6
    with pytest.raises(SourceUnavailableError):
        run.fetch()
    run.source.calls = 0  # a retry is another process with a source of its own
    metrics = run.fetch().metrics
    assert (metrics["api_calls"], metrics["clock_skew_seconds"]) == (5, 3.0), "skew is measured, not summed"


def test_fetch_entity_finished_folder_asks_nothing(run: Run):
    run.fetch()
    calls = run.source.calls
    outcome = run.fetch()
    assert (run.source.calls, outcome.records) == (calls, 10)


@pytest.mark.parametrize(
    ("limits", "sizes"),
    [
        pytest.param({"chunk_records": 4}, [4, 4, 2], id="by records"),
        pytest.param({"chunk_records": 3}, [4, 4, 2], id="a page is never torn apart"),
        pytest.param({"chunk_bytes": 1}, [2, 2, 2, 2, 2], id="by bytes"),
    ],
)
def test_fetch_entity_full_chunk_is_followed_by_the_next(run: Run, limits: dict[str, int], sizes: list[int]):
    run.entity = make_entity(**limits)
    run.fetch()
    chunks = run.staging.manifest.chunks
    assert [chunk.records for chunk in chunks] == sizes
    assert [chunk.number for chunk in chunks] == list(range(len(sizes)))
    assert run.ids() == list(range(10))


def test_fetch_entity_stop_keeps_what_was_read(run: Run):
    run.stop = lambda: run.source.calls >= 2
    with pytest.raises(SyncCancelledError, match="after 4 records; they are kept"):
        run.fetch()
    run.stop = lambda: False
    run.fetch()
    assert run.ids() == list(range(10))
    assert run.source.given_ids == list(range(10))


def test_fetch_entity_more_pages_than_allowed_is_an_error_and_no_silent_end(run: Run):
    run.entity = make_entity(max_pages=3)
    with pytest.raises(PaginationLoopError, match=r"more than 3 pages \(max_pages\)") as caught:
        run.fetch()
    assert (caught.value.crm_source, caught.value.sync_type) == ("demo", "items")
    assert not run.staging.manifest.fetched


def test_fetch_entity_exactly_max_pages_is_fine(run: Run):
    run.entity = make_entity(max_pages=5)
    assert run.fetch().records == 10


@pytest.mark.parametrize(
    ("batch_size", "page_size", "lines"),
    [
        pytest.param(100, 200, 0, id="100 means not set"),
        pytest.param(50, 50, 0, id="smaller"),
        pytest.param(500, 500, 0, id="the maximum"),
        pytest.param(501, 500, 1, id="cut with one log line"),
    ],
)
def test_fetch_entity_batch_size_becomes_the_page_size(
    run: Run, caplog: pytest.LogCaptureFixture, batch_size: int, page_size: int, lines: int
):
    caplog.set_level("INFO", logger="crm_sync")
    run.fetch(batch_size=batch_size)
    assert run.source.requests[0].page_size == page_size
    said = [line for line in caplog.messages if "batch_size" in line]
    assert said == [f"batch_size {batch_size} is above the vendor's maximum: 500 is used."] * lines


def test_fetch_entity_hands_the_source_what_it_needs(run: Run):
    run.watermark = RECENT
    run.fetch(force=True, extra=(("task_status", "done"),))
    request = run.source.requests[0]
    assert request.since == RECENT.until - timedelta(seconds=300)
    assert (request.previous, request.must_read, request.own_options) == (
        {"etag": "a"},
        True,
        {"task_status": "done"},
    )


def test_fetch_entity_replay_asks_the_source_for_no_total(run: Run, monkeypatch: pytest.MonkeyPatch):
    def refuse(request: ReadRequest) -> int:
        raise AssertionError("a replay makes no call")

    monkeypatch.setattr(run.source, "count", refuse)
    assert run.fetch(replay_rejected=True).plan.mode == "replay"


def test_fetch_entity_window_that_ends_before_it_starts_makes_no_call(run: Run):
    run.watermark = RECENT
    with pytest.raises(OptionsError, match="end_date"):
        run.fetch(end_date=NOW - timedelta(days=3))
    assert run.source.requests == []


@pytest.mark.parametrize(
    ("clock", "reads_whole", "expected"),
    [(None, False, NOW), (NOW + timedelta(hours=1), False, NOW + timedelta(hours=1)), (None, True, None)],
    ids=["no clock", "a clock of its own", "read whole"],
)
def test_fetch_entity_worker_ahead_moves_no_watermark_into_the_future(
    run: Run, clock: Any, reads_whole: bool, expected: Any
):
    run.now, run.second_clock = NOW + timedelta(days=2), lambda: NOW
    run.source.clock, run.source.reads_whole = clock, reads_whole
    plan = run.fetch().plan
    assert plan.until == (expected or run.now) - timedelta(seconds=run.entity.safety_lag_s)
