"""Raw chunk to a frame of texts, one column per mapped path; records that can't be read become rows of nulls.

What the texts mean is left to the field types.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
import polars as pl

from crm_sync.fields.cleaning import Place, clean_lines, decode_clean
from crm_sync.fields.json_numbers import spell_with_comma
from crm_sync.fields.key_paths import join_path
from crm_sync.fields.paths import PathNode, PathPlan, flatten

LINE_COLUMN = "_line"
FAULT_COLUMN = "_fault"
ZONE_COLUMN = "_time_zone"
RESERVED_COLUMNS = (LINE_COLUMN, FAULT_COLUMN, ZONE_COLUMN)
"""Columns of a raw frame that its source added for us."""
_REFUSED = (pl.exceptions.PolarsError, pl.exceptions.PanicException)


@dataclass(frozen=True)
class ReadChunk:
    """A raw chunk as columns."""

    columns: pl.DataFrame
    """One column per mapped path, one row per raw record in its order: texts, from a frame also typed."""
    faults: dict[int, str] = field(default_factory=dict)
    """Row to the reason why its record can't be read; such a row has at most its key."""
    replaced: dict[int, frozenset[Place]] = field(default_factory=dict)
    """Row to the places in it where a character that PostgreSQL can't hold was replaced."""
    lines: bytes | None = None
    """The cleaned NDJSON, None for a frame."""
    key_hints: pl.DataFrame | None = None
    """Key texts of rows that are null, for reports only; columns `row` and the key paths."""

    @property
    def altered_rows(self) -> tuple[int, ...]:
        """Rows in which a character was replaced."""
        return tuple(sorted(self.replaced))


def read_lines(raw: bytes, plan: PathPlan, key_paths: tuple[str, ...]) -> ReadChunk:
    """Read NDJSON.

    Args:
        raw: one JSON object a line, in UTF-8; a last line break is no line.
        plan: the entity's mapped paths.
        key_paths: paths of the primary key, which are filled in for a broken record too where it can be seen.
    """
    raw, replaced = clean_lines(raw)
    count = raw.count(b"\n") + (not raw.endswith(b"\n") and raw != b"")
    if count == 0:
        return ReadChunk(pl.DataFrame(schema=dict.fromkeys(plan.paths, pl.String)), lines=raw)
    texts = _read_frame(raw, plan)
    if texts is not None and texts.height == count:
        return ReadChunk(spell_with_comma(texts, raw, plan), replaced=replaced, lines=raw)
    return _read_around_faults(raw, plan, key_paths, replaced)


def _read_frame(raw: bytes, plan: PathPlan) -> pl.DataFrame | None:
    """Read lines with every leaf as text; None when Polars refuses one of them."""
    return _read_layers([raw] * len(plan.layers), plan)


def _read_layers(raws: list[bytes], plan: PathPlan) -> pl.DataFrame | None:
    frames = []
    try:
        for raw, layer in zip(raws, plan.layers, strict=True):
            frame = pl.read_ndjson(raw, schema=layer.schema())
            renamed = frame.rename({key: join_path((key,)) for key in layer.children if "." in key})
            frames.append(flatten(renamed, layer))
    except _REFUSED:
        return None
    leaves, *more = frames
    for frame in more:
        leaves = leaves.hstack(frame)
    # Polars reads into over a hundred pieces, and each step over a column takes a step for each of them
    named = leaves.select(pl.col(join_path(keys)).alias(path) for path, keys in plan.keys.items())
    return named.rechunk()


def _read_around_faults(
    raw: bytes, plan: PathPlan, key_paths: tuple[str, ...], replaced: dict[int, frozenset[Place]]
) -> ReadChunk:
    """Find the lines that break the chunk, then read the others together."""
    lines = raw.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    faults: dict[int, str] = {}
    keys: list[dict[str, str | None]] = []
    good: list[int] = []
    for row, line in enumerate(lines):
        record, rescued, places = _decode(line)
        lines[row] = rescued
        if places:
            replaced[row] = places
        fault = _find_fault(record, plan.tree)
        if fault is None:
            good.append(row)
        else:
            faults[row] = fault
            keys.append(_key_texts(record, plan, key_paths))
    frames = [_blank_frame(list(faults), keys, plan)]
    for rows, frame in _halve(good, lines, plan):
        if frame is None:
            faults[rows[0]] = "the record can't be read"
            key = _key_texts(_decode(lines[rows[0]])[0], plan, key_paths)
            frames.append(_blank_frame(rows, [key], plan))
        else:
            frames.append(frame.with_columns(_row=pl.Series(rows, dtype=pl.UInt32)))
    texts = pl.concat(frames, how="diagonal").sort("_row").select(plan.paths)
    joined = b"\n".join(lines)
    return ReadChunk(spell_with_comma(texts, joined, plan), faults, replaced, joined)


