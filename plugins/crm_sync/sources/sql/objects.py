"""Columns of a driver's Python objects as texts: one notation in each, whatever its values are."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from crm_sync.sources.sql.generic import write_text
from crm_sync.sources.sql.kinds import MixedTypesError
from crm_sync.sources.sql.undecoded import UNDECODED

_BYTES = (bytes, bytearray, memoryview)
_NUMBER_TEXT = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def write_objects(
    values: list[Any], path: str, seen: set[str], *, is_key: bool
) -> tuple[pl.Series, dict[int, str]]:
    """Write a column.

    Args:
        values: of one page.
        path: of the column, for messages.
        seen: the sorts of values that its pages had so far; added to.
        is_key: it is a part of the primary key.

    Returns:
        The texts, and rows that can't be taken with the reason, in which `{}` stands for the path.

    Raises:
        MixedTypesError: there are bytes and other values, or handles instead of values.
    """
    types = set(map(type, values)) - {type(None)}
    seen |= {_sort(one) for one in types}
    if "bytes" in seen and len(seen) > 1:
        raise MixedTypesError(
            f"Column {path} holds bytes and other values that would give the same text: "
            'write source: "expr: hex(...)" or another expression that gives one type.'
        )
    try:
        texts = values if types <= {str} else [write_text(value) for value in values]
    except TypeError as error:
        raise MixedTypesError(
            f"Column {path} holds objects of the type {error}, which have no text: "
            'write source: "expr: ..." with an expression that gives a text.'
        ) from error
    broken: dict[int, str] = {}
    try:
        series = pl.Series(texts, dtype=pl.String)
    except UnicodeEncodeError:
        series, broken = _replace(texts)
    if is_key and seen >= {"text", "number"}:
        broken |= _find_numbers(values)
    return series, broken


def _sort(one: type) -> str:
    if issubclass(one, _BYTES):
        return "bytes"
    if issubclass(one, str):
        return "text"
    return "number" if issubclass(one, (int, float)) else "object"


def _replace(texts: list[str | None]) -> tuple[pl.Series, dict[int, str]]:
    broken: dict[int, str] = {}
    fitting: list[str | None] = []
    for row, text in enumerate(texts):
        kept = None if text is None else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        if kept != text:
            broken[row] = UNDECODED
        fitting.append(kept)
    return pl.Series(fitting, dtype=pl.String), broken


def _find_numbers(values: list[Any]) -> dict[int, str]:
    """Find the texts of a key that read as one of its numbers would."""
    reason = "key {} is a text here and a number in other rows, and both would give the same text"
    return {
        row: reason
        for row, value in enumerate(values)
        if isinstance(value, str) and _NUMBER_TEXT.fullmatch(value)
    }
