"""Reads a source for a comparison, as a run does: staged, compared with the table, and its files removed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

import polars as pl

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.run_options import RunOptions
from crm_sync.constants import Stage
from crm_sync.exceptions import LongWaitError, SyncCancelledError
from crm_sync.sources.base import ParentReader
from crm_sync.storage.connections import Connect
from crm_sync.storage.history.watermark import Watermark
from crm_sync.storage.rows.parents import read_parent_ids
from crm_sync.sync.compare import Basis, Comparison, Part, compare_staged
from crm_sync.sync.run import EntityRun
from crm_sync.sync.settled import Settled, find_settled
from crm_sync.sync.staged_rows import read_keys

MakeRun = Callable[[EntityConfig, RunOptions, str], EntityRun]
"""Gives a run that is not begun: of an entity, with flags, under a name of its own."""
_STEP_S = 1.0


@dataclass(frozen=True)
class Reading:
    """What a comparison reads.

    Args:
        entity: configuration, with the columns that are compared.
        options: flags of its runs.
        begun: moment before the first read, by the warehouse's clock, aware UTC.
        watermark: state left by the last complete run.
        make_run: makes its runs.
        part: of the table, if it is not all of it.
        can_move: a record leaves the part when it changes.
    """

    entity: EntityConfig
    options: RunOptions
    begun: datetime
    watermark: Watermark
    make_run: MakeRun
    part: Part | None = None
    can_move: bool = False


@dataclass(frozen=True)
class Found:
    """What came of a comparison.

    Args:
        settled: what settled the records.
        comparison: with the differences that came out alike both times.
        vanished: how many came once only.
    """

    settled: Settled
    comparison: Comparison
    vanished: int = 0


@dataclass(frozen=True)
class ProofReader:
    """Reads and compares one entity.

    Args:
        source: configuration of the CRM.
        connect: makes a warehouse connection.
        stop: True once the caller was asked to end.
        sleep: waits some seconds for a limit.
        clock: the worker's, aware UTC.
    """

    source: SourceConfig
    connect: Connect
    stop: Callable[[], bool] = lambda: False
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def read(self, reading: Reading) -> Found:
        """Read and compare; where something differs, once more, and keep what both times was alike.

        Raises:
            SourceError: the source can't be read.
            SyncCancelledError: the caller was asked to end.
        """
        settled, first = self._compare(reading, "first")
        if first.ghosts and reading.part is not None and reading.can_move:
            reading = replace(reading, part=replace(reading.part, moved=self._read_moved(reading, settled)))
            settled, first = self._compare(reading, "moved")
        if not first.total:
            return Found(settled, first)
        _, second = self._compare(reading, "second")
        again = set(second.differences)
        kept = tuple(one for one in first.differences if one in again)
        vanished = len(first.differences) - len(kept)
        total = min(first.total - vanished, second.total)
        return Found(settled, replace(first, differences=kept, total=total), vanished)

    def read_parents(self) -> ParentReader:
        """Give what reads the ids of parents from the warehouse."""
        return partial(read_parent_ids, self.connect, self.source)

    def _compare(self, reading: Reading, name: str) -> tuple[Settled, Comparison]:
        with self._staged(reading, reading.options, name) as (settled_entity, run):
            staging = run.staged
            facts = staging.manifest.source
            settled = find_settled(reading.entity, reading.watermark, self.read_parents(), facts)
            basis = Basis(settled, reading.begun, reading.part)
            compared = compare_staged(settled_entity, staging, self.connect, basis=basis, stop=self.stop)
        return settled, compared

    def _read_moved(self, reading: Reading, settled: Settled) -> tuple[pl.DataFrame, ...]:
        """Read what changed since the last run: such a record has left the span of its earlier time."""
        options = RunOptions(start_date=settled.before, dry_run=True)
        with self._staged(reading, options, "changes") as (fetched, run):
            return tuple(read_keys(run.staged, fetched))

    @contextlib.contextmanager
    def _staged(
        self, reading: Reading, options: RunOptions, name: str
    ) -> Iterator[tuple[EntityConfig, EntityRun]]:
        """Give a run whose records are staged and validated; its folder is removed at the end."""
        run = reading.make_run(reading.entity, options, name)
        try:
            run.open()
            if self._fetch(run):
                yield reading.entity, run
                return
            run.transform(stop=self.stop)
            run.validate(stop=self.stop)
            yield run.open_fetched(Stage.SAVE)[0], run
        finally:
            if run.staging is not None:
                run.staging.remove()
            run.release(force=True)

    def _fetch(self, run: EntityRun) -> bool:
        """Fetch, waiting for limits; says whether there was nothing to stage."""
        while True:
            try:
                return run.fetch(stop=self.stop).ends_here
            except LongWaitError as wait:
                self._wait_until(wait.until)

    def _wait_until(self, moment: datetime) -> None:
        while (left_s := (moment - self.clock()).total_seconds()) > 0:
            if self.stop():
                raise SyncCancelledError("Stopped while waiting for a limit; nothing was compared.")
            self.sleep(min(left_s, _STEP_S))
