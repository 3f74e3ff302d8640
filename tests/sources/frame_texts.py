"""Staged frames as texts, so that a test says what arrived and not as which type it was staged."""

from __future__ import annotations

from typing import Any

import polars as pl

from crm_sync.fields.frames import to_text


def write_texts(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Give the rows with each value but bytes as the text that field types would read."""
    columns = (
        pl.col(name) if dtype == pl.Binary else to_text(name, dtype) for name, dtype in frame.schema.items()
    )
    return frame.select(columns).to_dicts()
