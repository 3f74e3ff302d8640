"""Words about files, whatever they are reached through: how they are written and handled."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from crm_sync.config.base import Bound, Model

_WITH_HEADER = ("csv", "xlsx")
_CSV_WORDS = ("footer_rows", "end_at_blank_line", "skip_repeated_header")


class FileWords(Model):
    """CSV, JSON-lines or Parquet files, or workbooks of Excel."""

    path: str = Field(min_length=1)
    """Path below the connection's base; in folders and object storage it may hold a glob."""
    format: Literal["csv", "jsonl", "parquet", "xlsx"] = "csv"
    """CSV, one JSON object in each line, Parquet, whose records are those that JSON lines would give, or a
    workbook of Excel, whose cells are the texts that it shows; for that, install the extra `files`."""
    sheet: str = ""
    """Sheet of a workbook; empty: its first one that is not hidden."""
    encoding: str = "utf-8"
    """Python codec of the file; no other is tried. Over HTTP the answer's charset is the default."""
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    """Character between two cells."""
    quotechar: str = Field(default='"', min_length=1, max_length=1)
    """Character around a cell that holds a delimiter or a line break."""
    escapechar: str | None = Field(default=None, min_length=1, max_length=1)
    """Character that escapes the next one (a backslash in MySQL exports); none: quotes are doubled."""
    skip_initial_space: bool = False
    """Whether blanks after a delimiter are dropped; otherwise a quote behind them is plain text."""
    header_row: int = Field(default=1, ge=1)
    """Line of the header, counted from 1; the lines above it are skipped."""
    null_values: tuple[str, ...] = ("",)
    """Cells that are null when the file has exactly these characters, before escapes are undone.

    A quoted cell is a text, unless the mark is empty, has the quotes itself, or begins with `escapechar`.
    """
    on_extra_columns: Literal["error", "ignore", "json"] = "error"
    """What happens to cells beyond the header: `error` rejects the record, `ignore` drops them, `json`
    keeps them in `extra`. Empty cells are always dropped."""
    footer_rows: int = Field(default=0, ge=0)
    """How many lines at the end are no records; blank lines do not count."""
    end_at_blank_line: bool = False
    """Whether the first line below the header that holds nothing but delimiters ends the file."""
    skip_lines_starting: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Beginnings of lines that are neither records nor the header, such as comments."""
    skip_repeated_header: bool = False
    """Whether a record that equals the header is skipped (joined files); otherwise it is rejected."""
    unchanged: Literal["skip", "read"] = "skip"
    """Whether a file that has not changed since the last run is skipped or read again."""
    missing_rows: Literal["keep", "mark"] = "mark"
    """Whether rows that are no longer in the files are marked as deleted; `keep` for files of changes."""
    max_bad_records: int | None = Field(default=None, ge=0)
    """More broken records than this fail the file; none: each is rejected, however many there are."""
    max_bytes: Bound = 10 * 2**30
    """Largest size of a file, packed or unpacked; a larger one is an error."""
    max_field_chars: Bound = 16 * 2**20
    """Longest cell or JSON line; a longer one means an unclosed quote, and the file fails."""
    min_age_s: int = Field(default=0, ge=0)
    """A younger file may still be growing, so it is left for the next run."""

    @property
    def has_flat_records(self) -> bool:
        """Tell whether its records are rows."""
        return self.format in _WITH_HEADER

    @field_validator("encoding")
    @classmethod
    def _check_encoding(cls, value: str) -> str:
        try:
            "".encode(value)
        except LookupError as error:
            msg = f"'{value}' is no text encoding that Python knows"
            raise ValueError(msg) from error
        return value

    @model_validator(mode="after")
    def _check_words(self) -> Self:
        unfit = [word for word in _CSV_WORDS if self.format not in _WITH_HEADER and getattr(self, word)]
        if unfit:
            msg = (
                f"'{unfit[0]}' is for CSV and workbooks; JSON lines and Parquet have no header and no footer"
            )
            raise ValueError(msg)
        if self.sheet and self.format != "xlsx":
            msg = "'sheet' is for workbooks; set format: xlsx beside it"
            raise ValueError(msg)
        marks = [mark for mark in (self.delimiter, self.quotechar, self.escapechar) if mark is not None]
        if self.format == "csv" and len(set(marks)) < len(marks):
            msg = "delimiter, quotechar and escapechar have to be different characters"
            raise ValueError(msg)
        return self
