"""Parquet files to clean NDJSON: the records are those that JSON lines with the same values would give."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import NoneType
from typing import Any

import msgspec
import polars as pl

from crm_sync.config.file_words import FileWords
from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import FatalSourceError
from crm_sync.fields.key_paths import join_path
from crm_sync.fields.paths import collect_key_paths
from crm_sync.rest.decoding import encode_lines
from crm_sync.sources.base import Record
from crm_sync.sources.files.header import FILE, HASH, LINE, check_required, get_mapped
from crm_sync.sources.files.json_lines import JsonBlock, add_own
from crm_sync.sources.files.missing import find_missing
from crm_sync.sources.files.notes import Notes
from crm_sync.untyped import Json

MAGIC = b"PAR1"
_ADVICE = "check 'source' of the columns"
_SHOWN_CHARS = 150
_INT64 = range(-(2**63), 2**63)
_SORTED = msgspec.json.Encoder(order="sorted")


@dataclass
class ParquetFile:
    """One Parquet file on the local disk; it names its columns, and its end can't be cut off unseen.

    Args:
        path: where it lies.
        name: its name in messages.
        entity: whose columns are read, and which reserved ones (`_line`, `_file`, `_hash`) the records get.
        read: its read configuration.
        seen: sources of columns that earlier reads of the entity found.
        notes: takes what is worth a sentence.
    """

    path: Path
    name: str
    entity: EntityConfig
    read: FileWords
    seen: Collection[str] = ()
    notes: Notes = field(default_factory=Notes)
    missing: frozenset[str] = field(default=frozenset(), init=False)
    """Once a block was given: mapped columns that the file does not have."""
    found: frozenset[str] = field(default=frozenset(), init=False)
    """Once a block was given: mapped sources that it has."""

    def read_blocks(self, *, page_records: int, skip: int = 0) -> Iterator[JsonBlock]:
        """Read the file from its beginning.

        Args:
            page_records: most records of a block.
            skip: records to leave out, read by an earlier try.

        Yields:
            Blocks in file order, none of them empty.

        Raises:
            FatalSourceError: it is no Parquet file, is broken, or lacks a column that must be there.
        """
        try:
            self._compare(list(_list_paths(pl.read_parquet_schema(self.path))))
            table = pl.scan_parquet(self.path)
            total = int(table.select(pl.len()).collect().item())
            for start in range(skip, total, page_records):
                rows = table.slice(start, page_records).collect().iter_rows(named=True)
                yield self._build([_to_record(row) for row in rows], start + 1)
        except (pl.exceptions.PolarsError, OSError) as error:
            reason = str(error).partition("\n")[0][:_SHOWN_CHARS]
            raise FatalSourceError(
                f"File {self.name} can't be read as Parquet: {reason}. Nothing was saved."
            ) from error

    def _compare(self, header: list[str]) -> None:
        check_required(header, self.entity, f"File {self.name}", advice=_ADVICE)
        missing = find_missing(header, self.entity, seen=self.seen, name=self.name, advice=_ADVICE)
        self.missing, self.found = missing.columns, get_mapped(self.entity).intersection(header)
        if missing.note is not None:
            self.notes.add(self.name, missing.note)

    def _build(self, records: list[Record], first: int) -> JsonBlock:
        wanted = get_mapped(self.entity).intersection((LINE, FILE, HASH))
        for number, record in enumerate(records if wanted else (), start=first):
            digest = hashlib.sha256(_SORTED.encode(record)).hexdigest() if HASH in wanted else ""
            for name, value in ((LINE, number), (FILE, self.name), (HASH, digest)):
                if name in wanted:
                    add_own(record, name, value)
        lines = encode_lines(records)
        longest = max(map(len, lines.split(b"\n")))
        if longest > self.read.max_field_chars:
            raise FatalSourceError(
                f"File {self.name} has a record of {longest:,} bytes, more than max_field_chars, "
                f"{self.read.max_field_chars:,}. Nothing was saved."
            )
        return JsonBlock(lines, len(records), (), collect_key_paths(records, self.entity))


def is_parquet(path: Path) -> bool:
    """Tell whether a file begins and ends as Parquet does."""
    with path.open("rb") as file:
        head = file.read(len(MAGIC))
        file.seek(-min(len(MAGIC), file.seek(0, 2)), 2)
        return head == file.read() == MAGIC


def _list_paths(schema: Mapping[str, Any], prefix: tuple[str, ...] = ()) -> Iterator[str]:
    """List the dotted paths of columns, and of what is inside of structs; a dot in a name is escaped."""
    for name, kind in schema.items():
        yield join_path((*prefix, name))
        if isinstance(kind, pl.Struct):
            yield from _list_paths({one.name: one.dtype for one in kind.fields}, (*prefix, name))


def _to_record(row: Mapping[str, Any]) -> Record:
    return {name: to_json(value) for name, value in row.items()}


def to_json(value: Json) -> Json:
    r"""Give a value as JSON; a text where a JSON number would lose something.

    Args:
        value: as Polars gives it; bytes that are UTF-8 are text, any others are hexadecimal after `\x`.
    """
    write = next(write for kinds, write in _WRITERS if isinstance(value, kinds))
    return write(value)


def _write_span(value: timedelta) -> str:
    return f"{Decimal(value // timedelta(microseconds=1)).scaleb(-6):f}"


def _write_bytes(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return f"\\x{value.hex()}"


_WRITERS: Sequence[tuple[type | tuple[type, ...], Callable[[Any], Json]]] = (
    ((NoneType, bool, str), lambda value: value),
    (int, lambda value: value if value in _INT64 else str(value)),
    (float, lambda value: value if math.isfinite(value) else str(value)),
    (Decimal, lambda value: f"{value:f}"),
    ((datetime, date, time), lambda value: value.isoformat()),
    (timedelta, _write_span),
    (bytes, _write_bytes),
    (Mapping, _to_record),
    (object, lambda value: [to_json(inner) for inner in value]),
)
