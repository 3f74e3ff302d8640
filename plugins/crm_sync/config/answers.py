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
    """Where a row has its cells; empty: the row itself is the list of cells."""
    short: Literal["error", "null"] = "error"
    """How to read a row with too few cells; `null` if the source cuts empty cells at the end."""


class AnswerWords(Model):
    """How an answer is read; any other answer is requested again, and is then an error."""

    format: Literal["json", "csv", "xml"] = "json"
    """`csv` has a header row and a record for each other one; `xml` becomes objects, and its records are all
    elements at `records_path`, of which there may be none where the element around them is there."""
    rows: RowWords | None = None
    """The records at `records_path` are rows of cells; not with `csv`, which always has rows."""
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    """Between the cells of `csv`."""
    null_values: tuple[str, ...] = ("",)
    """Cells of `csv` that are null."""
    cells: dict[str, CellKind] = Field(default_factory=dict)
    """Cells of `csv`, by the type that `discover.type_path` gives their field: read to what the source's JSON
    has, so that a record is the same whichever way it came. `offset_time`: a time whose `Z` is `+0000` in
    JSON. Other cells, and what can't be read so, are texts; with this word, a name with dots is nested."""
    null_list: bool = False
    """Null instead of the records of `json` means an empty list."""
    single: bool = False
    """An object in place of the records of `json` is the only record."""
    good_path: str = ""
    """Where each answer says that it is good; without a true there it is broken, whatever else is in it."""
    count_path: str = ""
    """Where each answer says how many records it holds; if another number came, the answer is broken."""

    @model_validator(mode="after")
    def _check_rows(self) -> Self:
        if self.format == "csv" and self.rows is not None:
            raise wrong_key("read.answer.rows", "format json or xml beside it", "csv")
        return self
