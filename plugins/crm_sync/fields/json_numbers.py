"""JSON numbers in columns whose texts have a decimal comma: a number of JSON has a point whatever YAML says.

Read as texts both look alike, and `1.125` would be a thousand times as much; so the point of a number becomes
the comma that the column's field expects.
"""

from __future__ import annotations

import msgspec
import polars as pl

from crm_sync.fields.leftovers import decode_all
from crm_sync.fields.number_notations import COMMA, POINT
from crm_sync.fields.paths import PathPlan


def spell_with_comma(texts: pl.DataFrame, lines: bytes, plan: PathPlan) -> pl.DataFrame:
    """Write JSON numbers with a decimal comma in the columns whose texts have one.

    Args:
        texts: one column per path, one row per line.
        lines: the NDJSON that they were read from.
        plan: says which paths have a comma.
    """
    if not plan.comma_paths or texts.is_empty():
        return texts
    split = lines.split(b"\n")
    for path in plan.comma_paths:
        has_point = texts[path].str.contains(POINT, literal=True).fill_null(value=False)
        rows = [row for row in has_point.arg_true() if _is_number(split[row], plan.keys[path])]
        if rows:
            spelled = texts[path].gather(rows).str.replace(POINT, COMMA, literal=True)
            texts = texts.with_columns(texts[path].clone().scatter(rows, spelled))
    return texts


def _is_number(line: bytes, keys: tuple[str, ...]) -> bool:
    try:
        value = decode_all(line)
    except msgspec.DecodeError:
        return False
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return isinstance(value, float)
