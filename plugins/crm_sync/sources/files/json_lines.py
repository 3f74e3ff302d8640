"""JSON lines to clean NDJSON; a line that is not a JSON object is kept and rejected, not lost."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TextIO

from crm_sync.config.file_words import FileWords
from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import FatalSourceError
from crm_sync.fields.paths import collect_key_paths
from crm_sync.rest.decoding import decode_json, encode_lines
from crm_sync.sources.base import Record
from crm_sync.sources.files.header import BYTE_ORDER_MARK, FILE, HASH, LINE, get_mapped
from crm_sync.sources.files.json_keys import describe_dotted_keys, find_repeated_key, may_repeat_key
from crm_sync.sources.files.notes import Notes
from crm_sync.sources.files.text import build_encoding_error

log = logging.getLogger(__name__)


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
        notes: takes what is worth a sentence.
    """

    path: Path
    name: str
    entity: EntityConfig
    read: FileWords
    encoding: str
    notes: Notes = field(default_factory=Notes)

    def read_blocks(self, *, page_records: int, skip: int = 0) -> Iterator[JsonBlock]:
        """Read the file from its beginning.

        Args:
            page_records: most records of a block.
            skip: records to leave out, read by an earlier try.

        Yields:
            Blocks in file order, none of them empty; blank lines are no records.

        Raises:
            FatalSourceError: the encoding is wrong, a line is too long, or the file is one JSON document.
        """
        # lines end at \n alone: \r is white space of JSON, and U+2028 may stand inside a text
        with self.path.open(encoding=self.encoding, newline="\n") as text:
            try:
                yield from self._read(text, page_records, skip)
            except UnicodeError as error:
                raise build_encoding_error(self.path, self.name, self.encoding) from error

    def _read(self, text: TextIO, page_records: int, skip: int) -> Iterator[JsonBlock]:
        page: list[tuple[int, str]] = []
        is_first, passed, prefixes = True, 0, self.read.skip_lines_starting
        for number in count(1):
            line = text.readline(self.read.max_field_chars + 1)
            if len(line) > self.read.max_field_chars:
                raise FatalSourceError(
                    f"File {self.name}, line {number:,} is longer than max_field_chars, "
                    f"{self.read.max_field_chars:,}. Nothing was saved."
                )
            # files put together: each has its own
            line = line.lstrip(BYTE_ORDER_MARK)
            if prefixes and line.startswith(prefixes):
                passed += 1
            elif content := line.strip():
                if is_first:
                    self._check_first(content)
                is_first = False
                skip -= 1
                if skip < 0:
                    page.append((number, line))
            if page and (not line or len(page) == page_records):
                yield self._build(page)
                page = []
            if not line:
                break
        if passed:
            log.info(
                "File %s: %s lines were skipped because of skip_lines_starting.", self.name, f"{passed:,}"
            )

    def _check_first(self, line: str) -> None:
        if line.startswith("[") or line == "{":
            what = "a JSON array" if line.startswith("[") else "one JSON document over several lines"
            raise FatalSourceError(
                f"File {self.name} is {what}: expected JSON lines, one object a line (`jq -c '.[]'` writes "
                "them). Nothing was read."
            )

    def _build(self, page: list[tuple[int, str]]) -> JsonBlock:
        records: list[Record | str] = [_decode(line) for _, line in page]
        self._set_repeated_aside(page, records)
        bad_lines = [
            number for (number, _), record in zip(page, records, strict=True) if isinstance(record, str)
        ]
        self._add_ours(page, records)
        objects = [record for record in records if not isinstance(record, str)]
        paths = collect_key_paths(objects, self.entity)
        for note in describe_dotted_keys(self.entity, paths):
            self.notes.add(self.name, note)
        lines = encode_lines(objects) if not bad_lines else b"".join(map(_encode, records))
        return JsonBlock(lines, len(records), tuple(bad_lines), paths)

    def _add_ours(self, page: list[tuple[int, str]], records: list[Record | str]) -> None:
        """Give the objects the reserved keys that some column is mapped from."""
        wanted = get_mapped(self.entity).intersection((LINE, FILE, HASH))
        for (number, line), record in zip(page if wanted else (), records if wanted else (), strict=True):
            if isinstance(record, str):
                continue
            if LINE in wanted:
                add_own(record, LINE, number)
            if FILE in wanted:
                add_own(record, FILE, self.name)
            if HASH in wanted:
                add_own(record, HASH, hashlib.sha256(line.strip().encode()).hexdigest())

    def _set_repeated_aside(self, page: list[tuple[int, str]], records: list[Record | str]) -> None:
        """Make broken lines of those in which a key has two values: none of them is the right one."""
        objects = [record for record in records if isinstance(record, dict)]
        good = [line for (_, line), record in zip(page, records, strict=True) if isinstance(record, dict)]
        if not may_repeat_key("".join(good), objects):
            return
        for at, (number, line) in enumerate(page):
            record = records[at]
            if not isinstance(record, dict) or not may_repeat_key(line, [record]):
                continue
            key = find_repeated_key(line)
            if key is not None:
                # the text after the object keeps every reader from taking one of the values
                records[at] = f"{line.strip()} // two values for one key: {key}"
                self.notes.add(
                    self.name, f"line {number:,} has two values for the key '{key}' and was rejected."
                )


def add_own(record: Record, name: str, value: object) -> None:
    """Add a value of ours; a key of the file's own that is called so keeps its value under another name."""
    if name in record:
        other = f"{name}_"
        while other in record:
            other += "_"
        record[other] = record[name]
    record[name] = value


def _encode(record: Record | str) -> bytes:
    return record.encode() + b"\n" if isinstance(record, str) else encode_lines([record])


def _decode(line: str) -> Record | str:
    """Give the line's object, or the line itself if it is not an object."""
    try:
        record = decode_json(line.encode())
    except ValueError:
        return line.strip()
    return record if isinstance(record, dict) else line.strip()
