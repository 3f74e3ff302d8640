"""Proves that a table equals its source, or says how they differ, or why it can't be told; the proof is kept.

A proof reads as a run does and writes no row of the table. What differs is read a second time: a source that
does not list twice alike proves nothing, neither that a row is wrong nor that it is right.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import polars as pl

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.run_options import RunOptions
from crm_sync.constants import Stage, SyncMode
from crm_sync.exceptions import LongWaitError, SourceError, SyncCancelledError
from crm_sync.insight.usual import find_median, pick_like, read_usual_runs
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.history.watermark import Watermark, read_watermark
from crm_sync.storage.migrations import migrate
from crm_sync.storage.proofs import Method, Proof, Verdict, insert_proof
from crm_sync.storage.rows.parents import read_parent_ids
from crm_sync.sync.compare import Basis, Comparison, Part, compare_staged
from crm_sync.sync.estimate import count_rows
from crm_sync.sync.keys_alone import narrow_to_keys
from crm_sync.sync.look_ahead import count_source
from crm_sync.sync.run import EntityRun
from crm_sync.sync.settled import Settled, find_settled
from crm_sync.sync.slices import FEWEST_CALLS, Way, choose_span, find_way, read_whole_at
from crm_sync.sync.staged_rows import read_keys

MakeRun = Callable[[EntityConfig, RunOptions, str], EntityRun]
"""Gives a run that is not begun: of an entity, with flags, under a name of its own."""
_STEP_S = 1.0
_WHOLE_AGAIN = timedelta(days=10)
"""How long a short list stays proved: read whole so seldom, it takes a tenth of a whole read a day."""


@dataclass(frozen=True)
class NotDue:
    """Nothing was compared, and nothing had to be.

    Args:
        sentence: why.
        is_possible: the method is one for this entity.
    """

    sentence: str
    is_possible: bool = True


@dataclass
class Verifier:
    """Compares one entity's table with its source.

    Args:
        source: configuration of the CRM.
        entity: configuration of the entity.
        connect: makes a warehouse connection.
        make_run: makes the runs that read.
        stop: True once the caller was asked to end.
        sleep: waits some seconds for a limit.
        clock: the worker's, aware UTC.
    """

    source: SourceConfig
    entity: EntityConfig
    connect: Connect
    make_run: MakeRun
    stop: Callable[[], bool] = lambda: False
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def verify(self, method: Method) -> Proof | NotDue:
        """Compare, and keep what was found; a comparison that is stopped or killed leaves nothing.

        Raises:
            ConfigError: the connection or the YAML is wrong.
            StorageError: the warehouse refused.
            SyncCancelledError: the caller was asked to end.
        """
        migrate(self.connect)
        begun, watermark = self._read_now(), read_watermark(self.connect, self.entity)
        names = self.entity.crm_source, self.entity.sync_type
        nothing = Proof(*names, method, Verdict.NOT_PROVABLE, begun)
        proof: Proof | NotDue
        if watermark is None:
            reason = "no run has read it completely yet, so there is nothing to compare with."
            proof = replace(nothing, reason=reason)
        else:
            try:
                proof = self._prove(method, nothing, watermark)
            except SourceError as error:
                reason = f"the source could not be read: {' '.join(str(error).split())}"
                proof = replace(nothing, reason=reason)
        if isinstance(proof, Proof):
            with open_transaction(self.connect) as cursor:
                insert_proof(cursor, proof)
        return proof

    def _prove(self, method: Method, proof: Proof, watermark: Watermark) -> Proof | NotDue:
        if method is Method.COUNT:
            return self._count(proof)
        if method is Method.SLICE:
            return self._prove_slice(proof, watermark)
        entity = self.entity if method is Method.FULL else narrow_to_keys(self.entity)
        if entity is None:
            return NotDue(
                "its list can't be asked for keys alone: method full compares it whole.", is_possible=False
            )
        return self._prove_read(entity, RunOptions(full=True, dry_run=True), proof, watermark)

    def _prove_slice(self, proof: Proof, watermark: Watermark) -> Proof | NotDue:
        like = pick_like(read_usual_runs(self.connect, self.entity), SyncMode.FULL)
        calls = find_median(like, lambda run: run.calls)
        if calls is not None and calls <= FEWEST_CALLS:
            last = read_whole_at(self.connect, self.entity)
            if last is not None and proof.started_at - last < _WHOLE_AGAIN:
                return NotDue(
                    f"a whole read takes {calls:,.0f} calls, and it was compared whole {last:%Y-%m-%d}."
                )
            whole = replace(proof, method=Method.FULL)
            return self._prove_read(self.entity, RunOptions(full=True, dry_run=True), whole, watermark)
        way = find_way(self.entity)
        if way is None:
            sentence = (
                "its list can't be asked for a part that stays the same: method full compares it whole."
            )
            return NotDue(sentence, is_possible=False)
        before = find_settled(self.entity, watermark, self._read_parents(), {}).before
        span = choose_span(self.connect, self.entity, way, before=before)
        if span is None:
            return NotDue(f"none of its rows is older than {before:%Y-%m-%d %H:%M UTC}.")
        options = RunOptions(start_date=span.since, end_date=span.until, dry_run=True)
        told = {"column": span.column, "from": span.since.isoformat(), "to": span.until.isoformat()}
        part = Part(span, finds_ghosts=way.finds_ghosts)
        return self._prove_read(
            self.entity, options, replace(proof, slice=told), watermark, part=part, way=way
        )

    def _count(self, proof: Proof) -> Proof:
        run = self._make_run(self.entity, RunOptions(full=True), "count")
        count, rows = count_source(run, stop=self.stop), count_rows(self.connect, self.entity)
        live, gone = (0, 0) if rows is None else (rows.live, rows.gone)
        proof = replace(proof, source_count=count, table_count=live)
        if count is None:
            return replace(proof, reason="the source does not say how many records it has.")
        # some sources count what they show as deleted
        if count == live or (self.entity.deleted is not None and count == live + gone):
            return replace(proof, verdict=Verdict.EQUAL, reason="Counts alone: no record was compared.")
        reason = (
            f"the source counts {count:,} records and the table has {live:,} rows: some may have changed "
            "since the last run; method ids or full names them."
        )
        return replace(proof, reason=reason)

    def _prove_read(
        self,
        entity: EntityConfig,
        options: RunOptions,
        proof: Proof,
        watermark: Watermark,
        *,
        part: Part | None = None,
        way: Way | None = None,
    ) -> Proof:
        """Read and compare; where something differs, once more, and keep what both times was alike."""
        settled, first = self._read(entity, options, proof.started_at, watermark, "first", part)
        if first.ghosts and part is not None and way is not None and way.can_move:
            part = replace(part, moved=self._read_moved(entity, settled))
            settled, first = self._read(entity, options, proof.started_at, watermark, "moved", part)
        found, vanished = first, 0
        if first.total:
            _, second = self._read(entity, options, proof.started_at, watermark, "second", part)
            again = set(second.differences)
            kept = tuple(one for one in first.differences if one in again)
            vanished = len(first.differences) - len(kept)
            found = replace(first, differences=kept, total=min(first.total - vanished, second.total))
        return self._judge(proof, watermark, settled, found, vanished)

    def _judge(
        self, proof: Proof, watermark: Watermark, settled: Settled, found: Comparison, vanished: int
    ) -> Proof:
        since = f"{watermark.until:%Y-%m-%d %H:%M UTC}"
        doubts = [found.unread] if found.unread else []
        if vanished:
            doubts.append(f"the source did not list twice alike: {vanished:,} differences came once only")
        if found.undated:
            why = "carry no time of change" if settled.can_date else "have no time of change in this entity"
            doubts.append(
                f"{found.undated:,} records that {why} differ, and may have changed since the last complete "
                f"run ({since})"
            )
        notes = []
        if found.newer:
            notes.append(
                f"{found.newer:,} records changed at the source after {since}; the next run reads them."
            )
        if found.rejected:
            notes.append(f"{found.rejected:,} records are kept out by rules, and were not compared.")
        if found.ghosts and found.total:
            notes.append(
                "Rows without a record may have been deleted at the source since the last whole read."
            )
        verdict = Verdict.EQUAL
        if found.total:
            verdict = Verdict.DIFFERENT
            notes += [f"{doubt[0].upper()}{doubt[1:].rstrip('.')}." for doubt in doubts]
        elif doubts:
            verdict = Verdict.NOT_PROVABLE
            notes.insert(0, "; ".join(doubt.rstrip(".") for doubt in doubts) + ".")
        return replace(
            proof,
            verdict=verdict,
            reason=" ".join(notes) or None,
            source_count=found.records,
            table_count=found.rows,
            compared=found.compared,
            differences=found.total,
            newer=found.newer,
            examples=found.differences,
            verified_through=watermark.until if found.newer else max(found.until, watermark.until),
        )

    def _read(
        self,
        entity: EntityConfig,
        options: RunOptions,
        begun: datetime,
        watermark: Watermark,
        name: str,
        part: Part | None,
    ) -> tuple[Settled, Comparison]:
        with self._staged(entity, options, name) as (settled_entity, run):
            staging = run.staged
            settled = find_settled(entity, watermark, self._read_parents(), staging.manifest.source)
            compared = compare_staged(
                settled_entity,
                staging,
                self.connect,
                basis=Basis(settled, begun, part),
                stop=self.stop,
            )
        return settled, compared

    def _read_moved(self, entity: EntityConfig, settled: Settled) -> tuple[pl.DataFrame, ...]:
        """Read what changed since the last run: such a record has left the span of its earlier time."""
        options = RunOptions(start_date=settled.before, dry_run=True)
        with self._staged(entity, options, "changes") as (fetched, run):
            return tuple(read_keys(run.staged, fetched))

    @contextlib.contextmanager
    def _staged(
        self, entity: EntityConfig, options: RunOptions, name: str
    ) -> Iterator[tuple[EntityConfig, EntityRun]]:
        """Give a run whose records are staged and validated; its folder is removed at the end."""
        run = self._make_run(entity, options, name)
        try:
            run.open()
            if self._fetch(run):
                yield entity, run
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

    def _make_run(self, entity: EntityConfig, options: RunOptions, name: str) -> EntityRun:
        return self.make_run(entity, options, name)

    def _read_parents(self) -> Callable[..., Iterator[list[str]]]:
        return partial(read_parent_ids, self.connect, self.source)

    def _read_now(self) -> datetime:
        with open_transaction(self.connect) as cursor:
            cursor.execute("select clock_timestamp()")
            row: tuple[datetime] = cursor.fetchone() or (self.clock(),)
        return row[0]
