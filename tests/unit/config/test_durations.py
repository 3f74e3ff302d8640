"""When something with a rhythm is due again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.config.durations import is_due, is_resting

LAST = datetime(2026, 3, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "due", "resting"),
    [
        (timedelta(hours=6), True, False),
        (timedelta(hours=6, seconds=-1), False, True),
        (timedelta(seconds=1), False, True),
        (timedelta(days=30), True, False),
        (timedelta(0), False, False),
        (timedelta(hours=-1), False, False),
    ],
    ids=[
        "end of the span",
        "just before it",
        "just after the last",
        "much later",
        "same moment",
        "before it",
    ],
)
def test_rhythm_is_due_at_the_end_of_its_span_and_an_old_run_never_rests(
    after: timedelta, due: bool, resting: bool
):
    assert is_due(LAST, LAST + after, 6 * 3600) is due
    assert is_resting(LAST, LAST + after, 6 * 3600) is resting


def test_what_was_never_done_is_due():
    assert is_due(None, LAST, 1)
    assert not is_resting(None, LAST, 1)
