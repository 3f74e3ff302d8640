"""Entities in files: which files, whether they changed, and their records page by page.

Transports are left to the stores (`path_store.py`, `http_store.py`), formats to the readers (`csv_rows.py`,
`json_lines.py`). A file has no delta inside: a changed one is read whole, and saving leaves equal
rows untouched.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from typing_extensions import override

from crm_sync.config.file_words import FileWords
from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.base import Cursor, Page, ReadRequest, Source
from crm_sync.sources.files.doubts import find_cut_file, note_gone_files
from crm_sync.sources.files.file_reader import FileReader
from crm_sync.sources.files.fingerprint import (
    Strategy,
    build_memory,
    hash_set,
    read_columns,
    read_good,
    read_memory,
)
from crm_sync.sources.files.header import get_mapped
from crm_sync.sources.files.notes import Notes
from crm_sync.sources.files.snapshot import Snapshot, take_snapshot
from crm_sync.sources.files.store import FileFacts, FileStore

log = logging.getLogger(__name__)

CURSOR_KEY = "files"


class FileSource(Source):
    """One entity that lies in files.

    Args:
        entity: its configuration; `read` is a FileWords.
        store: the connection's folder, bucket or web server.
        work_folder: where copies of the files lie while they are read; None: the system's temporary folder.
        now: the worker's clock, aware UTC.
    """

    reads_whole = True
    can_resume = False
    sweep_scope = None

    def __init__(
        self,
        entity: EntityConfig,
        store: FileStore,
        *,
        work_folder: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if not isinstance(entity.read, FileWords):
            msg = (
                f"{entity.crm_source} {entity.sync_type}: expected strategy files, got {entity.read.strategy}"
            )
            raise TypeError(msg)
        self._entity = entity
        self._read = entity.read
        self._store = store
        self._work_folder = work_folder
        self._now = now
        self._strategy: Strategy = "read"
        self._files: list[FileFacts] = []
        self._is_read = False
        self._bytes = 0
        self._notes = Notes()
        self._columns: frozenset[str] = frozenset()
        self.incomplete_reason: str | None = None

    @property
    def is_snapshot(self) -> bool:
        """Whether two records of one key are no versions: in a single file; of several the newer counts."""
        return len(self._files) <= 1

    @property
    @override
    def is_whole(self) -> bool:
        """Whether the pages held every row that the source still has, so that any other row is gone there."""
        return self._is_read and self.incomplete_reason is None and self._read.missing_rows == "mark"

    @property
    def notes(self) -> list[str]:
        """After `read_pages`: what is worth a line in log and history, though all was read."""
        return self._notes.list()

    @override
    def read_clock(self) -> datetime | None:
        """Give None: whether a file changed is told by its content, so its time is no clock to lag behind."""
        return None

    @override
    def count(self, request: ReadRequest) -> int | None:
        """Give None: a file tells how many records it has only at its end."""
        return None

    @override
    def read_pages(self, request: ReadRequest, cursors: Mapping[str, Any]) -> Generator[Page, None, None]:
        """Read the files, or nothing when they are as the previous run left them.

        Args:
            request: what to read; its window plays no part.
            cursors: last stored cursor of an earlier try; the read goes on after it.

        Yields:
            Pages of text columns for CSV, of JSON lines for JSON lines, oldest file first.

        Raises:
            FatalSourceError: a file can't be read as configured, or changed since an earlier try.
            TransientSourceError: the store can't be reached.
        """
        self._strategy, self._files, self._is_read, self.incomplete_reason = "read", [], False, None
        self._notes.clear()
        self._columns = read_columns(request.previous) & get_mapped(self._entity)
        with tempfile.TemporaryDirectory(prefix="crm_sync_files_", dir=self._work_folder) as folder:
            snapshots = self._take(request, Path(folder))
            yield from self._read_set(snapshots, cursors.get(CURSOR_KEY), request.page_size)
            self._notes.is_over = True

    @override
    def describe(self) -> dict[str, Any]:
        """Give what the next run compares with; call it after the pages."""
        return build_memory(self._strategy, self._entity, self._files, self._columns)

    @override
    def metrics(self) -> dict[str, float]:
        """Give the bytes that this object has fetched so far."""
        return {"bytes_fetched": float(self._bytes)}

    @override
    def close(self) -> None:
        """Do nothing: the copies went with the pages, the session belongs to the hook."""

    def _take(self, request: ReadRequest, folder: Path) -> list[Snapshot]:
        """Copy the files that are to be read; none when they are unchanged or too young."""
        must_read = request.must_read or self._read.unchanged == "read"
        known = {} if must_read else read_memory(request.previous, self._entity)
        before = read_memory(read_good(request.previous), self._entity)
        listed = self._store.list(self._read.path)
        snapshots = [
            self._copy(file, folder, known.get(file.name)) for file in listed if not self._is_young(file)
        ]
        # a web server tells a file's age only with the file
        ready = [snapshot for snapshot in snapshots if not self._is_young(snapshot.facts)]
        if len(ready) < len(listed):
            self.incomplete_reason = (
                f"{len(listed) - len(ready)} of {len(listed)} files are younger than min_age_s, "
                f"{self._read.min_age_s} s, and were left for the next run."
            )
            log.info(self.incomplete_reason)
        if not ready:
            self._strategy = "waiting"
            return []
        if known.keys() == {file.name for file in listed} and all(_is_same(shot, known) for shot in ready):
            self._strategy = "unchanged"
            self._files = [known[shot.facts.name] for shot in ready]
            log.info("Nothing was read: %s has not changed since the previous run.", self._read.path)
            return []
        # one file changed, so all are read: only then is it known which rows are gone
        ready = [shot if shot.path else self._copy(shot.facts, folder, None) for shot in ready]
        self._files = [shot.facts for shot in ready]
        note_gone_files(listed, before, self._notes)
        cut = find_cut_file(self._files, before) if self._read.format == "csv" else None
        if cut is not None and not request.is_forced:
            self.incomplete_reason = self.incomplete_reason or cut
        return ready

    def _copy(self, file: FileFacts, folder: Path, known: FileFacts | None) -> Snapshot:
        shot = take_snapshot(
            *(self._store, file, folder),
            known=known,
            max_bytes=self._read.max_bytes,
            keeps_workbook=self._read.format == "xlsx",
        )
        if shot.path is not None:
            self._bytes += shot.facts.size or 0
        return shot

    def _is_young(self, file: FileFacts) -> bool:
        if not self._read.min_age_s or file.modified_at is None:
            return False
        return (self._now() - file.modified_at).total_seconds() < self._read.min_age_s

    def _read_set(self, snapshots: list[Snapshot], cursor: Cursor, page_records: int) -> Iterator[Page]:
        fingerprint = hash_set(self._files)
        at = cursor or {"set": fingerprint, "file": 0, "records": 0, "bad": 0}
        # pages of an earlier try are staged: only that try's files will do; "unchanged" is wrong too
        if at["set"] != fingerprint:
            raise FatalSourceError(
                f"{self._read.path} changed since the first try of this run; start the sync again. "
                "Nothing was saved."
            )
        bad = at["bad"]
        reader = FileReader(self._entity, self._read, self._notes, self._columns)
        for index in range(at["file"], len(snapshots)):
            done = at["records"] if index == at["file"] else 0
            for block in reader.read_blocks(snapshots[index], page_records=page_records, skip=done):
                done += block.records
                bad += len(block.bad_lines)
                self._check_bad(snapshots[index].facts, bad, block.bad_lines)
                yield Page(
                    lines=block.lines,
                    frame=block.frame,
                    records=block.records,
                    key_paths=block.key_paths,
                    cursor_key=CURSOR_KEY,
                    # never None, also at the end: a resumed run must recognise the files it read
                    cursor={"set": fingerprint, "file": index, "records": done, "bad": bad},
                    calls=0,
                    missing=block.missing,
                )
            self._files[index] = msgspec.structs.replace(self._files[index], records=done)
        self._columns |= reader.found
        self._is_read = bool(snapshots)

    def _check_bad(self, file: FileFacts, bad: int, bad_lines: tuple[int, ...]) -> None:
        limit = self._read.max_bad_records
        if limit is not None and bad > limit:
            raise FatalSourceError(
                f"File {file.name}: more than max_bad_records, {limit:,}, broken records; the last in line "
                f"{bad_lines[-1]:,}. Nothing was saved."
            )


def _is_same(shot: Snapshot, known: Mapping[str, FileFacts]) -> bool:
    return shot.path is None or shot.facts.sha256 == known[shot.facts.name].sha256
