"""How a tab of a spreadsheet is read: titles in a header row, cells by ranges; code: sources/grid."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from crm_sync.config.base import Identifier, Model, wrong_key
from crm_sync.config.patterns import Pattern
from crm_sync.config.reads import ReadStrategy
from crm_sync.constants import SourceKind

FILE, RANGE = "file", "range"
"""Slots in paths: the id of the file, and the range of cells in A1 notation; both are encoded."""
ROW_NUMBER, FILE_ID, TAB_TITLE, TAB_ID = "_row_number", "_file", "_tab", "_tab_id"
OWN_SOURCES = (ROW_NUMBER, FILE_ID, TAB_TITLE, TAB_ID)
"""What a column can name as its `source` beside titles."""


class GridCall(Model):
    """One request; all of them only read."""

    path: str
    """Below the connection's host, with the slots `{file}` and `{range}`, and extras of `rest.extras`."""
    params: dict[str, str] = Field(default_factory=dict)
    """Query parameters, with the same slots; one whose slot has no value is left out."""


class LayoutCall(GridCall):
    """The request that lists a file's tabs, with their sizes, and the file's time zone and language."""

    tabs_path: str
    """Where the answer lists the tabs."""
    title_path: str
    """Where a tab has its title."""
    id_path: str
    """Where it has its id."""
    kind_path: str = ""
    """Where it says what it is; empty: every tab has cells."""
    kinds: tuple[str, ...] = ()
    """The kinds that have cells."""
    rows_path: str
    """Where it has the number of its rows; no cell behind it is asked for."""
    zone_path: str = ""
    """Where the answer has the time zone of all times; empty: it is the entity's `source_time_zone`."""
    locale_path: str = ""
    """Where it has the language, `de_DE`, that says how people write numbers."""
    decimal_marks: dict[Literal[".", ","], tuple[str, ...]] = Field(default_factory=dict)
    """Languages by the mark before a fraction, `de` or more narrowly `de_CH`; in any other one, a number that
    can be read in two ways is refused."""


class CellCall(GridCall):
    """A request for the cells of a range."""

    rows_path: str
    """Where the answer has the rows, as lists of cells; nothing there means that all are empty."""
    range_path: str = ""
    """Where it repeats the range; one that begins elsewhere is an error. Empty: it does not."""


class ProbeCall(GridCall):
    """The request that says whether a file has changed."""

    host: str = ""
    """Scheme and host if they are not the connection's; the key is sent there, too."""
    host_extra: Identifier | None = None
    """Connection extra that replaces `host`."""
    version_paths: tuple[str, ...] = Field(min_length=1)
    """Where the answer has what changes with the file."""


class CellWords(Model):
    """How the cells of one column are written where they are not as usual."""

    formats: tuple[str, ...] = ()
    """Notations of dates and times that were typed as texts; the first that fits, and then ISO 8601."""
    pad: int = Field(default=0, ge=0)
    """Least length of a number in a column of texts: zeros that the sheet dropped come back."""


class RestGridRead(ReadStrategy, kind=SourceKind.REST, door="grid"):
    """One tab of a spreadsheet: titles in a header row, a record in each row below it.

    The source of a column is a title, whatever its place; case and blanks around or between words do not
    count. Beside titles there are `_row_number` (at this read), `_file`, `_tab` and `_tab_id`.
    """

    strategy: Literal["rest_grid"]
    file: str = ""
    """Id or address of the file; empty: `file_extra` has it."""
    file_extra: Identifier | None = None
    """Connection extra with the id or address."""
    file_pattern: Pattern = ""
    """Finds the id in an address: the groups `file` and, if it is there, `tab`, the tab's id."""
    tab: str = ""
    """Title of the tab."""
    tab_id: int | None = None
    """Its id instead, which stays when the tab is renamed."""
    header_row: int = Field(default=1, ge=1)
    """Row of the titles; the rows above it are not read."""
    layout: LayoutCall
    """Lists the tabs; the first request of each read."""
    header: CellCall
    """Reads the titles."""
    rows: CellCall
    """Reads the cells below them, `page_size` rows at a time; dates are days since 1899-12-30."""
    probe: ProbeCall | None = None
    """A file that it says has not changed is not read; None: each run reads it."""
    probes: bool = False
    """Whether `probe` is used."""
    rate_class: str = "default"
    """Which of `rest.rate_limits` counts its requests."""
    cells: dict[Identifier, CellWords] = Field(default_factory=dict)
    """By column of the table, how its cells are written."""
    skip_rows: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(default_factory=dict)
    """By title, what stands in rows that are no records, such as `Total`; an empty text: nothing does."""
    missing_rows: Literal["keep", "mark"] = "mark"
    """`keep`: a row that is no longer in the sheet stays in the table as it is."""

    @property
    def has_flat_records(self) -> bool:
        """Tell that its records are rows."""
        return True

    @property
    def columns(self) -> dict[str, str]:
        """Name the columns that its words speak of, by key."""
        return {f"read.cells.{name}": name for name in self.cells}

    @property
    def calls(self) -> Mapping[str, GridCall]:
        """Give its requests by key."""
        calls: dict[str, GridCall | None] = {
            "layout": self.layout, "header": self.header, "rows": self.rows, "probe": self.probe,
        }  # fmt: skip
        return {name: call for name, call in calls.items() if call is not None}

    @model_validator(mode="after")
    def _check_place(self) -> Self:
        if not self.file and self.file_extra is None:
            raise wrong_key("read.file", "the id of a file, or an extra in file_extra", "neither")
        if self.probes and self.probe is None:
            raise wrong_key("read.probes", "the request in probe beside it", "none")
        groups = set(re.compile(self.file_pattern).groupindex)
        if self.file_pattern and "file" not in groups:
            raise wrong_key("read.file_pattern", "a group named file", self.file_pattern)
        return self
