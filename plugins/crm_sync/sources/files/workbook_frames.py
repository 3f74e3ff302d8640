"""Rows of a workbook to frames: null marks without quotes, and formulas that were never worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl
from typing_extensions import override

from crm_sync.sources.files.frames import FrameBuilder
from crm_sync.sources.files.null_marks import NullMarks


class PlainMarks(NullMarks):
    """Null marks of cells that have neither quotes nor escapes."""

    @override
    def apply(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Turn marks into null."""
        nulls, text = list(self.read.null_values), pl.col(pl.String)
        return frame.with_columns(pl.when(text.is_in(nulls).not_()).then(text)) if nulls else frame

    @override
    def find_quoted(self, frame: pl.DataFrame) -> str | None:
        """Give None: nothing is quoted."""
        return None


@dataclass
class WorkbookFrames(FrameBuilder):
    """Builds frames of rows, some of which have formulas without a result.

    Args:
        unresolved: by row, the first such cell.
    """

    unresolved: Mapping[int, str] = field(default_factory=dict)

    @override
    def build(
        self, records: list[list[str]], lines: Sequence[int], known_faults: Mapping[int, str]
    ) -> pl.DataFrame:
        """Build one frame; see `FrameBuilder.build`."""
        found = {
            at: f"line {line:,}: cell {self.unresolved[line]} has a formula without a result; open the file "
            "in the spreadsheet program and save it"
            for at, line in enumerate(lines)
            if line in self.unresolved
        }
        return super().build(records, lines, {**found, **known_faults})
