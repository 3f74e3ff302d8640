"""One copied file to blocks of records, in any format."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from crm_sync.config.file_words import FileWords
from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.archives import is_workbook
from crm_sync.sources.files.csv_rows import CsvFile
from crm_sync.sources.files.header import FAULT, LINE, RESERVED
from crm_sync.sources.files.json_lines import JsonLinesFile
from crm_sync.sources.files.notes import Notes
from crm_sync.sources.files.parquet_rows import ParquetFile, is_parquet
from crm_sync.sources.files.snapshot import Snapshot, check_encoding
from crm_sync.sources.files.text import describe_charset
from crm_sync.sources.files.workbook_rows import WorkbookFile, check_protected

_TOLD_BY_CONTENT: tuple[tuple[str, str, Callable[[Path], bool]], ...] = (
    ("parquet", "Parquet file", is_parquet),
    ("xlsx", "workbook of Excel (.xlsx)", is_workbook),
)


@dataclass(frozen=True)
class Block:
    """Some records of one file."""

    records: int
    bad_lines: tuple[int, ...]
    key_paths: frozenset[str]
    frame: pl.DataFrame | None = None
    lines: bytes | None = None
    missing: frozenset[str] = frozenset()
    """Columns of the table that the file's header does not have."""


@dataclass
class FileReader:
    """Reads the files of one run.

    Args:
        entity: the entity of their records.
        read: its read configuration.
        notes: takes sentences about oddities.
        seen: mapped sources that the headers of earlier runs had.
    """

    entity: EntityConfig
    read: FileWords
    notes: Notes
    seen: Collection[str]
    found: set[str] = field(default_factory=set)
    """Mapped sources that the headers had."""

    def read_blocks(self, snapshot: Snapshot, *, page_records: int, skip: int) -> Iterator[Block]:
        """Read one file from its beginning.

        Args:
            snapshot: the copied file.
            page_records: most records of a block.
            skip: records to leave out, read by an earlier try.

        Raises:
            FatalSourceError: it can't be read as configured.
        """
        facts, path, read = snapshot.facts, snapshot.path, self.read
        if path is None:
            msg = f"file {facts.name} was not copied"
            raise AssertionError(msg)
        _check_format(path, facts.name, read.format)
        if read.format == "parquet":
            yield from self._read_parquet(facts.name, path, page_records, skip)
            return
        if read.format == "xlsx":
            book = WorkbookFile(path, facts.name, self.entity, read, self.seen, self.notes)
            yield from self._read_flat(book, page_records, skip)
            return
        declared = "encoding" in read.model_fields_set or facts.charset is None
        encoding = check_encoding(facts, path, read.encoding if declared else str(facts.charset))
        doubt = describe_charset(path, encoding)
        if doubt is not None:
            self.notes.add(facts.name, doubt)
        if read.format == "jsonl":
            lines = JsonLinesFile(path, facts.name, self.entity, read, encoding, self.notes)
            for block in lines.read_blocks(page_records=page_records, skip=skip):
                yield Block(block.records, block.bad_lines, block.key_paths, lines=block.lines)
            return
        csv_file = CsvFile(
            *(path, facts.name, self.entity, read, encoding),
            ends_line=facts.ends_line is not False,
            seen=self.seen,
            notes=self.notes,
        )
        yield from self._read_flat(csv_file, page_records, skip)

    def _read_flat(self, file: CsvFile | WorkbookFile, page_records: int, skip: int) -> Iterator[Block]:
        for frame in file.read_frames(page_records=page_records, skip=skip):
            bad = frame.filter(pl.col(FAULT).is_not_null()).get_column(LINE).to_list()
            columns = frozenset(frame.columns).difference(RESERVED)
            yield Block(frame.height, tuple(bad), columns, frame=frame, missing=file.missing)
        self.found |= file.found

    def _read_parquet(self, name: str, path: Path, page_records: int, skip: int) -> Iterator[Block]:
        table = ParquetFile(path, name, self.entity, self.read, self.seen, self.notes)
        for block in table.read_blocks(page_records=page_records, skip=skip):
            yield Block(block.records, (), block.key_paths, lines=block.lines, missing=table.missing)
        self.found |= table.found


def _check_format(path: Path, name: str, declared: str) -> None:
    """Refuse a file that is something else than its YAML says."""
    check_protected(path, name)
    for kind, what, is_one in _TOLD_BY_CONTENT:
        if is_one(path) and kind != declared:
            raise FatalSourceError(f"File {name} is a {what}; set format: {kind}. Nothing was read.")
        if kind == declared and not is_one(path):
            raise FatalSourceError(f"File {name} is no {what}, or was cut. Nothing was read.")
