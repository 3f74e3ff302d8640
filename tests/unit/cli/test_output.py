"""What commands print: whole cells in a pipe, JSON that programs read, spans that people read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from crm_sync.cli.output import print_json, print_table, show_span
from crm_sync.constants import SyncStatus


@dataclass
class Some:
    at: datetime
    status: SyncStatus
    facts: dict


def test_json_has_moments_and_words(capsys):
    print_json([Some(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), SyncStatus.FAILED, {"a": None})])
    assert json.loads(capsys.readouterr().out) == [
        {"at": "2026-01-02T03:04:05Z", "status": "failed", "facts": {"a": None}}
    ]


def test_table_in_a_pipe_has_no_colours_and_cuts_nothing(capsys):
    long = "x" * 120
    print_table(
        ("#n", "status", "why"), [(1234567, "failed", long), (None, "fresh", "[bold]as it is[/bold]")]
    )
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "1,234,567" in out
    assert long in out
    # what others wrote is no markup
    assert "[bold]as it is[/bold]" in out


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0.0 s"), (0.24, "0.2 s"), (59, "59 s"), (60, "1 min"), (3_725, "1 h 2 min"),
        (183_600, "2 d 3 h"), (86_400, "1 d"),
    ],
)  # fmt: skip
def test_span_is_shown_in_its_two_largest_units(seconds, shown):
    assert show_span(seconds) == shown
