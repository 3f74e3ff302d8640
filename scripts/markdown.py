"""Pieces of Markdown that the generated parts of docs/ are made of."""

from __future__ import annotations

import re
from collections.abc import Sequence


def build_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Give the lines of a table; a bar or a line break in a cell does no harm."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in ([*header], *cells)]
    return [lines[0], "|" + "---|" * len(header), *lines[1:]]


def build_anchor(heading: str) -> str:
    """Give the anchor by which a link reaches a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
