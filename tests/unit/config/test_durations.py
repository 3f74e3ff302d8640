"""When something with a rhythm is due again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.config.durations import is_due

LAST = datetime(2026, 3, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(hours=6), True),
        (timedelta(hours=6, seconds=-1), False),
        (timedelta(seconds=1), False),
        (timedelta(days=30), True),
        (timedelta(0), True),
        (timedelta(hours=-1), True),
    ],
    ids=[
        "the end of the span",
        "just before it",
        "just after the last",
        "much later",
        "same run",
        "before it",
    ],
)
def test_rhythm_is_due_at_the_end_of_its_span_and_for_a_moment_before_the_last(
    after: timedelta, expected: bool
):
    assert is_due(LAST, LAST + after, 6 * 3600) is expected


def test_what_was_never_done_is_due():
    assert is_due(None, LAST, 1)
