"""What a run reads and whether it may move the watermark: tables of cases of windows and modes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_sync.config.models import EntityConfig
from crm_sync.config.run_options import RunOptions
from crm_sync.constants import SyncMode
from crm_sync.exceptions import OptionsError
from crm_sync.storage.history.watermark import Watermark
from crm_sync.sync.window import RunPlan, plan_run

NOW = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
LAG, LOOKBACK, RHYTHM = timedelta(seconds=60), timedelta(seconds=300), timedelta(days=7)
UNTIL = NOW - LAG
MARK = datetime(2026, 6, 10, 11, 0, tzinfo=UTC)
RECENT = Watermark(until=MARK, last_full_at=MARK - timedelta(days=1))
DUE = Watermark(until=MARK, last_full_at=UNTIL - RHYTHM)
HOUR = timedelta(hours=1)


def make_entity(**changes: Any) -> EntityConfig:
    values: dict[str, Any] = {
        "crm_source": "demo",
        "sync_type": "items",
        "table_schema": "demo",
        "read": {"strategy": "files", "path": "items.csv"},
        "primary_key": ["id"],
        "fields": {"id": {"type": "integer"}},
        "safety_lag_s": "60s",
        "lookback_s": "5min",
        "reconcile_every": "7d",
    }
    return EntityConfig.model_validate({**values, **changes})


def plan(
    options: RunOptions | None = None,
    watermark: Watermark | None = RECENT,
    *,
    source_now: datetime | None = NOW,
    reads_whole: bool = False,
    **entity: Any,
) -> RunPlan:
    return plan_run(
        make_entity(**entity),
        options or RunOptions(),
        watermark,
        now=NOW,
        source_now=source_now,
        reads_whole=reads_whole,
    )


SINCE = MARK - LOOKBACK
FULL, DELTA, REPLAY = SyncMode.FULL, SyncMode.DELTA, SyncMode.REPLAY
START, END = SINCE - HOUR, NOW - timedelta(minutes=10)
LATER = MARK + timedelta(minutes=10)

CASES: dict[str, tuple[dict[str, Any], Watermark | None, tuple[Any, ...]]] = {
    # flags, watermark -> mode, since, until, sweep, force, moves_watermark
    "first run reads everything": ({}, None, (FULL, None, UNTIL, "mark", False, True)),
    "delta starts at the watermark minus lookback": ({}, RECENT, (DELTA, SINCE, UNTIL, "none", False, True)),
    "full": ({"full": True}, RECENT, (FULL, None, UNTIL, "mark", False, True)),
    "full on the first run": ({"full": True}, None, (FULL, None, UNTIL, "mark", False, True)),
    "force alone reads the delta": ({"force": True}, RECENT, (DELTA, SINCE, UNTIL, "none", True, True)),
    "force on the first run never deletes": ({"force": True}, None, (FULL, None, UNTIL, "mark", True, True)),
    "full and force deletes": (
        {"full": True, "force": True},
        RECENT,
        (FULL, None, UNTIL, "delete", True, True),
    ),
    "dry run plans the same, moves nothing": (
        {"dry_run": True},
        RECENT,
        (DELTA, SINCE, UNTIL, "none", False, False),
    ),
    "full dry run": ({"full": True, "dry_run": True}, RECENT, (FULL, None, UNTIL, "mark", False, False)),
    "max_records never sweeps": ({"max_records": 5}, None, (FULL, None, UNTIL, "none", False, True)),
    "full with max_records and force never sweeps": (
        {"full": True, "force": True, "max_records": 5},
        RECENT,
        (FULL, None, UNTIL, "none", True, True),
    ),
    "start_date before the watermark": (
        {"start_date": START},
        RECENT,
        (DELTA, START, UNTIL, "none", False, True),
    ),
    "start_date at the watermark": ({"start_date": MARK}, RECENT, (DELTA, MARK, UNTIL, "none", False, True)),
    "start_date after the watermark leaves a gap": (
        {"start_date": LATER},
        RECENT,
        (DELTA, LATER, UNTIL, "none", False, False),
    ),
    "start_date on the first run leaves the rest unread": (
        {"start_date": START},
        None,
        (DELTA, START, UNTIL, "none", False, False),
    ),
    "start_date with force overwrites the window": (
        {"start_date": START, "force": True},
        RECENT,
        (DELTA, START, UNTIL, "none", True, True),
    ),
    "end_date in the past": ({"end_date": END}, RECENT, (DELTA, SINCE, END, "none", False, False)),
    "end_date in the future changes nothing": (
        {"end_date": NOW + HOUR},
        RECENT,
        (DELTA, SINCE, UNTIL, "none", False, True),
    ),
    "end_date on the first run": ({"end_date": END}, None, (FULL, None, END, "none", False, False)),
    "start_date and end_date": (
        {"start_date": START, "end_date": END},
        RECENT,
        (DELTA, START, END, "none", False, False),
    ),
    "replay reads nothing": ({"replay_rejected": True}, RECENT, (REPLAY, None, UNTIL, "none", False, False)),
    "reconciliation is due": ({}, DUE, (FULL, None, UNTIL, "mark", False, True)),
    "reconciliation, the source was never read whole": (
        {},
        Watermark(MARK),
        (FULL, None, UNTIL, "mark", False, True),
    ),
    "reconciliation waits for force": ({"force": True}, DUE, (DELTA, SINCE, UNTIL, "none", True, True)),
    "reconciliation waits for max_records": (
        {"max_records": 5},
        DUE,
        (DELTA, SINCE, UNTIL, "none", False, True),
    ),
    "reconciliation waits for end_date": ({"end_date": END}, DUE, (DELTA, SINCE, END, "none", False, False)),
    "reconciliation waits for start_date": (
        {"start_date": START},
        DUE,
        (DELTA, START, UNTIL, "none", False, True),
    ),
    "dry run shows the reconciliation": ({"dry_run": True}, DUE, (FULL, None, UNTIL, "mark", False, False)),
}


@pytest.mark.parametrize(("flags", "watermark", "expected"), CASES.values(), ids=CASES.keys())
def test_plan_run_follows_flags_and_watermark(
    flags: dict[str, Any], watermark: Watermark | None, expected: tuple[Any, ...]
):
    made = plan(RunOptions(**flags), watermark)
    assert (made.mode, made.since, made.until, made.sweep, made.force, made.moves_watermark) == expected


MARKED = Watermark(MARK, RECENT.last_full_at, bookmarks={"all": "0017"})


@pytest.mark.parametrize(
    ("flags", "watermark", "is_kept"),
    [
        pytest.param({}, MARKED, True, id="delta"),
        pytest.param({"force": True}, MARKED, True, id="force"),
        pytest.param({"max_records": 5}, MARKED, True, id="max_records"),
        pytest.param({"start_date": SINCE}, MARKED, True, id="start_date at the look-back"),
        pytest.param({"start_date": LATER}, MARKED, True, id="start_date after the watermark"),
        pytest.param({"start_date": START}, MARKED, False, id="start_date before the look-back"),
        pytest.param({"full": True}, MARKED, False, id="full"),
        pytest.param({}, replace(MARKED, last_full_at=None), False, id="reconciliation"),
        pytest.param({}, None, False, id="first run"),
    ],
)
def test_plan_run_starts_behind_the_bookmarks_unless_it_starts_earlier(
    flags: dict[str, Any], watermark: Watermark | None, is_kept: object
):
    made = plan(RunOptions(**flags), watermark)
    assert made.bookmarks == ({"all": "0017"} if is_kept else {})
    assert RunPlan.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_plan_of_an_earlier_version_has_no_bookmarks():
    stored = plan(watermark=MARKED).to_json()
    del stored["bookmarks"]
    assert RunPlan.from_json(stored).bookmarks == {}


@pytest.mark.parametrize(
    ("source_now", "until"),
    [
        pytest.param(None, NOW - LAG, id="source clock unknown"),
        pytest.param(NOW, NOW - LAG, id="same"),
        pytest.param(NOW + timedelta(minutes=10), NOW - LAG, id="source ahead: the worker's counts"),
        pytest.param(
            NOW - timedelta(minutes=10), NOW - timedelta(minutes=10) - LAG, id="source behind: its own counts"
        ),
    ],
)
def test_plan_run_until_is_the_earlier_clock_minus_lag(source_now: datetime | None, until: datetime):
    assert plan(source_now=source_now).until == until


def test_plan_run_lag_and_lookback_come_from_the_entity():
    made = plan(safety_lag_s="5min", lookback_s="2h")
    assert (made.since, made.until) == (MARK - 2 * HOUR, NOW - timedelta(minutes=5))


@pytest.mark.parametrize(
    ("last_full_at", "due"),
    [
        pytest.param(UNTIL - RHYTHM, True, id="exactly over"),
        pytest.param(UNTIL - RHYTHM + timedelta(seconds=1), False, id="a second short"),
    ],
)
def test_plan_run_reconciliation_is_due_after_its_span(last_full_at: datetime, due: object):
    made = plan(watermark=Watermark(MARK, last_full_at))
    assert made.is_reconciliation is due
    assert (made.mode is FULL) is due


def test_plan_run_reconcile_never_stays_a_delta():
    made = plan(watermark=Watermark(MARK, None), reconcile_every="never")
    assert (made.mode, made.is_reconciliation) == (DELTA, False)


TRIED = Watermark(MARK, DUE.last_full_at, was_tried=True)


@pytest.mark.parametrize(
    ("watermark", "is_first", "window"),
    [
        pytest.param(DUE, False, {"compared": False}, id="first try"),
        pytest.param(TRIED, False, {}, id="second try"),
        pytest.param(None, True, {}, id="first load"),
    ],
)
def test_plan_resumed_compares_nothing_unless_it_is_the_second_that_is_cut(watermark, is_first, window):
    resumed = RunPlan.from_json(plan(watermark=watermark).to_json()).resume(is_first=is_first)
    told = resumed.window(complete=True)
    assert resumed.sweep == "none"
    assert {name: told[name] for name in told if name == "compared"} == window


def test_plan_run_full_is_no_reconciliation():
    assert not plan(RunOptions(full=True), DUE).is_reconciliation


@pytest.mark.parametrize(
    ("flags", "mode", "sweep"),
    [
        pytest.param({}, FULL, "mark", id="default"),
        pytest.param({"force": True}, FULL, "mark", id="force marks and never deletes"),
        pytest.param({"start_date": START}, DELTA, "none", id="start_date"),
        pytest.param({"end_date": END}, FULL, "none", id="end_date"),
    ],
)
def test_plan_run_source_without_filter_is_read_whole(flags: dict[str, Any], mode: SyncMode, sweep: str):
    made = plan(RunOptions(**flags), reads_whole=True)
    assert (made.mode, made.sweep) == (mode, sweep)


@pytest.mark.parametrize(
    ("ahead", "flags", "is_said"),
    [
        (timedelta(days=2), {}, True),
        (timedelta(days=2), {"start_date": MARK}, False),
        (timedelta(days=2), {"full": True}, False),
        (timedelta(minutes=50), {}, False),
    ],
    ids=["days ahead", "a chosen start", "full", "clocks of two workers"],
)
def test_plan_run_watermark_in_the_future_is_said(ahead: timedelta, flags: dict[str, Any], is_said: bool):
    watermark = Watermark(until=NOW + ahead, last_full_at=NOW - timedelta(days=1))
    reason = plan(RunOptions(**flags), watermark).unread_reason
    assert "a run with start_date reads what was left out" in (reason or "") if is_said else reason is None


def test_plan_run_past_end_date_says_what_is_unread():
    assert (
        plan(RunOptions(end_date=END)).unread_reason
        == f"end_date {END.isoformat()} left newer changes unread."
    )
    assert plan(RunOptions(end_date=NOW + HOUR)).unread_reason is None


@pytest.mark.parametrize("end", [SINCE, SINCE - HOUR], ids=["equal", "before"])
def test_plan_run_end_date_before_the_start_is_refused(end: datetime):
    with pytest.raises(OptionsError) as raised:
        plan(RunOptions(end_date=end))
    assert str(raised.value) == (
        f"Flag 'end_date' is {end.isoformat()}: expected a moment after {SINCE.isoformat()}, "
        "where this run would start; give 'start_date' too."
    )


@pytest.mark.parametrize(("flags", "watermark"), [case[:2] for case in CASES.values()], ids=CASES.keys())
def test_run_plan_survives_the_manifest(flags: dict[str, Any], watermark: Watermark | None):
    import msgspec

    made = plan(RunOptions(**flags), watermark)
    assert RunPlan.from_json(msgspec.json.decode(msgspec.json.encode(made.to_json()))) == made


def test_run_plan_window_is_what_the_history_keeps():
    assert plan().window(complete=True) == {
        "since": SINCE.isoformat(),
        "until": UNTIL.isoformat(),
        "complete": True,
        "mode": "delta",
    }


_MOMENTS = st.datetimes(datetime(2026, 5, 1), datetime(2026, 7, 1), timezones=st.just(UTC))  # noqa: DTZ001
_FLAGS = st.fixed_dictionaries(
    {
        "force": st.booleans(),
        "dry_run": st.booleans(),
        "max_records": st.sampled_from([0, 5]),
        "start_date": st.none() | _MOMENTS,
        "end_date": st.none() | _MOMENTS,
    }
)


@given(_FLAGS, st.booleans(), st.none() | st.builds(Watermark, _MOMENTS, st.none() | _MOMENTS), st.booleans())
def test_plan_run_never_skips_what_lies_between_watermark_and_window(
    flags: dict[str, Any],
    full: bool,
    watermark: Watermark | None,
    reads_whole: bool,
):
    if full:
        flags = {**flags, "start_date": None, "end_date": None}
    try:
        made = plan(RunOptions(full=full, **flags), watermark, reads_whole=reads_whole)
    except OptionsError:
        return
    if made.moves_watermark:
        assert made.since is None or (watermark is not None and made.since <= watermark.until), "a gap"
        assert made.until == UNTIL, "moves to now and nowhere else"
        assert not flags["dry_run"]
    if made.sweep != "none":
        assert made.since is None, "only a read of everything may sweep"
        assert not flags["max_records"]
        assert flags["end_date"] is None or flags["end_date"] >= UNTIL
    assert (made.sweep == "delete") == (full and flags["force"] and not flags["max_records"])
