"""Texts by which a source says that there is no value."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl


def drop_null_texts(columns: pl.DataFrame, null_texts: Collection[str]) -> pl.DataFrame:
    """Make null what is such a text as a whole.

    Args:
        columns: texts; columns of other types stay as they are.
        null_texts: of the entity.
    """
    texts = [pl.col(name) for name in columns.columns if columns.schema[name] == pl.String]
    return columns.with_columns(pl.when(~text.is_in(list(null_texts))).then(text) for text in texts)
