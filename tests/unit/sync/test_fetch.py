"""Fetch against a scripted source: checkpoints, resume, exact cuts, roll-over, what is never a success."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_sync.config.models import EntityConfig
from crm_sync.config.run_options import RunOptions
from crm_sync.exceptions import OptionsError, PaginationLoopError, SourceUnavailableError, SyncCancelledError
from crm_sync.sources.base import Page, ReadRequest, build_page
from crm_sync.storage.history_rows import Counts
from crm_sync.storage.staging import Staging, open_staging
from crm_sync.sync.fetch import fetch_entity
from crm_sync.sync.fetch_job import FetchJob, FetchOutcome
from crm_sync.sync.outcome import judge_outcome
from crm_sync.sync.window import RunPlan, Watermark

NOW = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
RECENT = Watermark(until=NOW - timedelta(hours=1), last_full_at=NOW - timedelta(days=1), source={"etag": "a"})


@dataclass
class ScriptedSource:
    """Gives pages of records out of a list; `fail_at` breaks one page, once, before it is given."""

    records: int = 10
    per_page: int = 2
    fail_at: int | None = None
    clock: datetime | None = NOW
    reason: str | None = None
    reads_whole: bool = False
    is_whole: bool = True
    quota: int | None = None
    can_resume: bool = False
    sweep_scope: Any = None
    requests: list[ReadRequest] = field(default_factory=list)
    calls: int = 0
    given_ids: list[int] = field(default_factory=list)
    closed_pages: int = 0
    incomplete_reason: str | None = None

    def read_clock(self) -> datetime | None:
        """Give the scripted clock."""
        return self.clock

    def count(self, request: ReadRequest) -> int | None:  # the protocol's shape
        """Give the total."""
        return self.records

    def describe(self) -> dict[str, Any]:
        """Give a fact to keep."""
        return {"etag": "b"}

    def metrics(self) -> dict[str, float]:
        """Give figures."""
        return {"api_calls": self.calls, "clock_skew_seconds": 3.0}

    def close(self) -> None:
        """Nothing to give back."""

    def read_pages(self, request: ReadRequest, cursors: Mapping[str, Any]) -> Iterator[Page]:
        """Give pages after the cursor."""
        self.requests.append(request)
        self.incomplete_reason = None
        try:
            yield from self._pages(cursors.get("live", 0))
        finally:
            self.closed_pages += 1
        self.incomplete_reason = self.reason

    def _pages(self, start: int | None) -> Iterator[Page]:
        while start is not None and start < self.records:
            if self.fail_at is not None and start >= self.fail_at:
                self.fail_at = None
                raise SourceUnavailableError("No answer.")
            if self.quota is not None and self.calls >= self.quota:
                self.can_resume, self.reason = True, "The day's quota is used up."
                return
            self.calls += 1
            stop = min(start + self.per_page, self.records)
            self.given_ids.extend(range(start, stop))
            records = [{"id": number, "properties": {"name": f"n{number}"}} for number in range(start, stop)]
            start = stop if stop < self.records else None
            yield build_page(records, cursor_key="live", cursor=start)


def make_entity(**changes: Any) -> EntityConfig:
    values: dict[str, Any] = {
        "crm_source": "demo",
        "sync_type": "items",
        "table_schema": "demo",
        "read": {"strategy": "files", "path": "items.csv"},
        "primary_key": ["id"],
        "fields": {"id": {"type": "integer"}},
        "page_size": 200,
        "max_page_size": 500,
    }
    return EntityConfig.model_validate({**values, **changes})


def open_items(folder: Path) -> Staging:
    return open_staging(folder, crm_source="demo", sync_type="items")


@dataclass
class Run:
    """One run's folder; `fetch` is one try."""

    folder: Path
    source: ScriptedSource = field(default_factory=ScriptedSource)
    entity: EntityConfig = field(default_factory=make_entity)
    watermark: Watermark | None = None
    stop: Callable[[], bool] = lambda: False
    now: datetime = NOW
    resume: dict[str, Any] | None = None

    def fetch(self, *, checkpoint_s: float = 60, **flags: Any) -> FetchOutcome:
        """Make one try; between its first and last page no time passes that would call for a checkpoint."""
        return fetch_entity(
            FetchJob(
                entity=self.entity,
                options=RunOptions(**flags),
                staging=open_items(self.folder),
                source=self.source,  # type: ignore[arg-type]
                watermark=self.watermark,
                stop=self.stop,
                now=lambda: self.now,
                checkpoint_s=checkpoint_s,
                resume=self.resume,
            )
        )

    @property
    def staging(self) -> Staging:
        """Open the folder as the next task does."""
        return open_items(self.folder)

    def ids(self) -> list[int]:
        """List what is staged, in order."""
        staging = self.staging
        return [
            record["id"]
            for chunk in staging.manifest.chunks
            for record in read_lines(staging.read_raw(chunk))
        ]


def read_lines(raw: bytes | pl.DataFrame) -> list[dict[str, Any]]:
    if isinstance(raw, pl.DataFrame):
        return raw.to_dicts()
    return [json.loads(line) for line in raw.splitlines()]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


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
    with pytest.raises(PaginationLoopError, match="demo items: more than max_pages 3 pages"):
        run.fetch()
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


PARENTS = pl.DataFrame({"from_object_id": ["1", "2"]})


def give_pages(run: Run, *pages: Page) -> None:
    run.source._pages = lambda _start: iter(pages)  # type: ignore[method-assign]


def link_page(ids: list[int], parents: list[str], cursor: int | None) -> Page:
    from dataclasses import replace

    page = build_page([{"id": number} for number in ids], cursor_key="live", cursor=cursor)
    return replace(page, parents=pl.DataFrame({"from_object_id": parents}))


