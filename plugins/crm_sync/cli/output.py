"""How commands print: tables for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDTH_OF_A_PIPE = 200
_SHORT_S = 10
_STYLES = {
    "failed": "bold red", "abandoned": "bold red", "late": "bold red", "never": "red", "different": "red",
    "silent": "red", "rejecting": "red", "unreliable": "yellow", "budget": "yellow", "partial": "yellow",
    "running": "cyan", "fresh": "green", "success": "green",
}  # fmt: skip

as_json = click.option("--json", "is_json", is_flag=True, help="Print JSON instead of a table.")


def print_json(value: object) -> None:
    """Print a value as one JSON document; moments are in UTC, as ISO 8601."""
    text = msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2)
    click.echo(text.decode())


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows below their headings; of a status the colour says how good it is.

    Args:
        columns: headings; one with `#` in front holds figures.
        rows: cells in the columns' order; None is empty.
    """
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH_OF_A_PIPE)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        is_figure = name.startswith("#")
        table.add_column(name.removeprefix("#"), justify="right" if is_figure else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_show(cell) for cell in row))
    console.print(table)


def _show(cell: object) -> Text:
    if cell is None:
        return Text("")
    if isinstance(cell, datetime):
        return Text(cell.strftime("%Y-%m-%d %H:%M"))
    if isinstance(cell, int) and not isinstance(cell, bool):
        return Text(f"{cell:,}")
    # what others wrote is never taken for markup
    return Text(str(cell), style=_STYLES.get(str(cell), ""))


def show_span(seconds: float) -> str:
    """Give a span of time in its two largest units: `2 d 3 h`; a short one in tenths of a second."""
    if seconds < _SHORT_S:
        return f"{seconds:.1f} s"
    left = int(seconds)
    parts: list[str] = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        if count := left // size:
            parts.append(f"{count} {unit}")
            left -= count * size
        if len(parts) == 2:
            break
    return " ".join(parts)
