"""What is known of a run while it works: stages, shares, rates, ends, and news that means nothing here."""

from __future__ import annotations

import pytest

from crm_sync.cli.live.board import Board


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def board(clock):
    return Board(["contacts", "deals"], clock)


def begin(board, entity, stage="fetch"):
    board.take({"kind": "begin", "entity": entity, "stage": stage, "run_id": "r1"})


def end(board, entity, **facts):
    counts = {"created": 3, "updated": 2, "unchanged": 1, "deleted": 0, "failed": 0}
    board.take({"kind": "end", "entity": entity, "status": "success", **counts, **facts})


def test_progress_gives_share_rate_and_time_left(board, clock):
    begin(board, "contacts")
    board.take({"kind": "progress", "done": 0, "total": 1000})
    clock.now += 2
    board.take({"kind": "progress", "done": 250, "total": 1000})
    line = board.lines["contacts"]
    assert (line.share, line.rate, line.left_s) == (0.25, 125.0, 6.0)


def test_resumed_stage_has_the_rate_of_what_it_read_itself(board, clock):
    begin(board, "contacts")
    board.take({"kind": "progress", "done": 900, "total": 1000})
    clock.now += 1
    board.take({"kind": "progress", "done": 950, "total": 1000})
    assert board.lines["contacts"].rate == 50.0


@pytest.mark.parametrize("total", [None, 0, 10])
def test_total_that_is_unknown_or_too_small_gives_no_share(board, clock, total):
    begin(board, "contacts")
    board.take({"kind": "progress", "done": 0, "total": total})
    clock.now += 1
    board.take({"kind": "progress", "done": 20, "total": total})
    line = board.lines["contacts"]
    assert (line.share, line.left_s, line.rate) == (None, None, 20.0)


def test_seconds_are_those_of_the_entity_although_stages_of_others_come_between(board, clock):
    for entity, stage, seconds in (("contacts", "fetch", 3), ("deals", "fetch", 5), ("contacts", "save", 4)):
        begin(board, entity, stage)
        clock.now += seconds
    end(board, "contacts", window={"mode": "delta"}, history_id=7, notes=("seen",), reason=None)
    line = board.lines["contacts"]
    assert (line.seconds, board.lines["deals"].seconds) == (7, 5)
    assert line.to_json() == {
        "sync_type": "contacts", "status": "success", "mode": "delta", "created": 3, "updated": 2,
        "unchanged": 1, "deleted": 0, "failed": 0, "seconds": 7.0, "reason": None, "notes": ["seen"],
        "sync_history_id": 7,
    }  # fmt: skip


def test_error_is_shown_until_the_next_try_and_the_last_one_stays(board):
    begin(board, "contacts")
    board.take({"kind": "error", "text": "the server\nis busy"})
    assert board.lines["contacts"].said == "the server is busy"
    begin(board, "contacts")
    assert board.lines["contacts"].said is None
    board.take({"kind": "failed", "entity": "contacts", "text": "SourceError: gone"})
    line = board.lines["contacts"]
    assert (line.status, line.said, line.is_open) == ("failed", "SourceError: gone", False)


def test_what_comes_after_the_end_changes_nothing(board):
    begin(board, "contacts")
    end(board, "contacts")
    begin(board, "contacts", "transform")
    board.take({"kind": "left_out", "entity": "contacts"})
    assert (board.lines["contacts"].status, board.lines["contacts"].stage) == ("success", "fetch")


def test_entity_that_is_left_out_waits_for_nothing(board):
    begin(board, "deals")
    board.take({"kind": "left_out", "entity": "deals"})
    assert [line.status for line in board.lines.values()] == ["waiting", "skipped"]
    assert board.current is None


def test_notes_and_waits_belong_to_the_entity_that_works(board):
    begin(board, "deals")
    board.take({"kind": "note", "text": "a column is gone"})
    board.take({"kind": "wait", "until": "12:00", "limit": "the daily limit"})
    line = board.lines["deals"]
    assert (line.notes, line.said) == (["a column is gone"], "waits until 12:00 for the daily limit")


def test_news_of_strangers_and_of_nobody_is_left_out(board):
    board.take({"kind": "progress", "done": 1, "total": 2})
    begin(board, "calls")
    board.take({"kind": "something new", "entity": "deals"})
    assert [line.status for line in board.lines.values()] == ["waiting", "waiting"]


def test_run_and_fault_are_kept(board):
    board.take({"kind": "run", "run_id": "r1", "state": "failed"})
    board.take({"kind": "fault", "text": "no database"})
    assert (board.run_id, board.run_state, board.fault) == ("r1", "failed", "no database")
