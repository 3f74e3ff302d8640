"""How an entity is read: one model per strategy, told apart by `strategy`; the code is in sources/."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from crm_sync.config.base import Bound

_CSV_WORDS = ("footer_rows", "end_at_blank_line", "skip_repeated_header")


class ReadModel(BaseModel):
    """Base of all read strategies: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class HubSpotObjectsRead(ReadModel):
    """One HubSpot object type: list for full reads, search by id window for deltas, archived pass."""

    strategy: Literal["hubspot_objects"]
    object_type: str
    """`contacts` or `2-<number>`."""
    modified_property: str = "hs_lastmodifieddate"
    properties: Literal["all", "mapped"] = "all"
    """`all`: every property the account has is read, the unmapped ones go to `extra`."""
    property_names_bytes: int = Field(default=12_000, gt=0)
    """Longest `properties` value of a list request; with more, the list gives ids and batches the records."""
    search_page_size: int = Field(default=200, gt=0, le=200)
    archived_pass: bool = True
    parallel: int = Field(default=16, ge=1, le=64)
    """Most id ranges of a full read that are walked side by side."""


class AssociationPair(ReadModel):
    """One direction of links; plural object names."""

    from_type: str
    to_type: str


class HubSpotAssociationsRead(ReadModel):
    """Links between HubSpot objects, read for known parents in batches."""

    strategy: Literal["hubspot_associations"]
    pairs: tuple[AssociationPair, ...] = Field(min_length=1)
    batch_inputs: int = Field(default=1000, gt=0, le=1000)
    parallel: int = Field(default=8, ge=1, le=64)


class FilesRead(ReadModel):
    """A CSV or JSON-lines file, or a glob of them, below the connection's base path or URL."""

    strategy: Literal["files"]
    path: str = Field(min_length=1)
    """Relative to the connection's base; may hold a glob for local and object storage."""
    format: Literal["csv", "jsonl"] = "csv"
    encoding: str = "utf-8"
    """Python codec name; no other is tried. Over HTTP the answer's charset counts where YAML names none."""
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quotechar: str = Field(default='"', min_length=1, max_length=1)
    escapechar: str | None = Field(default=None, min_length=1, max_length=1)
    """Character that takes the next one as it is (MySQL exports: a backslash); None: quotes are doubled."""
    skip_initial_space: bool = False
    """Blanks after a delimiter are not part of the cell; without it they also keep a quote from being one."""
    header_row: int = Field(default=1, ge=1)
    """Line of the header, 1 for the first; the lines above it are skipped."""
    null_values: tuple[str, ...] = ("",)
    """Cells that stand exactly so in the file are null, escapes not undone. A quoted cell is a text,
    unless the mark is empty, is given with its quotes, or begins with `escapechar`."""
    on_extra_columns: Literal["error", "ignore", "json"] = "error"
    """What a cell beyond the header does: reject its record, drop the cell, keep it in `extra`. Empty ones do
    nothing."""
    footer_rows: int = Field(default=0, ge=0)
    """The last N lines that are not blank are no records."""
    end_at_blank_line: bool = False
    """The first line below the header with nothing in it but delimiters ends the file."""
    skip_lines_starting: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """A line that begins so is no record, and not the header: comments, for example."""
    skip_repeated_header: bool = False
    """A record that equals the header is none (files put together); without it such a record is rejected."""
    unchanged: Literal["skip", "read"] = "skip"
    """Whether an unchanged file is skipped."""
    missing_rows: Literal["keep", "mark"] = "mark"
    """Whether rows that the files no longer hold are marked deleted; `keep` for files that hold only news."""
    max_bad_records: int | None = Field(default=None, ge=0)
    """More broken records than this fail the file; None: each is rejected, however many."""
    max_bytes: Bound = 10 * 2**30
    """Largest size of one file, packed and unpacked; a larger one is an error."""
    max_field_chars: Bound = 16 * 2**20
    """Longest cell or JSON line; a longer one is taken for an unclosed quote and fails the file."""
    min_age_s: int = Field(default=0, ge=0)
    """A file younger than this may still be written and is left for the next run."""

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
        unfit = [word for word in _CSV_WORDS if self.format == "jsonl" and getattr(self, word)]
        if unfit:
            msg = f"'{unfit[0]}' is for CSV; JSON lines have no header and reject what is no object"
            raise ValueError(msg)
        marks = [mark for mark in (self.delimiter, self.quotechar, self.escapechar) if mark is not None]
        if self.format == "csv" and len(set(marks)) < len(marks):
            msg = "delimiter, quotechar and escapechar have to be different characters"
            raise ValueError(msg)
        return self
