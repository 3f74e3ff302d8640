"""A folder with a CSV file of ZIP codes: the CRM `csv` as conformance sees it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.sources.base import Source
from crm_sync.sources.files.path_store import PathStore
from crm_sync.sources.registry import create_source
from sandbox.csv import HEADER, build_rows, to_bytes
from tests.conformance.account_base import BaseAccount
from tests.conformance.expected import Key

_CITY = HEADER.index("city")
_FILE = "zip_codes.csv"


@cache
def read_table() -> list[list[str]]:
    """Give all ZIP codes, cells in the order of the header; not to be changed."""
    return build_rows()


class CountingStore(PathStore):
    """Counts the copies of files, which are this CRM's calls."""

    def __init__(self, account: Any, base: Path) -> None:
        super().__init__(base)
        self._account = account

    def copy(self, *arguments: Any, **options: Any) -> Any:
        self._account.calls += 1
        return super().copy(*arguments, **options)


class CsvAccount(BaseAccount):
    """One folder."""

    has_header = True

    def __init__(self, source: SourceConfig, folder: Path, records: int) -> None:
        super().__init__(source, {"opener": f"{__name__}:open_file_source", "folder": str(folder)})
        self.folder = folder
        self.rows = [list(row) for row in read_table()[:records]]
        self.header = list(HEADER)
        self.calls = 0
        self._spare = iter(read_table()[-100:])
        self.write()

    def write(self) -> None:
        """Put the rows into the file, whole."""
        fresh = self.folder / "fresh.tmp"
        fresh.write_bytes(to_bytes(self.rows, self.header))
        fresh.replace(self.folder / _FILE)

    def open_source(
        self, entity: EntityConfig, connect: Callable[[], Any], *, stop: Callable[[], bool] = lambda: False
    ) -> Source:
        return self.with_hooks(create_source(self.source, entity, store=CountingStore(self, self.folder)))

    def read_bytes(self, entity: EntityConfig) -> tuple[bytes, str]:
        """Give the file of an entity and its name."""
        return (self.folder / _FILE).read_bytes(), _FILE

    def list_records(self, entity: EntityConfig) -> Iterator[dict[str, Any]]:
        """Give the file's rows as its own parser reads them."""
        text = (self.folder / _FILE).read_bytes().decode()
        for cells in csv.DictReader(io.StringIO(text, newline="")):
            by_name = [cells[name] for name in sorted(cells)]
            content = json.dumps(by_name, ensure_ascii=False, separators=(",", ":")).encode()
            row = {name: cell or None for name, cell in cells.items()}
            yield {**row, "_file": _FILE, "_hash": hashlib.sha256(content).hexdigest()}

    def count_calls(self) -> int:
        return self.calls

    def change(self, entity: EntityConfig, count: int) -> list[Key]:
        changed = self.rows[:: max(1, len(self.rows) // count)][:count]
        for row in changed:
            row[_CITY] += " (changed)"
        self.write()
        return [(row[0],) for row in changed]

    def add(self, entity: EntityConfig) -> Key:
        self.rows.append(list(next(self._spare)))
        self.write()
        return (self.rows[-1][0],)

    def remove(self, entity: EntityConfig, count: int) -> list[Key]:
        gone = [row[0] for row in self.rows[5::2][:count]]
        self.rows = [row for row in self.rows if row[0] not in gone]
        self.write()
        return [(one,) for one in gone]

    def clear(self, entity: EntityConfig) -> None:
        self.rows = []
        self.write()

    def pass_time(self, seconds: float) -> None:
        """Do nothing: a file has no clock but that of its last change."""

    def plant(self, entity: EntityConfig, values: Mapping[str, Any]) -> Key:
        for path, value in values.items():
            if path not in self.header:
                self.header.append(path)
                for row in self.rows:
                    row.append("")
            self.rows[7][self.header.index(path)] = "" if value is None else str(value)
        self.write()
        return (self.rows[7][0],)

    def drop_path(self, entity: EntityConfig, path: str) -> None:
        place = self.header.index(path)
        for row in (self.header, *self.rows):
            del row[place]
        self.write()

    def list_odd_texts(self) -> list[str]:
        # UTF-8 has no lone surrogates; line ends stay as they are inside of quotes
        return [text for text in super().list_odd_texts() if "\ud800" not in text]


def open_file_source(
    source: SourceConfig,
    entity: EntityConfig,
    facts: Mapping[str, Any],
    _connect: Callable[[], Any],
    *,
    stop: Callable[[], bool] = lambda: False,
) -> Source:
    """Build the source of a folder that another process made."""
    return create_source(source, entity, store=PathStore(Path(facts["folder"])))


@contextmanager
def open_csv(
    source: SourceConfig, folder: Path, *, records: int = 200, **_settings: Any
) -> Iterator[CsvAccount]:
    """Write a file with the first ZIP codes into a fresh folder."""
    base = folder / "files"
    base.mkdir(exist_ok=True)
    yield CsvAccount(source, base, records)
