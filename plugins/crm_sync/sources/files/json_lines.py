"""JSON lines to clean NDJSON; a line that is no JSON object stays as it is, to be rejected and not lost."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TextIO

from crm_sync.config.models import EntityConfig
from crm_sync.config.reads import FilesRead
from crm_sync.exceptions import FatalSourceError
from crm_sync.fields.paths import collect_key_paths
from crm_sync.rest.decoding import decode_json, encode_lines
from crm_sync.sources.base import Record
from crm_sync.sources.files.header import FILE, HASH, LINE, get_mapped
from crm_sync.sources.files.text import build_encoding_error


@dataclass(frozen=True)
class JsonBlock:
    """Some records of a JSON-lines file, in file order."""

    lines: bytes
    """One clean JSON object a line, each ended by a newline; a bad line is there letter by letter."""
    records: int
    bad_lines: tuple[int, ...]
    """Lines of the file that hold no JSON object."""
    key_paths: frozenset[str]
    """Dotted paths of the objects' keys."""


@dataclass(frozen=True)
class JsonLinesFile:
    """One unpacked JSON-lines file on the local disk.

    Args:
        path: where it lies.
        name: what messages call it.
        entity: tells which reserved columns (`_line`, `_file`, `_hash`) the objects get.
        read: its read configuration.
        encoding: codec that reads it.
    """

    path: Path
    name: str
    entity: EntityConfig
    read: FilesRead
    encoding: str

    def read_blocks(self, *, page_records: int, skip: int = 0) -> Iterator[JsonBlock]:
        """Read the file from its beginning.

        Args:
            page_records: most records of a block.
            skip: records to leave out, read by an earlier try.

        Yields:
            Blocks in file order, none of them empty; blank lines are no records.

        Raises:
            FatalSourceError: the encoding is wrong, or a line is too long.
        """
        # lines end at \n alone: \r is white space of JSON, and U+2028 may stand inside a text
        with self.path.open(encoding=self.encoding, newline="\n") as text:
            try:
                yield from self._read(text, page_records, skip)
            except UnicodeDecodeError as error:
                raise build_encoding_error(self.path, self.name, self.encoding) from error

    def _read(self, text: TextIO, page_records: int, skip: int) -> Iterator[JsonBlock]:
        page: list[tuple[int, str]] = []
        for number in count(1):
            line = text.readline(self.read.max_field_chars + 1)
            if len(line) > self.read.max_field_chars:
                raise FatalSourceError(
                    f"File {self.name}, line {number:,} is longer than max_field_chars, "
                    f"{self.read.max_field_chars:,}. Nothing was saved."
                )
            if line.strip():
                skip -= 1
                if skip < 0:
                    page.append((number, line))
            if page and (not line or len(page) == page_records):
                yield self._build(page)
                page = []
            if not line:
                return

    def _build(self, page: list[tuple[int, str]]) -> JsonBlock:
        wanted = get_mapped(self.entity)
        records: list[Record | str] = []
        bad_lines: list[int] = []
        for number, line in page:
            record = _decode(line)
            if record is None:
                bad_lines.append(number)
                records.append(line.strip())
                continue
            if LINE in wanted:
                record[LINE] = number
            if FILE in wanted:
                record[FILE] = self.name
            if HASH in wanted:
                record[HASH] = hashlib.sha256(line.strip().encode()).hexdigest()
            records.append(record)
        objects = [record for record in records if not isinstance(record, str)]
        paths = collect_key_paths(objects, self.entity)
        lines = encode_lines(objects) if not bad_lines else b"".join(map(_encode, records))
        return JsonBlock(lines, len(records), tuple(bad_lines), paths)


def _encode(record: Record | str) -> bytes:
    return record.encode() + b"\n" if isinstance(record, str) else encode_lines([record])


def _decode(line: str) -> Record | None:
    try:
        record = decode_json(line.encode())
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
