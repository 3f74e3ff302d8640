"""A folder with a CSV file of ZIP codes: the CRM `csv` as conformance sees it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.sources.base import Source
from crm_sync.sources.files_path_store import PathStore
from crm_sync.sources.registry import create_source
from sandbox.csv import HEADER, build_rows, to_bytes
from tests.conformance.expected import ExpectedTable, Key, build_expected

_CITY = HEADER.index("city")
_FILE = "zip_codes.csv"


@cache
def read_table() -> list[list[str]]:
    """Give all ZIP codes, cells in the order of the header; not to be changed."""
    return build_rows()


class _CountingStore(PathStore):
    """Counts the copies of files, which are this CRM's calls."""

    def __init__(self, account: CsvAccount, base: Path) -> None:
        super().__init__(base)
        self._account = account

    def copy(self, *arguments: Any, **options: Any) -> Any:
        self._account.calls += 1
        return super().copy(*arguments, **options)


class CsvAccount:
    """One folder."""

    def __init__(self, source: SourceConfig, folder: Path, records: int) -> None:
        self.source = source
        self.folder = folder
        self.facts = {"crm_source": source.crm_source, "folder": str(folder)}
        self.rows = [list(row) for row in read_table()[:records]]
        self.calls = 0
        self._spare = iter(read_table()[-100:])
        self._change_in_next_read = False
        self.write()

    def write(self) -> None:
        """Put the rows into the file, whole."""
        fresh = self.folder / "fresh.tmp"
        fresh.write_bytes(to_bytes(self.rows))
        fresh.replace(self.folder / _FILE)

    def open_source(
        self, entity: EntityConfig, connect: Callable[[], Any], *, stop: Callable[[], bool] = lambda: False
    ) -> Source:
        source = create_source(self.source, entity, store=_CountingStore(self, self.folder))
        if self._change_in_next_read:
            self._change_in_next_read = False
            _change_after_first_page(source, lambda: self.change(entity, 3))
        return source

    def expected(self, entity: EntityConfig) -> ExpectedTable:
        return build_expected(entity, self.list_records(entity))

    def list_records(self, entity: EntityConfig) -> Iterator[dict[str, Any]]:
        """Give the file's rows as its own parser reads them."""
        text = (self.folder / _FILE).read_bytes().decode()
        for cells in csv.DictReader(io.StringIO(text, newline="")):
            by_name = [cells[name] for name in sorted(cells)]
            content = json.dumps(by_name, ensure_ascii=False, separators=(",", ":")).encode()
            yield {**cells, "_file": _FILE, "_hash": hashlib.sha256(content).hexdigest()}

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

    def change_during_read(self, entity: EntityConfig) -> None:
        self._change_in_next_read = True


def _change_after_first_page(source: Any, change: Callable[[], Any]) -> None:
    read_pages = source.read_pages

    def read(request: Any, cursors: Any) -> Iterator[Any]:
        for number, page in enumerate(read_pages(request, cursors)):
            if number == 1:
                change()
            yield page

    source.read_pages = read


@contextmanager
def open_csv(
    source: SourceConfig, folder: Path, *, records: int = 300, **_settings: Any
) -> Iterator[CsvAccount]:
    """Write a file with the first ZIP codes into a fresh folder."""
    base = folder / "files"
    base.mkdir()
    yield CsvAccount(source, base, records)
