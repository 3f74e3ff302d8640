"""How a run is shown: lines as entities end, signs of life, a live table, and what there is to say."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from crm_sync.cli.live import view
from crm_sync.cli.live.board import Board
from crm_sync.cli.live.view import LiveView, PlainView, describe, showing


@pytest.fixture
def board():
    return Board(["contacts", "deals"])


def begin(board, entity, **progress):
    board.take({"kind": "begin", "entity": entity, "stage": "fetch"})
    if progress:
        board.take({"kind": "progress", **progress})


def end(board, entity, **facts):
    counts = {"created": 12_345, "updated": 2, "unchanged": 0, "deleted": 0, "failed": 1}
    news = {"kind": "end", "entity": entity, "status": "partial", **counts, "seconds": 3.14}
    board.take(news | {"window": {"mode": "delta"}} | facts)


def test_plain_view_prints_a_row_when_an_entity_ends_and_each_once(board):
    lines: list[str] = []
    plain = PlainView(board, lines.append)
    plain.refresh()
    assert lines == []
    end(board, "contacts", reason="1 of 12,348 records\nwas rejected")
    plain.refresh()
    plain.refresh()
    assert [line.split() for line in lines] == [
        ["entity", "status", "mode", "created", "updated", "unchanged", "deleted", "failed", "seconds"],
        ["contacts", "partial", "delta", "12,345", "2", "0", "0", "1", "3.1"],
    ]
    plain.close()
    assert [line.split() for line in lines[2:]] == [
        ["deals", "not", "run"],
        ["contacts:", "1", "of", "12,348", "records", "was", "rejected"],
    ]


def test_plain_view_gives_a_sign_of_life_each_half_minute(board):
    lines: list[str] = []
    now = [0.0]
    plain = PlainView(board, lines.append, lambda: now[0])
    begin(board, "deals", done=100, total=400)
    now[0] = 29.0
    plain.refresh()
    assert lines == []
    now[0] = 31.0
    plain.refresh()
    plain.refresh()
    (line,) = lines
    assert line.startswith("deals fetch 100 of 400, 25%")


def test_notes_beyond_three_are_counted(board):
    lines: list[str] = []
    end(board, "contacts", notes=[f"note {number}" for number in range(5)])
    PlainView(board, lines.append).close()
    assert lines[-4:-1] == [f"contacts: note {number}" for number in range(3)]
    assert lines[-1].startswith("2 more notes")


def test_description_of_what_works_and_of_what_has_ended(board):
    line = board.lines["contacts"]
    begin(board, "contacts", done=1500, total=None)
    assert describe(line).startswith("1,500")
    line.rate, line.total = 500.0, 3000
    assert describe(line) == "1,500 of 3,000, 50%, 500/s, 3.0 s left"
    end(board, "contacts", reason="why")
    assert describe(line) == "12,345 created, 2 updated, 1 failed, 3.1 s, why"


def test_live_view_has_a_line_for_each_entity_and_leaves_a_table(board, monkeypatch, capsys):
    live = LiveView(board)
    begin(board, "contacts", done=10, total=20)
    live.refresh()
    out = StringIO()
    Console(file=out, width=60).print(live._render())
    assert [line.split()[:4] for line in out.getvalue().splitlines()] == [
        ["contacts", "fetch", "10", "of"],
        ["deals", "waiting"],
    ]
    end(board, "contacts")
    live.close()
    printed = capsys.readouterr().out
    assert "12,345" in printed
    assert "not run" in printed


@pytest.mark.parametrize(("is_terminal", "kind"), [(True, LiveView), (False, PlainView)])
def test_terminal_decides_how_it_is_shown(board, monkeypatch, is_terminal, kind):
    monkeypatch.setattr(view, "Console", lambda: type("Fake", (), {"is_terminal": is_terminal}))
    with showing(board, is_quiet=False) as shown:
        assert isinstance(shown, kind)


def test_quiet_view_leaves_standard_output_to_json(board, capsys):
    with showing(board, is_quiet=True) as shown:
        end(board, "contacts")
        shown.refresh()
    out, err = capsys.readouterr()
    assert out == ""
    assert "12,345" in err
