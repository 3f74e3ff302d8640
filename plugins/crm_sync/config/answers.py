"""What an answer is: JSON, CSV, XML, or rows under a header row; code: sources/rest/answers.py."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from crm_sync.config.base import Model, wrong_key

CellKind = Literal["integer", "number", "boolean", "offset_time"]


class RowWords(Model):
    """Records that come as lists of cells under a row of names."""

    header_path: str = ""
    """Where the names are; empty: in the first row."""
    cells_path: str = ""
    """Where a row's cells are in it; empty: the row itself is the list of them."""
    short: Literal["error", "null"] = "error"
    """What a row with fewer cells than the header is; `null` where the source cuts empty ones at the end."""


class AnswerWords(Model):
    """How an answer is read; what is not so is asked for again, and then an error."""

    format: Literal["json", "csv", "xml"] = "json"
    """`csv` has a header row and a record for each other one; `xml` becomes objects, and its records are all
    elements at `records_path`, of which there may be none where the element around them is there."""
    rows: RowWords | None = None
    """What is at `records_path` are rows of cells; not with `csv`, which always has them."""
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    """Between the cells of `csv`."""
    null_values: tuple[str, ...] = ("",)
    """Cells of `csv` that are null."""
    cells: dict[str, CellKind] = Field(default_factory=dict)
    """Cells of `csv`, by the type that `discover.type_path` gives their field: read to what the source's JSON
    has, so that a record is the same whichever way it came. `offset_time`: a time whose `Z` is `+0000` in
    JSON. Other cells, and what can't be read so, are texts; with this word, a name with dots is nested."""
    null_list: bool = False
    """Null in the place of the records of `json` is an empty list."""
    count_path: str = ""
    """Where each answer says how many records it holds; another number than came is a broken answer."""

    @model_validator(mode="after")
    def _check_rows(self) -> Self:
        if self.format == "csv" and self.rows is not None:
            raise wrong_key("read.answer.rows", "format json or xml beside it", "csv")
        return self