@pytest.mark.parametrize("limits", [{"chunk_records": 2}, {"chunk_bytes": 1}], ids=["records", "bytes"])
def test_fetch_entity_parents_stay_in_the_chunk_of_their_links(run: Run, limits: dict[str, int]):
    run.entity = make_entity(**limits)
    give_pages(run, link_page([1, 2], ["a"], 1), link_page([3], ["b"], None))
    run.fetch()
    staging = run.staging
    held = [staging.read_parents(chunk) for chunk in staging.manifest.chunks]
    assert [frame["from_object_id"].to_list() for frame in held if frame is not None] == [["a"], ["b"]]


def test_fetch_entity_parents_that_lost_all_links_are_no_empty_delta(run: Run):
    run.watermark = RECENT
    give_pages(run, link_page([], ["a", "b"], None))
    assert not run.fetch().ends_here
    staging = run.staging
    (chunk,) = staging.manifest.chunks
    assert staging.read_raw(chunk) == b""
    parents = staging.read_parents(chunk)
    assert parents is not None
    assert parents.height == 2


def test_fetch_entity_cut_page_forgets_its_parents(run: Run):
    give_pages(run, link_page([1, 2, 3], ["a"], None))
    run.fetch(max_records=2)
    staging = run.staging
    assert run.ids() == [1, 2]
    assert staging.read_parents(staging.manifest.chunks[0]) is None, "their link sets are not whole"


def test_fetch_entity_frames_are_cut_and_staged_as_parquet(run: Run):
    def page(start: int, cursor: int | None) -> Page:
        frame = pl.DataFrame({"id": [start, start + 1]})
        return Page(None, frame, records=2, key_paths=None, cursor_key="live", cursor=cursor)

    give_pages(run, page(0, 1), page(2, None))
    run.fetch(max_records=3)
    (chunk,) = run.staging.manifest.chunks
    assert (chunk.suffix, chunk.key_paths) == ("parquet", None)
    assert run.ids() == [0, 1, 2]


@given(
    records=st.integers(0, 30),
    per_page=st.integers(1, 7),
    chunk_records=st.integers(1, 9),
    limit=st.integers(0, 35),
    failures=st.lists(st.integers(0, 30), max_size=3),
)
def test_fetch_entity_whatever_breaks_every_record_is_staged_once_in_order(
    tmp_path_factory: pytest.TempPathFactory,
    records: int,
    per_page: int,
    chunk_records: int,
    limit: int,
    failures: list[int],
):
    run = Run(
        tmp_path_factory.mktemp("run"),
        ScriptedSource(records, per_page),
        make_entity(chunk_records=chunk_records),
    )
    for fail_at in failures:
        run.source.fail_at = fail_at
        try:
            run.fetch(max_records=limit)
        except SourceUnavailableError:
            assert not run.staging.manifest.fetched
    run.source.fail_at = None
    run.fetch(max_records=limit)
    assert run.ids() == list(range(min(records, limit) if limit else records))
    if limit and limit < records:
        assert run.staging.manifest.incomplete_reason


def resume_point(run: Run) -> dict[str, Any]:
    manifest = run.staging.manifest
    plan = RunPlan.from_json(manifest.plan)
    result = judge_outcome(run.entity, manifest, plan, Counts(), [])
    assert result.window["complete"] is False
    point = result.to_configuration(manifest)["resume"]
    return json.loads(json.dumps(point))


def test_fetch_entity_cut_off_by_a_quota_goes_on_in_the_next_run(tmp_path: Path):
    first = Run(tmp_path / "1", ScriptedSource(quota=2))
    first.fetch()
    later = NOW + timedelta(days=1)
    second = Run(tmp_path / "2", now=later, resume=resume_point(first))
    plan = second.fetch().plan
    assert first.ids() + second.ids() == list(range(10))
    assert (plan.until, plan.sweep) == (first.fetch().plan.until, "none")
    assert (
        judge_outcome(second.entity, second.staging.manifest, plan, Counts(), []).window["complete"] is True
    )


@pytest.mark.parametrize(
    "flags", [{"full": True}, {"force": True}, {"max_records": 3}, {"dry_run": True}], ids=str
)
def test_fetch_entity_told_what_to_read_takes_no_resume_point_up(tmp_path: Path, flags: dict[str, Any]):
    first = Run(tmp_path / "1", ScriptedSource(quota=2))
    first.fetch()
    second = Run(tmp_path / "2", resume=resume_point(first))
    second.fetch(**flags)
    assert second.ids()[0] == 0


def test_outcome_of_a_whole_read_leaves_no_resume_point(run: Run):
    run.fetch()
    manifest = run.staging.manifest
    result = judge_outcome(run.entity, manifest, RunPlan.from_json(manifest.plan), Counts(), [])
    assert result.to_configuration(manifest)["resume"] is None


@pytest.mark.parametrize(
    "resume",
    [{"plan": {}, "cursors": {}, "own_options": {}}, {"cursors": {}}, {"plan": None, "cursors": None}],
    ids=["other plan", "no plan", "nulls"],
)
def test_fetch_entity_reads_anew_where_the_resume_point_is_of_another_version(
    tmp_path: Path, resume: dict[str, Any]
):
    run = Run(tmp_path, resume=resume)
    run.fetch()
    assert run.ids() == list(range(10))


def test_outcome_of_a_read_that_leaves_a_gap_leaves_no_resume_point(tmp_path: Path):
    run = Run(tmp_path, ScriptedSource(quota=2))
    run.fetch(start_date=NOW - timedelta(days=3))
    manifest = run.staging.manifest
    result = judge_outcome(run.entity, manifest, RunPlan.from_json(manifest.plan), Counts(), [])
    assert (manifest.can_resume, result.to_configuration(manifest)["resume"]) == (True, None)
