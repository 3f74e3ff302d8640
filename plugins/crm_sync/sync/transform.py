"""Transform: one raw chunk to one typed chunk with its findings; a pure function.

Reading, types, masks and left-over fields are in `fields`; files and chunk loops in `sync/chunks.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.constants import Action
from crm_sync.fields.convert import convert
from crm_sync.fields.extra import extra_from_lines, extra_from_table, replaced_in_extra
from crm_sync.fields.findings import BuiltInRule, build_findings, join_findings
from crm_sync.fields.frames import read_table, set_zone
from crm_sync.fields.noted_zones import set_noted_zone
from crm_sync.fields.paths import build_plan, source_paths
from crm_sync.fields.reading import ReadChunk, read_lines
from crm_sync.fields.record_functions import apply_record_function
from crm_sync.fields.record_ids import join_parts, record_id_expression
from crm_sync.fields.replaced import report_in_extra
from crm_sync.fields.rules import load_record_function
from crm_sync.fields.source_keys import build_source_key, read_key_texts
from crm_sync.fields.types import typed_schema


@dataclass(frozen=True)
class TransformedChunk:
    """The result of one raw chunk."""

    typed: pl.DataFrame
    """One row per raw record in its order: entity columns, `extra`, `_row`, `_altered`, and

    `_source_key`: the key as the source wrote it, where the canonical one is spelled otherwise, else null;
    `_ambiguous`: the modified time has no zone and stood on the clock twice; the earlier moment was taken.
    """
    findings: pl.DataFrame
    """Values that could not be read or converted; columns of `fields.findings.FINDINGS_SCHEMA`, by row."""


def transform_chunk(
    raw: bytes | pl.DataFrame, entity: EntityConfig, *, key_paths: Collection[str] | None = None
) -> TransformedChunk:
    """Turn one raw chunk into typed columns.

    Args:
        raw: NDJSON with one object a line, or a frame whose columns are named by their source paths.
        entity: mapping, types and masks.
        key_paths: union of the key paths in the chunk, as `fields.paths.collect_key_paths` gives them; None:
            unknown, they are collected here.

    Returns:
        The typed chunk. A record that can't be read is a row of nulls, but for its key where it can be seen,
        with a `shape` finding. The same input always gives the same answer.

    Raises:
        ConfigError: the record function can't be imported.
    """
    entity = set_zone(entity, raw) if isinstance(raw, pl.DataFrame) else set_noted_zone(entity, raw)
    plan = build_plan(entity)
    keys = tuple(
        path for name in entity.primary_key for path in source_paths(name, entity.fields[name].source)
    )
    chunk = read_lines(raw, plan, keys) if isinstance(raw, bytes) else read_table(raw, plan, keys)
    with ThreadPoolExecutor(1) as beside:
        # its thread holds Python's lock, while Polars converts without it
        building = beside.submit(_build_extra, raw, chunk, entity, key_paths) if entity.extra else None
        converted = convert(chunk.columns, entity, replaced=chunk.replaced)
        extra = None if building is None else building.result()
    columns, found = converted.columns, converted.findings
    function = load_record_function(entity)
    if function is not None:
        skipped = {*chunk.faults, *_rejected_rows(found)}
        columns, refused = apply_record_function(function, columns, entity, skipped_rows=skipped)
        found = [*found, *refused]
    altered = {*converted.altered_rows, *chunk.altered_rows}
    if extra is not None and (spoiled := replaced_in_extra(raw, chunk.replaced, plan)):
        altered.update(spoiled)
        found = [*found, report_in_extra(spoiled)]
    source_key = build_source_key(read_key_texts(chunk.columns, entity), columns, entity)
    typed = _complete(columns, extra, altered, entity, source_key=source_key, ambiguous=converted.ambiguous)
    return TransformedChunk(typed, _collect_findings(typed, found, chunk, entity))


def _build_extra(
    raw: bytes | pl.DataFrame, chunk: ReadChunk, entity: EntityConfig, key_paths: Collection[str] | None
) -> pl.Series | None:
    plan = build_plan(entity)
    if isinstance(raw, pl.DataFrame):
        return extra_from_table(raw, plan)
    lines = chunk.lines or b""
    return extra_from_lines(lines, plan, entity, key_paths=key_paths, skipped_rows=chunk.faults.keys())


def _complete(
    columns: pl.DataFrame,
    extra: pl.Series | None,
    altered: set[int],
    entity: EntityConfig,
    *,
    source_key: pl.Series | None,
    ambiguous: pl.Series | None,
) -> pl.DataFrame:
    """Add the columns of a typed chunk that are not the entity's."""
    row = pl.int_range(pl.len(), dtype=pl.UInt32)
    no = pl.repeat(value=False, n=pl.len(), dtype=pl.Boolean)
    nothing = pl.lit(None, pl.String)
    completed = columns.with_columns(
        row.alias("_row"),
        (row.is_in(sorted(altered)) if altered else no).alias("_altered"),
        (nothing if source_key is None else source_key).alias("_source_key"),
        (no if ambiguous is None else ambiguous).alias("_ambiguous"),
        (nothing if extra is None else extra).alias("extra"),
    )
    return completed.select(typed_schema(entity).names())


def _rejected_rows(found: list[pl.DataFrame]) -> set[int]:
    rows: set[int] = set()
    for findings in found:
        rows.update(findings.filter(pl.col("action") == str(Action.REJECT))["row"])
    return rows


def _collect_findings(
    typed: pl.DataFrame, found: list[pl.DataFrame], chunk: ReadChunk, entity: EntityConfig
) -> pl.DataFrame:
    """Join the findings of all fields; an unreadable record has only that one finding."""
    record_ids = typed.select(record_id_expression(entity)).to_series()
    if not chunk.faults:
        return join_findings(found, record_ids)
    rows = pl.Series(sorted(chunk.faults), dtype=pl.UInt32)
    shapes = build_findings(
        rows,
        rule=BuiltInRule.SHAPE,
        field="",
        error=pl.Series([chunk.faults[row] for row in rows]),
        value=None,
        action=Action.REJECT,
    )
    if chunk.key_hints is not None:
        parts = {name: pl.col(name) for name in chunk.key_hints.columns if name != "row"}
        hints = chunk.key_hints.select("row", join_parts(parts).alias("hint"))
        joined = shapes.join(hints, on="row", how="left", maintain_order="left")
        shapes = joined.with_columns(record_id=pl.col("hint")).drop("hint")
    others = [findings.filter(~pl.col("row").is_in(rows.implode())) for findings in found]
    return join_findings([shapes, *others], record_ids)
