"""A run in an Airflow that works elsewhere, shown by its API and by the history in the warehouse."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crm_sync.cli.live.airflow_api import AirflowApi, AirflowAwayError
from crm_sync.cli.live.board import Board
from crm_sync.cli.live.here import Outcome
from crm_sync.cli.live.view import View, showing
from crm_sync.constants import SyncStatus
from crm_sync.exceptions import CrmSyncError
from crm_sync.insight.runs import list_rows_of_run

if TYPE_CHECKING:
    from crm_sync.storage.connections import Connect
    from crm_sync.storage.history.history_rows import HistoryRow

_STEP_S = 1.0
_AWAY_S = 60.0
"""Longest time that Airflow may be away while a run is followed: it may be restarted meanwhile."""
_STAGES = ("fetch", "transform", "validate", "save")
_INTERRUPTED = 130


@dataclass
class Follower:
    """Follows one run.

    Args:
        api: the Airflow.
        connect: opens the warehouse; None: it can't be reached from here.
        dag_id: of the run.
        run_id: of the run.
        board: shown.
    """

    api: AirflowApi
    connect: Connect | None
    dag_id: str
    run_id: str
    board: Board

    def look(self) -> bool:
        """Note how the run is; True once it has ended."""
        state = self.api.read_state(self.dag_id, self.run_id)
        tasks = self.api.read_tasks(self.dag_id, self.run_id)
        rows = {row.sync_type: row for row in self._read_rows()}
        is_over = state in {"success", "failed"}
        for name in self.board.lines:
            stages = {stage: tasks.get(f"{name}.{stage}") for stage in _STAGES}
            for news in list_news(name, stages, rows.get(name), is_over=is_over):
                self.board.take(news)
        if is_over:
            self.board.take({"kind": "run", "run_id": self.run_id, "state": state})
        return is_over

    def _read_rows(self) -> list[HistoryRow]:
        if self.connect is None:
            return []
        try:
            return list_rows_of_run(self.connect, self.dag_id, self.run_id)
        except CrmSyncError:
            return []  # the next look asks again


def run_there(follower: Follower, *, is_quiet: bool, sleep: Callable[[float], None] = time.sleep) -> Outcome:
    """Show a run until it has ended; whoever interrupts this leaves it working.

    Args:
        follower: of the run.
        is_quiet: standard output is kept for JSON.
        sleep: waits some seconds.
    """
    board = follower.board
    board.run_id = follower.run_id
    goes_on = f"The run goes on in Airflow: {follower.api.name_page(follower.dag_id, follower.run_id)}"
    try:
        with showing(board, is_quiet=is_quiet) as view:
            _follow(follower, view, sleep)
    except KeyboardInterrupt:
        return Outcome(board, _INTERRUPTED, (goes_on,))
    except AirflowAwayError as error:
        return Outcome(board, 1, (str(error), goes_on))
    return Outcome(board, 0 if board.run_state == "success" else 1)


def _follow(follower: Follower, view: View, sleep: Callable[[float], None]) -> None:
    away_s = 0.0
    while True:
        try:
            if follower.look():
                break
            away_s = 0.0
        except AirflowAwayError:
            away_s += _STEP_S
            if away_s > _AWAY_S:
                raise
        view.refresh()
        sleep(_STEP_S)
    view.refresh()


def list_news(
    name: str, stages: Mapping[str, str | None], row: HistoryRow | None, *, is_over: bool
) -> Iterator[dict[str, Any]]:
    """Turn what Airflow and the history know of an entity into news for the board.

    Args:
        name: the entity.
        stages: state of each of its tasks.
        row: of the history; None: there is none, or the warehouse can't be read.
        is_over: the whole run has ended.
    """
    if row is not None and row.status is not SyncStatus.RUNNING:
        yield _tell_end(row)
        return
    working = [stage for stage, state in stages.items() if state is not None]
    if stages["fetch"] == "skipped":
        yield {"kind": "left_out", "entity": name}
    elif "failed" in stages.values() and (row is None or is_over):
        stage = next(stage for stage, state in stages.items() if state == "failed")
        yield {"kind": "failed", "entity": name, "text": f"task {name}.{stage} failed; its log says why"}
    elif stages["save"] == "success" or (stages["fetch"] == "success" and stages["save"] == "skipped"):
        yield {"kind": "end", "entity": name, "status": "success"}
    elif working and not is_over:
        yield {"kind": "begin", "entity": name, "stage": working[-1]}
        if row is not None and row.counts.processed:
            yield {"kind": "progress", "entity": name, "done": row.counts.processed, "total": None}


def _tell_end(row: HistoryRow) -> dict[str, Any]:
    counts = row.counts
    seconds = 0.0 if row.end_time is None else (row.end_time - row.start_time).total_seconds()
    return {
        "kind": "end",
        "entity": row.sync_type,
        "status": row.status.value,
        "reason": row.error_message,
        "notes": row.configuration.get("notes") or [],
        "window": row.configuration.get("window"),
        "history_id": row.id,
        "seconds": seconds,
        **{name: getattr(counts, name) for name in ("created", "updated", "unchanged", "deleted", "failed")},
    }
