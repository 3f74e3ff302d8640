"""Awkward cells and rows as people make them, a few in every tab; none of them costs a record."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from sandbox.googlesheets.cells import Cell, Content
from sandbox.googlesheets.store import Row

_HEBREW = "\u202b\u05e9\u05dc\u05d5\u05dd\u202c right to left"
_TEXTS = ("Zoë 🏠", 'O\'Brien "Bo"', "Müller; Sons", "line\nbreak", "李 Wei", _HEBREW, "NUL \0 inside",
          "NULL", "N/A", "=not a formula", "e\u0301 combined", " padded ", "")  # fmt: skip
"""Beside genuine texts that readers like to take for nothing, an empty text, which is not an empty cell."""
_MONEY = ("$1,234.50", "12345678901234567890.12", "(45.10)", "$-3.00", "1e3", 0.1, 9_007_199_254_740_992.0,
          5.6e9, "12%", "about 50", "#N/A", "#VALUE!")  # fmt: skip
"""In a text of twenty digits none is lost; a number has lost them in the sheet already."""
_LEADS: Sequence[tuple[str, Sequence[Content]]] = (
    ("Last Name", _TEXTS),
    ("Notes", (*_TEXTS, "#REF!")),
    ("Sub Source", ("#REF!", "Loading...", "#N/A")),
    ("Lead Cost", _MONEY),
    ("Sold Amount", _MONEY),
    ("Keyword", ("12345678901234567890", 1.2345678901234567e19, 75001, True)),
    # the hour that the clock left out in 2025, one that it showed twice, midnights, and no times at all
    ("Appointment Date", (Cell(45725.104166666664, "datetime"), Cell(45963.0625, "datetime"),
                          "01/15/2026 10:30", "2026-01-15 10:30:00", "next week", Cell(46023, "date"), "#N/A",
                          1767225600, True)),
    ("Is Duplicate", ("x", "yes", 1, "maybe", "")),
    ("Zip", (501, "00501", "75001-1234", 75001.0)),
    ("Email", ("Upper.Case@Example.COM", "no address", "#N/A", "two@example.com, one@example.com")),
    ("Phone", ("555-0100 ext 7", "n/a", "call after 5pm")),
)  # fmt: skip
_SPENDS: Sequence[tuple[str, Sequence[Content]]] = (
    ("Budget", _MONEY),
    ("Impressions", ("12,345", 10.0, "1.000", "many", "")),
    ("Notes", _TEXTS),
    ("Paid", ("x", "no", 0)),
    ("Invoice Number", (4711, "00042", 1.2345678901234567e19)),
    ("Period End", (Cell(46023.5, "datetime"), "01/31/2026", "2026-01-31", "soon")),
)
_EVERY = 3
"""Quirks stand in each third row, so that a tab of a hundred rows has them all."""


def spread_quirks(kind: str, rows: list[Row], titles: Sequence[str], rng: Random) -> list[Row]:
    """Put awkward cells into some rows, blank rows between them, and a row of sums below the spends."""
    quirks = _LEADS if kind == "marketing_leads" else _SPENDS
    flat = [(titles.index(title), content) for title, contents in quirks for content in contents]
    for number, (column, content) in enumerate(flat):
        if (at := 2 + number * _EVERY) < len(rows):
            rows[at][column] = content
    for row in rows[1::5]:
        _shorten(row)
    for _ in range(min(3, len(rows) // 30)):
        rows.insert(rng.randrange(1, len(rows)), [])
    if len(rows) > 10:
        rows.insert(len(rows) // 2, ["", None, "   "])
    if kind == "marketing_spends" and rows:
        total: Row = [None] * len(titles)
        total[0], total[titles.index("Spend")] = "Total", Cell(987_654.32, "currency", "=SUM(I2:I999)")
        rows += [[], total]
    return rows


def _shorten(row: Row) -> None:
    """Leave the cells at the end empty."""
    del row[-2:]
