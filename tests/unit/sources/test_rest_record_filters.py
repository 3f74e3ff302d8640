"""Records that a delta drops after reading, and those that it must not drop."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.sources.rest_list_support import NOW, AnsweringClient, page_of, run

WINDOWS = {
    "windows": {
        "from_param": "from",
        "to_param": "to",
        "column": "at",
        "first": "2026-01-01",
        "ahead_s": "30d",
        "back_s": "5d",
    },
    "changed_only": "updated",
}
SINCE = NOW - timedelta(hours=1)
OLD = (NOW - timedelta(days=20)).isoformat()


@pytest.mark.parametrize(
    ("at", "is_read"),
    [
        (NOW + timedelta(days=29), False),
        (SINCE + timedelta(days=30), True),
        (NOW + timedelta(days=30), True),
        (None, False),
    ],
    ids=["seen-by-the-run-before", "its-horizon", "beyond-it", "without-a-time"],
)
def test_unchanged_event_is_read_when_it_comes_into_the_window(at, is_read):
    """The run before looked ahead to its own `until` plus `ahead_s`, and this one a bit further."""
    event = {"id": 1, "at": at and at.isoformat(), "updated": OLD}

    def answer(request):
        asked = (
            request.params["from"] <= (NOW if at is None else at).date().isoformat() <= request.params["to"]
        )
        return [event] if asked and page_of(request) == 1 else []

    records, _, _ = run(AnsweringClient(answer), SINCE, **WINDOWS)
    assert bool(records) is is_read


@pytest.mark.parametrize(
    ("updated", "is_kept"),
    [("09.03.2026 23:59", False), ("10.03.2026 11:30", True), ("soon", True), (None, True), (7, True)],
    ids=["before", "since-then", "no-time", "null", "a-number"],
)
def test_modified_time_is_read_as_its_column_is(updated, is_kept):
    fields = {
        "id": {},
        "at": {"type": "datetime"},
        "updated": {"type": "datetime", "format": "%d.%m.%Y %H:%M"},
    }
    event = {"id": 1, "at": NOW.isoformat(), "updated": updated}

    def answer(request):
        is_asked = request.params["from"] <= NOW.date().isoformat() <= request.params["to"]
        return [event] if is_asked and page_of(request) == 1 else []

    records, _, source = run(AnsweringClient(answer), SINCE, fields=fields, **WINDOWS)
    assert bool(records) is is_kept
    assert bool(source.notes) is (updated in ("soon", 7))
