"""Proves that a table equals its source, or says how they differ, or why it can't be told; the proof is kept.

A proof reads as a run does and writes no row of the table. What differs is read a second time: a source that
does not list twice alike proves nothing, neither that a row is wrong nor that it is right.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.run_options import RunOptions
from crm_sync.constants import SyncMode
from crm_sync.exceptions import SourceError
from crm_sync.insight.usual import find_median, pick_like, read_usual_runs
from crm_sync.sources.by_keys import explain_unasked
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.history.watermark import Watermark, read_watermark
from crm_sync.storage.migrations import migrate
from crm_sync.storage.proofs import Method, Proof, Verdict, insert_proof
from crm_sync.sync.compare import Part
from crm_sync.sync.estimate import count_rows
from crm_sync.sync.keyed_crm import KeyedCrm
from crm_sync.sync.keys_alone import narrow_to_keys
from crm_sync.sync.look_ahead import count_source
from crm_sync.sync.proof_reader import MakeRun, ProofReader, Reading
from crm_sync.sync.proof_verdict import judge
from crm_sync.sync.run import EntityRun
from crm_sync.sync.sample import SampleSize, choose_sample, judge_sample
from crm_sync.sync.settled import find_settled
from crm_sync.sync.slices import FEWEST_CALLS, choose_span, find_way, read_whole_at

_WHOLE_AGAIN = timedelta(days=10)
"""How long a short list stays proved: read whole so seldom, it takes a tenth of a whole read a day."""
_WHOLE = RunOptions(full=True, dry_run=True)
_USUAL_SAMPLE = SampleSize(rows=500)


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

    def verify(self, method: Method, *, sample: SampleSize = _USUAL_SAMPLE) -> Proof | NotDue:
        """Compare, and keep what was found; a comparison that is stopped or killed leaves nothing.

        Args:
            method: how.
            sample: for the method of that name: how many rows.

        Raises:
            OptionsError: the sample is too large.
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
                proof = self._prove(method, nothing, watermark, sample)
            except SourceError as error:
                reason = f"the source could not be read: {' '.join(str(error).split())}"
                proof = replace(nothing, reason=reason)
        if isinstance(proof, Proof):
            with open_transaction(self.connect) as cursor:
                insert_proof(cursor, proof)
        return proof

    def _prove(
        self, method: Method, proof: Proof, watermark: Watermark, sample: SampleSize
    ) -> Proof | NotDue:
        if method is Method.COUNT:
            return self._count(proof)
        if method is Method.SLICE:
            return self._prove_slice(proof, watermark)
        if method is Method.SAMPLE:
            return self._prove_sample(proof, watermark, sample)
        entity = self.entity if method is Method.FULL else narrow_to_keys(self.entity)
        if entity is None:
            return NotDue(
                "its list can't be asked for keys alone: method full compares it whole.", is_possible=False
            )
        return self._prove_read(proof, self._plan_reading(proof, watermark, entity=entity))

    def _prove_slice(self, proof: Proof, watermark: Watermark) -> Proof | NotDue:
        like = pick_like(read_usual_runs(self.connect, self.entity), SyncMode.FULL)
        calls = find_median(like, lambda run: run.calls)
        reading = self._plan_reading(proof, watermark)
        if calls is not None and calls <= FEWEST_CALLS:
            last = read_whole_at(self.connect, self.entity)
            if last is not None and proof.started_at - last < _WHOLE_AGAIN:
                return NotDue(
                    f"a whole read takes {calls:,.0f} calls, and it was compared whole {last:%Y-%m-%d}."
                )
            return self._prove_read(replace(proof, method=Method.FULL), reading)
        way = find_way(self.entity)
        if way is None:
            sentence = (
                "its list can't be asked for a part that stays the same: method full compares it whole."
            )
            return NotDue(sentence, is_possible=False)
        before = find_settled(self.entity, watermark, self._reader.read_parents(), {}).before
        span = choose_span(self.connect, self.entity, way, before=before)
        if span is None:
            return NotDue(f"none of its rows is older than {before:%Y-%m-%d %H:%M UTC}.")
        reading = replace(
            reading,
            options=RunOptions(start_date=span.since, end_date=span.until, dry_run=True),
            part=Part(span, finds_ghosts=way.finds_ghosts),
            can_move=way.can_move,
        )
        told = {"column": span.column, "from": span.since.isoformat(), "to": span.until.isoformat()}
        return self._prove_read(replace(proof, slice=told), reading)

    def _prove_sample(self, proof: Proof, watermark: Watermark, size: SampleSize) -> Proof | NotDue:
        if (reason := explain_unasked(self.entity)) is not None:
            return NotDue(reason, is_possible=False)
        sample = choose_sample(self.connect, self.entity, size, begun=proof.started_at)
        if sample is None:
            return NotDue("its table has no row that could be chosen.")
        # before the rows, so that both say the same of what comes meanwhile
        counted = self._count(proof)

        def make_run(entity: EntityConfig, options: RunOptions, name: str) -> EntityRun:
            run = self.make_run(entity, options, name)
            run.crm = KeyedCrm(run.crm, sample.keys)
            return run

        reading = replace(self._plan_reading(proof, watermark), make_run=make_run, part=Part(sample))
        found = self._reader.read(reading)
        unknown = found.comparison.newer + found.comparison.undated + found.comparison.rejected
        judged = judge(replace(proof, slice=sample.to_json()), watermark.until, found)
        return judge_sample(judged, sample, counted, compared=len(sample.keys) - unknown)

    def _count(self, proof: Proof) -> Proof:
        run = self.make_run(self.entity, RunOptions(full=True), "count")
        count, rows = count_source(run, stop=self.stop), count_rows(self.connect, self.entity)
        live, gone = (0, 0) if rows is None else (rows.live, rows.gone)
        proof = replace(proof, source_count=count, table_count=live)
        if count is None:
            return replace(proof, reason="the source does not say how many records it has.")
        alone = "Counts alone: no record was compared."
        if count == live:
            return replace(proof, verdict=Verdict.EQUAL, reason=alone)
        if self.entity.deleted is not None and count == live + gone:
            told = f"{alone} The source counts {gone:,} more that it calls deleted; their rows are marked."
            return replace(proof, verdict=Verdict.EQUAL, source_count=live, reason=told)
        reason = (
            f"the source counts {count:,} records and the table has {live:,} rows: some may have changed "
            "since the last run; method ids or full names them."
        )
        return replace(proof, reason=reason)

    def _prove_read(self, proof: Proof, reading: Reading) -> Proof:
        return judge(proof, reading.watermark.until, self._reader.read(reading))

    def _plan_reading(
        self, proof: Proof, watermark: Watermark, *, entity: EntityConfig | None = None
    ) -> Reading:
        return Reading(entity or self.entity, _WHOLE, proof.started_at, watermark, self.make_run)

    @property
    def _reader(self) -> ProofReader:
        return ProofReader(self.source, self.connect, self.stop, self.sleep, self.clock)

    def _read_now(self) -> datetime:
        with open_transaction(self.connect) as cursor:
            cursor.execute("select clock_timestamp()")
            row: tuple[datetime] = cursor.fetchone() or (self.clock(),)
        return row[0]
