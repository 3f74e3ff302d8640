"""A folder with one of SalesPro's CSV exports, read as an entity of the same CRM."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.sources.base import Source
from crm_sync.sources.registry import create_source
from sandbox.salespro.exports import HEADERS, Cells, make_export, write_export
from tests.conformance.account_base import BaseAccount
from tests.conformance.account_csv import CountingStore
from tests.conformance.expected import Key

_CHANGED = {"users": "nameLast", "offices": "name"}


class ExportAccount(BaseAccount):
    """One folder."""

    has_header = True

    def __init__(self, source: SourceConfig, folder: Path, kind: str, records: int) -> None:
        opener = "tests.conformance.account_csv:open_file_source"
        super().__init__(source, {"opener": opener, "folder": str(folder)})
        self.folder, self.kind, self.calls = folder, kind, 0
        self.rows = [make_export(kind, number) for number in range(records)]
        self.header = list(HEADERS[kind])
        self._made = records
        self.write()

    def write(self) -> None:
        """Put the rows into the file, whole."""
        fresh = self.folder / "fresh.tmp"
        fresh.write_bytes(write_export(self.header, self.rows))
        fresh.replace(self.folder / f"{self.kind}.csv")

    def open_source(
        self, entity: EntityConfig, connect: Callable[[], Any], *, stop: Callable[[], bool] = lambda: False
    ) -> Source:
        return self.with_hooks(create_source(self.source, entity, store=CountingStore(self, self.folder)))

    def read_bytes(self, entity: EntityConfig) -> tuple[bytes, str]:
        """Give the file of an entity and its name."""
        name = f"{self.kind}.csv"
        return (self.folder / name).read_bytes(), name

    def list_records(self, entity: EntityConfig) -> Iterator[dict[str, Any]]:
        for row in self.rows:
            yield {name: row.get(name) or None for name in self.header}

    def count_calls(self) -> int:
        return self.calls

    def change(self, entity: EntityConfig, count: int) -> list[Key]:
        changed = self.rows[:: max(1, len(self.rows) // count)][:count]
        for row in changed:
            row[_CHANGED[self.kind]] += " (changed)"
        self.write()
        return _keys(changed)

    def add(self, entity: EntityConfig) -> Key:
        self.rows.append(make_export(self.kind, self._made))
        self._made += 1
        self.write()
        return _keys(self.rows[-1:])[0]

    def remove(self, entity: EntityConfig, count: int) -> list[Key]:
        gone = self.rows[5::2][:count]
        self.rows = [row for row in self.rows if row not in gone]
        self.write()
        return _keys(gone)

    def clear(self, entity: EntityConfig) -> None:
        self.rows = []
        self.write()

    def pass_time(self, seconds: float) -> None:
        """Do nothing: a file has no clock but that of its last change."""

    def plant(self, entity: EntityConfig, values: Mapping[str, Any]) -> Key:
        self.header += [path for path in values if path not in self.header]
        self.rows[7] |= {path: "" if value is None else str(value) for path, value in values.items()}
        self.write()
        return _keys(self.rows[7:8])[0]

    def drop_path(self, entity: EntityConfig, path: str) -> None:
        self.header.remove(path)
        self.write()

    def list_odd_texts(self) -> list[str]:
        # UTF-8 has no lone surrogates
        return [text for text in super().list_odd_texts() if "\ud800" not in text]


def _keys(rows: list[Cells]) -> list[Key]:
    return [(row["objectId"],) for row in rows]
