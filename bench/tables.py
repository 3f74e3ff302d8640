"""Figures as Markdown tables, ready to be pasted into README.md."""

from __future__ import annotations

from collections.abc import Sequence


def make_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table; all columns but the first are right-aligned."""
    lines = [_row(head), _row(["---", *["---:"] * (len(head) - 1)]), *(_row(row) for row in rows)]
    return "\n".join(lines)


def judge(value: float, *, at_least: float | None = None, at_most: float | None = None) -> str:
    """Say whether a figure meets its target."""
    is_met = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
    return "met" if is_met else "MISSED"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
