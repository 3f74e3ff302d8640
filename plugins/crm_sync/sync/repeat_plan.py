"""Finds the records of a run that share a key, over all of its chunks, and decides what becomes of them.

The answer comes from the staged chunks alone, so a retry finds the same one. Memory: eight bytes a record,
and about eighty for each of a part of those that share a key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.storage.staging import RawChunk, Staging
from crm_sync.sync.repeated_keys import (
    FATES_SCHEMA,
    describe_records,
    hash_keys,
    judge_repeats,
    source_key_expression,
)
from crm_sync.sync.staged_rows import StagedRows

PART_RECORDS = 500_000
"""Most records with shared keys to judge at once; more are judged in parts, each a pass over the chunks."""
_SLICE = 1_000_000


@dataclass(frozen=True)
class RepeatPlan:
    """The fates of the records that share a key with another record of the run.

    Args:
        fates: chunk to its rows, columns of `FATES_SCHEMA`.
    """

    fates: dict[int, pl.DataFrame] = field(default_factory=dict)

    def get(self, chunk: RawChunk) -> pl.DataFrame:
        """Give a chunk's rows that are not simply saved."""
        return self.fates.get(chunk.number, FATES_SCHEMA.to_frame())


@dataclass(frozen=True)
class RepeatFinder:
    """Looks for the records of one run that share a key.

    Args:
        entity: configuration.
        staging: the run's folder, validated.
        future: modified times after this moment are not believed.
        is_whole: the read has every record of the source.
        held: keys, as the source wrote them, of records that an earlier run kept out.
        is_snapshot: the records can't be versions that were written while they were read.
    """

    entity: EntityConfig
    staging: Staging
    future: datetime | None
    is_whole: bool
    held: frozenset[str] = frozenset()
    is_snapshot: bool = False

    def find(self) -> RepeatPlan:
        """Judge all records that share a key."""
        repeated = find_repeated(self._hash_chunks())
        if repeated.is_empty() and not self.held:
            return RepeatPlan()
        parts = 1 + len(repeated) // PART_RECORDS
        fates = []
        for part in range(parts):
            records = [self._describe(chunk, repeated, part, parts) for chunk in self._list_chunks()]
            judged = judge_repeats(
                pl.concat(records), future=self.future, is_snapshot=self.is_snapshot, is_whole=self.is_whole
            )
            fates.append(judged)
        by_chunk = pl.concat(fates).partition_by("chunk", as_dict=True)
        return RepeatPlan({int(key[0]): frame for key, frame in by_chunk.items()})

    def _list_chunks(self) -> list[RawChunk]:
        # a refresh repeats, for some columns, what a delta may have said
        return [chunk for chunk in self.staging.manifest.chunks if chunk.records and not chunk.is_refresh]

    def _hash_chunks(self) -> Iterator[pl.Series]:
        key = list(self.entity.primary_key)
        for chunk in self._list_chunks():
            keys = self.staging.read_frame("typed", f"{chunk.number:05d}", key)
            yield hash_keys(keys, self.entity)

    def _describe(self, chunk: RawChunk, repeated: pl.Series, part: int, parts: int) -> pl.DataFrame:
        """Describe the good records of a chunk whose keys are of this part."""
        rows = StagedRows.read(self.staging, chunk)
        good = rows.get_good().drop_nulls(list(self.entity.primary_key))
        hashes = hash_keys(good, self.entity)
        is_wanted = hashes.is_in(repeated.implode())
        if self.held:
            source_keys = good.select(source_key_expression(good, self.entity)).to_series()
            is_wanted |= source_keys.is_in(list(self.held))
        found = good.filter(is_wanted & (hashes % parts == part))
        described = describe_records(found, self.entity, self.held)
        return described.with_columns(pl.lit(chunk.number, dtype=pl.UInt32).alias("chunk"))


def find_repeated(hashes: Iterator[pl.Series]) -> pl.Series:
    """Give the values that occur more than once, each of them once."""
    found = pl.Series("hash", [], dtype=pl.UInt64)
    for part in hashes:
        found.extend(part.alias("hash"))
    found = found.sort(in_place=True)
    repeated = [found.clear()]
    for start in range(0, len(found) - 1, _SLICE):
        following = found.slice(start + 1, _SLICE)
        repeated.append(following.filter(following == found.slice(start, len(following))))
    return pl.concat(repeated).unique()
