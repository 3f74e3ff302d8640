"""What an answer is: JSON, CSV, XML, OData, or rows under a header row; code: sources/rest/answers.py."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from crm_sync.config.base import Model, wrong_key

CellKind = Literal["integer", "number", "boolean", "yes_no", "offset_time", "date", "datetime"]


class RowWords(Model):
    """Records that come as lists of cells under a row of names."""

    header_path: str = ""
    """Where the names are; empty: in the first row."""
    cells_path: str = ""
    """Where a row has its cells; empty: the row itself is the list of cells."""
    name_path: str = ""
    """Where each item at `header_path` has its name; empty: the items are names."""
    cell_path: str = ""
    """Where each cell has its value; a cell that has nothing there is null. Then no row is left out, not even
    one of nulls. Empty: the cells are values, and a row without any is no record."""
    repeats_names: bool = False
    """With `header_path`: the first page begins with a row of these names all the same, and counts it."""
    short: Literal["error", "null"] = "error"
    """How to read a row with too few cells; `null` if the source cuts empty cells at the end."""
    null_values: tuple[str, ...] = ()
    """Cells that are null."""
    bare: bool = False
    """An answer without rows may lack the names, too, where the element around both is there."""

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        if (self.repeats_names or self.name_path) and not self.header_path:
            raise wrong_key("read.answer.rows.header_path", "where the names are", "nothing")
        return self


class AnswerWords(Model):
    """How an answer is read; any other answer is requested again, and is then an error."""

    format: Literal["json", "csv", "xml", "odata", "odata_model"] = "json"
    """`csv` has a header row and a record for each other one; `xml` becomes objects, and its records are all
    elements at `records_path`, of which there may be none where the element around them is there. `odata` is
    OData 1 to 3, JSON or Atom, whichever comes: records are at `results`, the next page's address at `next`,
    times without a zone have none, numbers keep their digits, and links and metadata are left out.
    `odata_model` is what `$metadata` answers: by set, a list of properties with `name` and `type`."""
    rows: RowWords | None = None
    """The records at `records_path` are rows of cells; not with `csv`, which always has rows."""
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    """Between the cells of `csv`."""
    null_values: tuple[str, ...] = ("",)
    """Cells of `csv` that are null."""
    cells: dict[str, CellKind] = Field(default_factory=dict)
    """Cells of `csv` or `rows`, by the type that `discover.type_path` gives their field: read to what the
    source's JSON has, so that a record is the same whichever way it came. `offset_time`: a time whose `Z` is
    `+0000` in JSON. `date`, `datetime`: written as `discover.formats` says, read to ISO 8601, times in UTC.
    Other cells, and what can't be read so, are texts; with this word, a name with dots in `csv` is nested."""
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
