"""Reads the staged rows of one chunk for save: typed rows, verdicts, and which rows may be written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.constants import Action
from crm_sync.exceptions import SupersededError
from crm_sync.fields.record_ids import record_id_expression
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.rejected_records import make_record_id
from crm_sync.storage.replay_part import ReplayPart
from crm_sync.storage.rows.merge_sql import NOT_AFTER_COLUMN
from crm_sync.storage.sql_files import load_sql
from crm_sync.storage.staging import RawChunk, Staging

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor


@dataclass(frozen=True)
class StagedRows:
    """One chunk as transform and validate left it, with save's additions.

    Args:
        typed: one row per raw record, in its order.
        verdicts: findings of both stages, and of save.
        left_out: rows for which the table gets an equal or a later record.
        counts: of save's findings.
        examples: for each kind of finding, one record that has it, as text for people.
    """

    typed: pl.DataFrame
    verdicts: pl.DataFrame
    left_out: pl.Series = field(default_factory=lambda: pl.Series("row", [], dtype=pl.UInt32))
    counts: Counts = field(default_factory=Counts)
    examples: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, staging: Staging, chunk: RawChunk) -> StagedRows:
        """Read a chunk's files."""
        name = f"{chunk.number:05d}"
        return cls(staging.read_frame("typed", name), staging.read_frame("verdicts", name))

    def refuse_other_columns(self, entity: EntityConfig) -> None:
        """Stop a save whose YAML has changed since transform: what it no longer names would be left out.

        Raises:
            SupersededError: the typed rows have other columns than the configuration.
        """
        wanted = {*entity.fields, *(("extra",) if entity.extra else ())}
        staged = {name for name in self.typed.columns if name in wanted or not name.startswith("_")}
        if staged != wanted:
            other = ", ".join(sorted(staged ^ wanted))
            raise SupersededError(
                f"The YAML of {entity.crm_source} {entity.sync_type} has other columns than when this run's "
                f"rows were made ({other}): run the DAG again."
            )

    @property
    def rejected_count(self) -> int:
        """Records that a verdict keeps out."""
        return self._get_rejected().len()

    def get_good(self) -> pl.DataFrame:
        """Give the rows that no verdict keeps out and that are the newest of their keys."""
        out = pl.concat([self._get_rejected().rename("row"), self.left_out])
        return self.typed if out.is_empty() else self.typed.filter(~pl.col("_row").is_in(out.implode()))

    def add_not_after(
        self, cursor: PgCursor, entity: EntityConfig, good: pl.DataFrame, part: ReplayPart
    ) -> pl.DataFrame:
        """Give replayed rows the moment of their rejection; a table row written later is newer."""
        ids = [
            make_record_id(record_id, None)
            for record_id in good.select(record_id_expression(entity)).to_series()
        ]
        parameters = {"crm_source": entity.crm_source, "sync_type": entity.sync_type, "record_ids": ids}
        cursor.execute(load_sql("queries/select_reject_times"), parameters)
        rejects = cursor.fetchall()
        replayed = part.find_replayed((id_, record_id, rule) for id_, record_id, rule, _ in rejects)
        times: dict[str, datetime] = {}
        for id_, record_id, _, seen_at in rejects:
            if id_ in replayed:
                times[record_id] = max(seen_at, times.get(record_id, seen_at))
        moments = pl.Series(
            NOT_AFTER_COLUMN, [times.get(record_id) for record_id in ids], dtype=pl.Datetime("us", "UTC")
        )
        return good.with_columns(moments)

    def _get_rejected(self) -> pl.Series:
        return self.verdicts.filter(pl.col("action") == Action.REJECT.value)["row"].unique()


def read_keys(staging: Staging, entity: EntityConfig) -> Iterator[pl.DataFrame]:
    """Yield the key columns of every record that the run read, rejected ones included, chunk by chunk."""
    for chunk in staging.manifest.chunks:
        yield staging.read_frame("typed", f"{chunk.number:05d}", list(entity.primary_key))
