"""A run on this machine, without a scheduler: a process works, this one shows how far it is."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from crm_sync.cli.live.board import Board
from crm_sync.cli.live.child import ChildRun, running
from crm_sync.cli.live.view import View, showing
from crm_sync.config.models import SourceConfig

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STEP_S = 0.1
_TAIL_BYTES = 4000


@dataclass
class Stop:
    """Whether somebody asked this process to end, and how.

    Args:
        number: of the first signal; None: nobody did.
    """

    number: int | None = None

    @property
    def exit_code(self) -> int:
        """What shells expect of a process that a signal has ended."""
        return 128 + (self.number or 0)

    @property
    def reason(self) -> str:
        """Who it was, as far as a signal tells."""
        return "stopped with Ctrl-C" if self.number == signal.SIGINT else f"stopped by signal {self.number}"


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Args:
        board: what is known of it.
        exit_code: of the command.
        words: what there is to say beside the board, in sentences.
    """

    board: Board
    exit_code: int
    words: tuple[str, ...] = ()


def run_here(
    source: SourceConfig, stub: Path, conf: Mapping[str, Any], board: Board, log: Path, *, is_quiet: bool
) -> Outcome:
    """Run a CRM's DAG and show it until it has ended.

    Args:
        source: the CRM.
        stub: its DAG file.
        conf: of the run.
        board: with the entities of the run.
        log: takes all that the run says.
        is_quiet: standard output is kept for JSON.

    Raises:
        OSError: the log can't be written.
    """
    with _listening() as stop:
        with showing(board, is_quiet=is_quiet) as view, running(stub, conf, log, board.take) as run:
            code = _show(run, view, stop)
        if stop.number is not None and code is None:
            problems = _end(source, board, stop.reason)
            words = [f"The run was {stop.reason}; what was saved stays.", *problems]
            return Outcome(board, stop.exit_code, tuple(words))
    words = [] if board.fault is None else [board.fault]
    if board.run_state is None and board.fault is None:
        how = f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with code {code}"
        words += [f"The process of the run {how}. Its last line: {_read_last_line(log)}"]
        words += _end(source, board, f"its process {how}")
    return Outcome(board, 0 if board.run_state == "success" else 1, tuple(words))


def _show(run: ChildRun, view: View, stop: Stop) -> int | None:
    """Show the run until it has ended, or is to be stopped; gives the exit code of its process."""
    while (code := run.process.poll()) is None and stop.number is None:
        time.sleep(_STEP_S)
        view.refresh()
    if code is not None:
        run.wait_for_news()
    view.refresh()
    return code


def _end(source: SourceConfig, board: Board, reason: str) -> list[str]:
    if board.run_id is None:
        return []
    # only a run that did not end by itself needs Airflow here
    from crm_sync.cli.live.end import end_run
    from crm_sync.cli.sources import prepare_airflow

    prepare_airflow()
    return end_run(source, board.run_id, reason)


@contextmanager
def _listening() -> Iterator[Stop]:
    """Note the signals that ask a process to end, and go on: the loop looks at the note.

    Nothing is interrupted, so no process is lost between its start and its owner; and whoever presses Ctrl-C
    again does not keep the first one from closing the rows.
    """
    stop = Stop()

    def note(number: int, _frame: FrameType | None) -> None:
        stop.number = stop.number or number

    before = {number: signal.signal(number, note) for number in _ENDING}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _read_last_line(log: Path) -> str:
    with log.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL_BYTES))
        lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "nothing."
