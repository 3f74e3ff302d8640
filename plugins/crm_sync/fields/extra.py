"""The column `extra`: what no field took, as the source typed it, one JSON object per record.

With the chunk's key paths known only the unmapped keys are decoded, in two microseconds for a record with few
of them; a chunk without any is not looked at.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec
import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.fields.cleaning import Place
from crm_sync.fields.frames import replace_nul, to_text, unmapped_columns
from crm_sync.fields.key_paths import split_path
from crm_sync.fields.leftovers import build_reader, decode_all
from crm_sync.fields.noted_zones import notes_zone
from crm_sync.fields.paths import PathNode, PathPlan, collect_key_paths
from crm_sync.fields.reading import ZONE_COLUMN

_SAMPLED = 3
"""Records that are looked at for the order of their keys."""
_BATCH_BYTES = 1 << 17
"""Lines that are decoded together: many, but not so many that they and their objects leave the cache."""


def extra_from_lines(
    lines: bytes,
    plan: PathPlan,
    entity: EntityConfig,
    *,
    key_paths: Collection[str] | None,
    skipped_rows: Collection[int],
) -> pl.Series | None:
    """Build `extra` for NDJSON.

    Args:
        lines: cleaned NDJSON.
        plan: the entity's mapped paths.
        entity: the entity, to collect the key paths with where they are unknown.
        key_paths: key paths of the chunk, None where nobody collected them.
        skipped_rows: rows that can't be read; they get null.

    Returns:
        One text per line, null where nothing is left over; None when that holds for the whole chunk.
    """
    if key_paths is None or _hides_keys(key_paths, plan):
        records = (decode_all(line) for _, line in _readable(lines, skipped_rows))
        key_paths = collect_key_paths(list(records), entity)
    wanted = PathNode()
    for keys in find_leftover(key_paths, plan, entity):
        wanted.add(keys)
    if not wanted.children:
        return None
    samples = [decode_all(line) for _, line in islice(_readable(lines, skipped_rows), _SAMPLED)]
    reader = build_reader(wanted, samples)
    texts: list[str | None] = []
    if skipped_rows:
        for row, line in enumerate(io.BytesIO(lines)):
            texts.append(None if row in skipped_rows else _drop_nulls(reader.spell(line)))
    else:
        for batch in _cut(lines):
            spelled = reader.spell_all(batch)
            # not `splitlines`: texts may have the line breaks of other notations inside
            found = spelled.removesuffix("\n").split("\n")
            texts += map(_drop_nulls, found) if _may_hold_nulls(spelled) else found
    return pl.Series("extra", texts, dtype=pl.String)


def _cut(lines: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(lines):
        end = lines.find(b"\n", start + _BATCH_BYTES) + 1 or len(lines)
        yield lines[start:end]
        start = end


def _may_hold_nulls(text: str) -> bool:
    return "null" in text or "{}" in text


def _drop_nulls(text: str) -> str | None:
    """Leave nulls and empty objects out of the JSON text of an object; None: nothing is left."""
    if not _may_hold_nulls(text):
        return text
    pruned = prune(msgspec.json.decode(text))
    return msgspec.json.encode(pruned).decode() if pruned else None


def find_leftover(
    key_paths: Collection[str], plan: PathPlan, entity: EntityConfig
) -> Iterator[tuple[str, ...]]:
    """Give the keys of the paths that no field took, in order."""
    for path in sorted(key_paths):
        keys = split_path(path)
        is_note = path == ZONE_COLUMN and notes_zone(entity)
        if not plan.tree.covers(keys) and not plan.tree.is_inner(keys) and not is_note:
            yield keys


def extra_from_table(raw: pl.DataFrame, plan: PathPlan) -> pl.Series | None:
    """Build `extra` for a frame: its unmapped columns as a flat object."""
    names = unmapped_columns(raw, plan)
    if not names:
        return None
    frame, _ = replace_nul(raw.select(_spell_bytes(name, raw.schema[name]) for name in names))
    texts = []
    for values in frame.iter_rows():
        left = prune(dict(zip(names, values, strict=True)))
        texts.append(msgspec.json.encode(left).decode() if left else None)
    return pl.Series("extra", texts, dtype=pl.String)


def replaced_in_extra(
    raw: bytes | pl.DataFrame, replaced: Mapping[int, frozenset[Place]], plan: PathPlan
) -> list[int]:
    """Give the rows whose left-over values hold a replaced character, in order.

    Args:
        raw: the chunk.
        replaced: what reading its mapped paths found; of NDJSON all there is.
        plan: the entity's mapped paths.
    """
    if isinstance(raw, pl.DataFrame):
        return sorted(replace_nul(raw.select(unmapped_columns(raw, plan)))[1])
    return sorted(
        row for row, places in replaced.items() if any(not plan.tree.covers(place) for place in places)
    )


def _spell_bytes(name: str, dtype: pl.DataType) -> pl.Expr:
    return to_text(name, dtype) if isinstance(dtype, pl.Binary) else pl.col(name)


def prune(value: dict[str, Any]) -> dict[str, Any]:
    """Leave nulls and empty objects out, also of objects inside; arrays stay as they are."""
    kept: dict[str, Any] = {}
    for key, item in value.items():
        left = prune(item) if isinstance(item, dict) else item
        if left is not None and left != {}:
            kept[key] = left
    return kept


def _hides_keys(key_paths: Collection[str], plan: PathPlan) -> bool:
    """Say whether objects with mapped paths in them were not looked into: sources look two levels deep."""
    return any(len(keys := split_path(path)) > 1 and plan.tree.is_inner(keys) for path in key_paths)


def _readable(lines: bytes, skipped_rows: Collection[int]) -> Iterator[tuple[int, bytes]]:
    for row, line in enumerate(io.BytesIO(lines)):
        if row not in skipped_rows:
            yield row, line
