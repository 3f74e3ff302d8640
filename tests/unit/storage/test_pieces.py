from __future__ import annotations

import pytest

from crm_sync.storage.rows.pieces import Pieces


def _write(rows, bad, *, knows_row):
    """Write rows where some are refused; return those saved, those that stand alone, and the attempts."""
    pieces, saved, alone, attempts = Pieces(rows), [], [], 0
    for start, length in pieces:
        attempts += 1
        piece = range(start, start + length)
        faults = [row for row in bad if row in piece]
        if not faults:
            saved.extend(piece)
            pieces.note_taken()
        elif length == 1:
            alone.append(start)
        else:
            pieces.note_refused(faults[0] - start if knows_row else None)
    return saved, alone, attempts


@pytest.mark.parametrize("knows_row", [True, False], ids=["row known", "row unknown"])
@pytest.mark.parametrize(
    ("rows", "bad"),
    [(0, []), (1, []), (1, [0]), (2, [1]), (1000, [0, 1, 2, 500, 999]), (300, list(range(300)))],
    ids=["none", "one", "one bad", "two", "several", "all bad"],
)
def test_pieces_cover_every_row_once_in_order(rows, bad, knows_row):
    saved, alone, _ = _write(rows, bad, knows_row=knows_row)
    assert alone == bad
    assert saved == [row for row in range(rows) if row not in set(bad)]


@pytest.mark.parametrize("position", [0, 12_345, 49_999])
def test_one_bad_row_in_50000_costs_few_pieces(position):
    assert _write(50_000, [position], knows_row=True)[2] <= 10
    assert _write(50_000, [position], knows_row=False)[2] <= 50