def _halve(
    rows: list[int], lines: list[bytes], plan: PathPlan
) -> list[tuple[list[int], pl.DataFrame | None]]:
    """Read lines in as few pieces as Polars takes; one that it refuses alone has no frame."""
    if not rows:
        return []
    frame = _read_frame(b"\n".join(lines[row] for row in rows), plan)
    if frame is not None and frame.height == len(rows):
        return [(rows, frame)]
    if len(rows) == 1:
        return [(rows, _read_leniently(rows[0], lines, plan))]
    middle = len(rows) // 2
    return [*_halve(rows[:middle], lines, plan), *_halve(rows[middle:], lines, plan)]


def _read_leniently(row: int, lines: list[bytes], plan: PathPlan) -> pl.DataFrame | None:
    """Read one line again with its numbers beyond Polars's range written as text; the line is replaced.

    Where an object is mapped whole and in parts, it may be something else: then its parts are null.
    """
    try:
        record = decode_clean(lines[row])[0]
        lines[row] = msgspec.json.encode(record)
        raws = [msgspec.json.encode(_keep_objects(record, layer)) for layer in plan.layers]
    except ValueError:
        return None
    frame = _read_layers(raws, plan) if _has_odd_kind(record, plan.tree) else _read_frame(lines[row], plan)
    return frame if frame is not None and frame.height == 1 else None


def _has_odd_kind(record: dict[str, Any], tree: PathNode) -> bool:
    """Tell whether something that is mapped whole and in parts is no object."""
    for key, child in tree.children.items():
        value = record.get(key)
        if isinstance(value, dict):
            if _has_odd_kind(value, child):
                return True
        elif value is not None and child.children and child.is_leaf:
            return True
    return False


def _keep_objects(record: dict[str, Any], layer: PathNode) -> dict[str, Any]:
    """Give what a layer reads of a record, null where it wants an object and finds none."""
    kept: dict[str, Any] = {}
    for key, child in layer.children.items():
        value = record.get(key)
        if child.children:
            value = _keep_objects(value, child) if isinstance(value, dict) else None
        kept[key] = value
    return kept


def _decode(line: bytes) -> tuple[Any, bytes, frozenset[Place]]:
    """Decode one line strictly, else leniently.

    Returns:
        The value (an exception where there is none), the line as it can be read, and where text was replaced.
    """
    try:
        return msgspec.json.decode(line), line, frozenset()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:
            value, places = decode_clean(line)
            return value, msgspec.json.encode(value), places
        except (ValueError, RecursionError) as error:
            return error, line, frozenset()


def _find_fault(record: object, tree: PathNode, where: str = "") -> str | None:
    """Say why Polars would refuse a record; None: it is fine."""
    if isinstance(record, Exception):
        return "the line is not valid JSON"
    if not isinstance(record, dict):
        what = f"'{where}'" if where else "the line"
        return f"{what} is {_name_kind(record)}, expected an object"
    for key, child in tree.children.items():
        value = record.get(key)
        if child.children and not child.is_leaf and value is not None:
            fault = _find_fault(value, child, f"{where}.{key}" if where else key)
            if fault is not None:
                return fault
    return None


def _name_kind(value: object) -> str:
    kinds = {list: "an array", str: "a text", bool: "a boolean", type(None): "null"}
    return kinds.get(type(value), "a number")


def _key_texts(record: object, plan: PathPlan, key_paths: tuple[str, ...]) -> dict[str, str | None]:
    """Take the key out of a broken record, as far as it can be seen."""
    return {path: _scalar_text(record, plan.keys[path]) for path in key_paths}


def _scalar_text(record: object, keys: tuple[str, ...]) -> str | None:
    for key in keys:
        if not isinstance(record, dict):
            return None
        record = record.get(key)
    if isinstance(record, bool) or not isinstance(record, (str, int)):
        return None
    return str(record)


def _blank_frame(rows: list[int], keys: list[dict[str, str | None]], plan: PathPlan) -> pl.DataFrame:
    """Make rows of nulls but for their key."""
    schema = {**dict.fromkeys(plan.paths, pl.String()), "_row": pl.UInt32()}
    return pl.DataFrame([{**key, "_row": row} for row, key in zip(rows, keys, strict=True)], schema=schema)
