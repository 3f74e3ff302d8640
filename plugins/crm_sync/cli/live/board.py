"""What is known of a run while it works: one line for each entity, made of the news about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

WAITING = "waiting"
"""No task of the entity has begun."""
OPEN = frozenset({WAITING, "running"})
_LEAST_S = 0.5
"""Shortest time from which a rate is worked out."""
_COUNTS = ("created", "updated", "unchanged", "deleted", "failed")


@dataclass
class EntityLine:
    """One entity of a run.

    Args:
        sync_type: its name.
        status: waiting, running, skipped, or how it ended: success, partial, failed.
        stage: fetch, transform, validate, save; empty before the first.
        done: records that the stage has behind it; None: the stage does not say.
        total: records expected; None: the source does not say.
        rate: records a second of this stage.
        counts: created, updated, unchanged, deleted, failed; empty until it has ended.
        mode: full, delta or replay, once it is known.
        said: why it ended so, or what it waits for.
        notes: what else was found.
        history_id: row in crm_sync.sync_history; None: there is none, as in a dry run.
        seconds: how long its stages took.
        began_at: first news of the stage's progress, by the board's clock.
        began_with: records that were done then.
    """

    sync_type: str
    status: str = WAITING
    stage: str = ""
    done: int | None = None
    total: int | None = None
    rate: float | None = None
    counts: dict[str, int] = field(default_factory=dict)
    mode: str | None = None
    said: str | None = None
    notes: list[str] = field(default_factory=list)
    history_id: int | None = None
    seconds: float = 0.0
    began_at: float = 0.0
    began_with: int = 0

    @property
    def is_open(self) -> bool:
        """Tell whether it has not ended."""
        return self.status in OPEN

    @property
    def share(self) -> float | None:
        """Part of the stage that is done, from 0 to 1; None: nobody knows."""
        if self.done is None or not self.total or self.done > self.total:
            return None
        return self.done / self.total

    @property
    def left_s(self) -> float | None:
        """Seconds until the stage is done at its present rate; None: nobody knows."""
        if not self.rate or self.done is None or self.total is None or self.done > self.total:
            return None
        return (self.total - self.done) / self.rate

    def to_json(self) -> dict[str, Any]:
        """Give what a program wants to know once the run is over."""
        counts = {name: self.counts.get(name, 0) for name in _COUNTS}
        return {
            "sync_type": self.sync_type,
            "status": self.status,
            "mode": self.mode,
            **counts,
            "seconds": round(self.seconds, 1),
            "reason": self.said,
            "notes": self.notes,
            "sync_history_id": self.history_id,
        }


class Board:
    """The lines of one run; news may come from another thread than the one that shows them.

    Args:
        entities: names in the order in which they are shown.
        clock: monotonic seconds.
    """

    def __init__(self, entities: Iterable[str], clock: Callable[[], float] = time.monotonic) -> None:
        self.lines = {name: EntityLine(name) for name in entities}
        self.run_id: str | None = None
        self.run_state: str | None = None
        """As Airflow has it at the end: success or failed; None before."""
        self.fault: str | None = None
        """Why the run could not begin, or ended without an end of its own."""
        self._clock = clock
        self._began_at = self._stage_at = clock()
        self._current: str | None = None
        self._takers: dict[str, Callable[[EntityLine, Mapping[str, Any]], None]] = {
            "begin": self._begin,
            "progress": self._progress,
            "note": lambda line, news: line.notes.append(news["text"]),
            "wait": lambda line, news: _say(line, f"waits until {news['until']} for {news['limit']}"),
            "error": lambda line, news: _say(line, news["text"]),
            "failed": lambda line, news: self._end(line, {"status": "failed", "reason": news["text"]}),
            "left_out": lambda line, _: self._end(line, {"status": "skipped"}),
            "end": self._end,
        }

    @property
    def seconds(self) -> float:
        """How long the run has been shown."""
        return self._clock() - self._began_at

    def take(self, news: Mapping[str, Any]) -> None:
        """Note what happened; news of an entity that is not shown is left out."""
        kind = news["kind"]
        if kind == "fault":
            self.fault = str(news["text"])
        elif kind == "run":
            self.run_id, self.run_state = news["run_id"], news["state"]
        line = self.lines.get(news.get("entity") or self._current or "")
        if line is not None and kind in self._takers:
            self._takers[kind](line, news)

    @property
    def current(self) -> EntityLine | None:
        """The entity that began a stage last and has not ended; None: none has."""
        return None if self._current is None else self.lines[self._current]

    def _begin(self, line: EntityLine, news: Mapping[str, Any]) -> None:
        if not line.is_open:
            # a task that finds its entity left out, or closed by an earlier try
            return
        self._close_stage()
        self.run_id, self._current = news.get("run_id", self.run_id), line.sync_type
        if line.stage != news["stage"]:
            line.done = line.total = line.rate = None
        line.status, line.stage, line.said = "running", news["stage"], None

    def _progress(self, line: EntityLine, news: Mapping[str, Any]) -> None:
        if line.done is None:
            line.began_at, line.began_with = self._clock(), news["done"]
        line.done, line.total, line.said = news["done"], news["total"], None
        taken_s = self._clock() - line.began_at
        line.rate = (line.done - line.began_with) / taken_s if taken_s >= _LEAST_S else None

    def _end(self, line: EntityLine, news: Mapping[str, Any]) -> None:
        if not line.is_open:
            return
        if line.sync_type == self._current:
            self._close_stage()
        line.status, line.said = news["status"], news.get("reason")
        line.counts = {name: news[name] for name in _COUNTS if name in news}
        line.mode = (news.get("window") or {}).get("mode")
        line.history_id = news.get("history_id")
        line.notes += [note for note in news.get("notes") or () if note not in line.notes]
        line.seconds = news.get("seconds", line.seconds)

    def _close_stage(self) -> None:
        """Count the time since the latest begin for its entity: a process works on one at a time."""
        now = self._clock()
        if self._current is not None:
            self.lines[self._current].seconds += now - self._stage_at
        self._current, self._stage_at = None, now


def _say(line: EntityLine, text: str) -> None:
    line.said = " ".join(text.split())
