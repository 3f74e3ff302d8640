"""A GitHub repository on the fake, with one file of ZIP codes; each change of the file is a commit."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crm_sync.config.models import EntityConfig, SourceConfig
from sandbox.github import GithubSandbox
from sandbox.github.store import Row, write_rows
from tests.conformance.account_rest import RestAccount
from tests.conformance.expected import Key

RECORDS = 200


class GithubAccount(RestAccount):
    """One private repository."""

    has_header = True

    def __init__(self, fake: GithubSandbox, source: SourceConfig, extra: dict[str, Any] | None) -> None:
        place = {"owner": fake.config.owner, "repo": fake.config.repo}
        super().__init__(fake, source, password=fake.config.token, extra=extra, own_extra=place)
        self._random = random.Random(11)
        self._changes = 0

    def read_paths(self, entity: EntityConfig) -> list[str]:
        # version, folder, file: each request belongs to the one entity
        return ["*"]

    def read_bytes(self, entity: EntityConfig) -> tuple[bytes, str]:
        """Give the file of an entity and its name."""
        return self.fake.store.read_text(), self.fake.config.file

    def list_sent(self, entity: EntityConfig) -> Iterator[dict[str, Any]]:
        return self.list_records(entity)

    def list_records(self, entity: EntityConfig) -> Iterator[dict[str, Any]]:
        """Give the file's rows as its own parser reads them."""
        content, name = self.read_bytes(entity)
        for cells in csv.DictReader(io.StringIO(content.decode(), newline="")):
            by_name = [cells[title] for title in sorted(cells)]
            text = json.dumps(by_name, ensure_ascii=False, separators=(",", ":")).encode()
            row = {title: cell or None for title, cell in cells.items()}
            yield {**row, "_file": name, "_hash": hashlib.sha256(text).hexdigest()}

    def change(self, entity: EntityConfig, count: int) -> list[Key]:
        keys = self._pick(count)
        self._changes += 1
        self.fake.changes.edit_rows({key: {"division": f"Changed {self._changes}"} for key in keys})
        return [(key,) for key in keys]

    def add(self, entity: EntityConfig) -> Key:
        self._changes += 1
        key = f"{99_000 + self._changes:05d}"
        self.fake.changes.edit_rows({key: {"city": "Added", "state": "OH"}})
        return (key,)

    def remove(self, entity: EntityConfig, count: int) -> list[Key]:
        keys = self._pick(count)
        self.fake.changes.delete_rows(keys)
        return [(key,) for key in keys]

    def clear(self, entity: EntityConfig) -> None:
        self._write([], self.fake.store.read_header())

    def plant(self, entity: EntityConfig, values: Mapping[str, Any]) -> Key:
        rows, header = self.fake.store.read_rows(), self.fake.store.read_header()
        header += [path for path in values if path not in header]
        rows[7] |= {path: "" if value is None else str(value) for path, value in values.items()}
        self._write(rows, header)
        return (rows[7]["zipcode"],)

    def drop_path(self, entity: EntityConfig, path: str) -> None:
        header = [title for title in self.fake.store.read_header() if title != path]
        rows = [{title: row[title] for title in header} for row in self.fake.store.read_rows()]
        self._write(rows, header)

    def ask_often(self) -> None:
        # the folder's other files are read as well, a request for each
        for number in range(8):
            row = {"zipcode": f"{90_000 + number}", "city": "Another file"}
            self.fake.changes.write(f"more_{number}.csv", write_rows([row], list(row)))
        self.facts["own_extra"]["path"] = "*.csv"

    def list_odd_texts(self) -> list[str]:
        # UTF-8 has no lone surrogates; line ends stay as they are inside of quotes
        return [text for text in super().list_odd_texts() if "\ud800" not in text]

    def list_known_paths(self, entity: EntityConfig) -> set[str]:
        # the file's key has one of two names
        return {"zip"}

    def _write(self, rows: list[Row], header: list[str]) -> None:
        self.fake.changes.write(self.fake.config.file, write_rows(rows, header))

    def _pick(self, count: int) -> list[str]:
        return self._random.sample([row["zipcode"] for row in self.fake.store.read_rows()][10:], count)


@contextmanager
def open_github(
    source: SourceConfig, folder: Path, *, extra: dict[str, Any] | None = None, **settings: Any
) -> Iterator[GithubAccount]:
    """Start a fake repository; settings as in its config, rate limits off unless asked for."""
    fake = GithubSandbox(**{"rate_limits": False, "counts": {"zipcodes": RECORDS}, **settings})
    with fake.serve():
        yield GithubAccount(fake, source, extra)
