"""Shows a board: one live line for each entity in a terminal, else a line when an entity ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from crm_sync.cli.live.board import Board, EntityLine
from crm_sync.cli.output import print_table, show_span

if TYPE_CHECKING:
    from rich.console import RenderableType

_HEADINGS = (
    "entity", "status", "mode", "#created", "#updated", "#unchanged", "#deleted", "#failed", "#seconds",
)  # fmt: skip
_STYLES = {"failed": "bold red", "partial": "yellow", "success": "green", "running": "cyan"}
_SIGN_S = 30.0
"""Seconds between two signs of life where there is no terminal."""
_NOTES = 3
"""Most notes that are shown; the log has all of them."""


class View(Protocol):
    """How a board is shown."""

    def refresh(self) -> None:
        """Show what has changed; called several times a second."""

    def close(self) -> None:
        """Show how it ended."""


class LiveView:
    """One line for each entity that changes in place, and a table at the end."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._live = Live(get_renderable=self._render, refresh_per_second=5, transient=True)
        self._live.start()

    def refresh(self) -> None:
        """Do nothing: the terminal is refreshed by a thread."""

    def close(self) -> None:
        """Take the lines away and print the table."""
        self._live.stop()
        print_table(_HEADINGS, (_list_cells(line) for line in self._board.lines.values()))
        _print_words(self._board)

    def _render(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        for line in self._board.lines.values():
            status = Text(line.status if not line.is_open else line.stage or line.status)
            status.stylize(_STYLES.get(line.status, "dim"))
            told = Text(describe(line), overflow="ellipsis", no_wrap=True)
            table.add_row(Text(line.sync_type), status, told)
        return table


class PlainView:
    """Lines for a file, a pipe or a job's log: one when an entity ends, and a sign of life between.

    Args:
        board: what is shown.
        echo: prints a line.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        board: Board,
        echo: Callable[[str], object] = click.echo,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._board, self._echo, self._clock = board, echo, clock
        self._told_at = clock()
        self._ended: set[str] = set()
        self._width = max(map(len, [*board.lines, "entity"]))
        self._told_headings = False

    def refresh(self) -> None:
        """Print who has ended since, or that the run is alive."""
        for line in self._board.lines.values():
            if not line.is_open and line.sync_type not in self._ended:
                self._print_row(line)
        if self._clock() - self._told_at >= _SIGN_S:
            self._told_at = self._clock()
            if (working := self._board.current) is not None:
                self._echo(f"{working.sync_type} {working.stage} {describe(working)}".rstrip())

    def close(self) -> None:
        """Print the entities that did not end, and what there is to say."""
        for line in self._board.lines.values():
            if line.sync_type not in self._ended:
                self._print_row(line)
        _print_words(self._board, self._echo)

    def _print_row(self, line: EntityLine) -> None:
        if not self._told_headings:
            self._told_headings = True
            self._echo(self._align(tuple(name.removeprefix("#") for name in _HEADINGS)))
        self._ended.add(line.sync_type)
        self._told_at = self._clock()
        cells = (f"{cell:,}" if isinstance(cell, int) else str(cell or "") for cell in _list_cells(line))
        self._echo(self._align(tuple(cells)))

    def _align(self, cells: tuple[str, ...]) -> str:
        entity, status, mode, *figures = cells
        left = f"{entity:<{self._width}}  {status:<8}  {mode:<6}"
        return " ".join([left, *(f"{figure:>9}" for figure in figures)]).rstrip()


@contextmanager
def showing(board: Board, *, is_quiet: bool) -> Iterator[View]:
    """Show a board until the block ends, as the place allows where the output goes.

    Args:
        board: what is shown.
        is_quiet: standard output is kept for JSON: signs of life go to standard error.
    """
    view: View
    if is_quiet:
        view = PlainView(board, lambda text: click.echo(text, err=True))
    elif Console().is_terminal:
        view = LiveView(board)
    else:
        view = PlainView(board)
    try:
        yield view
    finally:
        view.close()


def describe(line: EntityLine) -> str:
    """Say in one line how far an entity is, or how it ended."""
    if not line.is_open:
        counts = (f"{count:,} {name}" for name, count in line.counts.items() if count)
        return ", ".join([*counts, f"{line.seconds:.1f} s", *([line.said] if line.said else [])])
    parts = []
    if line.done is not None:
        parts.append(f"{line.done:,}" + (f" of {line.total:,}" if line.share is not None else ""))
    if line.share is not None:
        parts.append(f"{line.share:.0%}")
    if line.rate:
        parts.append(f"{line.rate:,.0f}/s")
    if line.left_s:
        parts.append(f"{show_span(line.left_s)} left")
    return ", ".join([*parts, *([line.said] if line.said else [])])


def _list_cells(line: EntityLine) -> tuple[object, ...]:
    counts: list[object] = [
        line.counts.get(name) for name in ("created", "updated", "unchanged", "deleted", "failed")
    ]
    status = {"waiting": "not run", "running": "stopped"}.get(line.status, line.status)
    return (line.sync_type, status, line.mode, *counts, f"{line.seconds:.1f}" if line.seconds else None)


def _print_words(board: Board, echo: Callable[[str], object] = click.echo) -> None:
    for line in board.lines.values():
        if line.said:
            echo(f"{line.sync_type}: {' '.join(line.said.split())}")
    notes = [f"{line.sync_type}: {note}" for line in board.lines.values() for note in line.notes]
    for note in notes[:_NOTES]:
        echo(note)
    if len(notes) > _NOTES:
        echo(f"{len(notes) - _NOTES} more notes are in the history, `crm-sync show RUN`, and in the log.")
