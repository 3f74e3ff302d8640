"""What the frame gives every fake: changes with a journal, an anchor, activity, control, routes, errors."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from sandbox.frame.activity import NEWEST_MS, OLDEST_MS, recent_moments
from sandbox.frame.clock import SandboxClock
from sandbox.frame.fault_kinds import edit_page, retry_after_headers
from sandbox.frame.journal import Journal, JournalMismatchError
from sandbox.frame.messages import Request, Response, json_response
from sandbox.frame.routes import match_segments
from tests.unit.sandbox.small_fake import SmallConfig, SmallSandbox

ANCHOR = datetime(2026, 3, 1, 8, tzinfo=UTC)


def ask(fake: SmallSandbox, path: str) -> tuple[int, Any]:
    request = Request({"method": "GET", "path": path, "query_string": b"", "headers": []}, b"")
    answer = fake.control(request) if path.startswith("/_sandbox") else fake.answer(request)
    return answer.status, json.loads(answer.body)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/notes", (200, ["hello", "hello"])),
        ("/notes/2", (200, "hello")),
        ("/notes/2/more", (404, {"oops": "nothing here"})),
        ("/", (404, {"oops": "nothing here"})),
    ],
    ids=["list", "one", "too_long", "nothing"],
)
def test_fake_answers_by_its_routes(path, expected):
    assert ask(SmallSandbox(), path) == expected


def test_fake_says_what_it_has():
    status, described = ask(SmallSandbox(clock_offset_s=5.0), "/_sandbox")
    assert status == 200
    assert described["vendor"] == "small"
    assert described["records"] == {"notes": 2}
    assert described["base"]["word"] == "hello"
    assert described["clock_offset_s"] == 5.0


def test_change_is_kept_over_a_restart_with_what_was_filled_in(tmp_path):
    state = str(tmp_path / "state")
    first = SmallSandbox(state=state)
    assert first.change({"op": "write", "text": "kept"}) == {"id": 3}
    kept = first.store.notes[3]
    assert SmallSandbox(state=state, clock_offset_s=9e6).store.notes[3] == kept


def test_change_that_was_replayed_is_not_kept_twice(tmp_path):
    state = tmp_path / "state"
    SmallSandbox(state=str(state)).change({"op": "write", "text": "kept"})
    SmallSandbox(state=str(state))
    assert len(state.read_text().splitlines()) == 2


def test_change_that_failed_is_not_kept(tmp_path):
    state = tmp_path / "state"
    with pytest.raises(KeyError, match="text"):
        SmallSandbox(state=str(state)).change({"op": "write"})
    assert len(state.read_text().splitlines()) == 1


@pytest.mark.parametrize("command", [{"op": "erase"}, {}], ids=["unknown", "none"])
def test_change_of_unknown_operation_names_the_known_ones(command):
    with pytest.raises(ValueError, match=r"unknown operation (None|'erase'); known: write"):
        SmallSandbox().change(command)


@pytest.mark.parametrize(
    "settings",
    [{"seed": 8}, {"counts": {"notes": 3}}, {"word": "bye"}, {"words": ("a",)}, {"quirks": False}],
    ids=["seed", "counts", "own", "own_list", "quirks"],
)
def test_state_of_other_data_is_refused(tmp_path, settings):
    state = str(tmp_path / "state")
    SmallSandbox(state=state)
    SmallSandbox(state=state, latency_ms=1.0)
    with pytest.raises(JournalMismatchError):
        SmallSandbox(state=state, **settings)


def test_anchor_that_is_left_open_stays_that_of_the_state(tmp_path):
    state = str(tmp_path / "state")
    SmallSandbox(state=state, anchor=ANCHOR)
    assert SmallSandbox(state=state, anchor=None).config.anchor == ANCHOR


def test_anchor_that_is_left_open_is_fixed_at_the_start_of_the_hour():
    found = SmallSandbox(anchor=None).config.anchor
    assert found is not None
    assert (found.minute, found.second, found.microsecond) == (0, 0, 0)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({"records": 70}, 70), ({"counts": {"notes": 4}}, 4), ({"counts": {}}, 0)],
    ids=["share", "count", "not_named"],
)
def test_count_of_a_kind_follows_counts_or_its_share(settings, expected):
    assert SmallConfig(**settings).count_of("notes") == expected


def test_activity_is_recent_in_order_and_other_after_each_restart(tmp_path):
    state = str(tmp_path / "state")
    first = SmallSandbox(state=state, activity=3).store.notes
    second = SmallSandbox(state=state, activity=3).store.notes
    assert [second[number] for number in (3, 4, 5)] == [first[number] for number in (3, 4, 5)]
    texts = [second[number].split(" at ")[0] for number in range(3, 9)]
    assert len(second) == 8
    assert len(set(texts)) == 6


def test_activity_lies_between_two_and_six_minutes_ago():
    moments = [at_ms for _, at_ms in recent_moments(Random(1), count=200, now_ms=10**9)]
    assert 10**9 - OLDEST_MS <= moments[0] < 10**9 - OLDEST_MS + 1000
    assert 10**9 - NEWEST_MS - 2000 <= moments[-1] < 10**9 - NEWEST_MS + 1000
    assert all(late - early > -1000 for early, late in pairwise(moments))


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("a/*", "a/7", ["7"]),
        ("a/*/b/*", "a/7/b/8", ["7", "8"]),
        ("a", "a", []),
        ("a/*", "b/7", None),
        ("a/*", "a", None),
    ],
    ids=["star", "two_stars", "plain", "other", "shorter"],
)
def test_match_segments_gives_what_the_stars_stand_for(pattern, path, expected):
    assert match_segments(pattern.split("/"), path.split("/")) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ()),
        ({"retry_after_s": 7}, ((b"retry-after", b"7"),)),
        ({"retry_after_s": 7, "retry_after_form": "none"}, ()),
    ],
    ids=["nothing", "seconds", "form_none"],
)
def test_retry_after_is_sent_only_when_asked_for(options, expected):
    assert retry_after_headers(SandboxClock(), options) == expected


def test_edit_page_changes_a_200_and_leaves_an_error():
    error = Response(500, b"<html>")
    assert edit_page(error, lambda payload: payload.clear()) is error
    assert edit_page(json_response(200, {"a": 1}), lambda payload: payload.clear()).body == b"{}"


def test_journal_of_before_a_setting_is_taken_as_long_as_the_setting_is_off(tmp_path):
    file = str(tmp_path / "changes.json")
    Journal(file, {"seed": 7, "quirks": False}).append({"kind": "remove"})
    assert list(Journal(file, {"seed": 7, "quirks": False, "further_columns": 0}).replay()) == [
        {"kind": "remove"}
    ]
    with pytest.raises(JournalMismatchError):
        list(Journal(file, {"seed": 7, "quirks": False, "further_columns": 3}).replay())
    with pytest.raises(JournalMismatchError):
        list(Journal(file, {"seed": 7, "quirks": True}).replay())
