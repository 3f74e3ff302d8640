"""Files of one version of a repository as a store; what follows from an unchanged version is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

import msgspec

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.store import MAX_FILES, FileFacts, FileStore, check_relative, check_size
from crm_sync.sources.repository.calls import Entry, Head, RepositoryCalls
from crm_sync.sources.repository.tree_walk import TreeWalk


class RepositoryStore(FileStore):
    """Files of a repository; its version is found when files are listed, and holds for all that follows.

    Args:
        calls: sends the requests.
    """

    def __init__(self, calls: RepositoryCalls) -> None:
        self._calls = calls
        self._known_head: Head | None = None
        self._known: Mapping[str, FileFacts] = {}
        self._entries: dict[str, Entry] = {}
        self.head = Head("")
        """The version that was listed."""

    def recall(self, known: Mapping[str, FileFacts], head: Mapping[str, Any]) -> None:
        """Take what the previous run of the same configuration read.

        Args:
            known: its files by name; empty: whatever is there has to be read.
            head: what `describe` gave; anything else counts as nothing.
        """
        version, etag = head.get("version"), head.get("etag")
        is_whole = bool(known) and isinstance(version, str) and isinstance(etag, str)
        self._known_head = Head(str(version), str(etag)) if is_whole else None
        self._known = known

    def describe(self) -> dict[str, Any]:
        """Give the version and its ETag for the next run."""
        facts = {"version": self.head.version, "etag": self.head.etag}
        return {name: value for name, value in facts.items() if value}

    def list(self, pattern: str) -> list[FileFacts]:
        """Find the version and list its files; see `FileStore.list`.

        In a version that the previous run read they are what that run knows: not even a folder is asked for.
        """
        check_relative(pattern)
        head = self._calls.send_head(self._known_head)
        if head is None:
            self.head = self._known_head or self.head
            return list(self._known.values())
        self.head = head
        found = TreeWalk(self._calls, head.version).find(pattern)
        if not found:
            raise FatalSourceError(
                f"No file '{pattern}' in version {head.version[:12]} of the repository; nothing was read."
            )
        if len(found) > MAX_FILES:
            raise FatalSourceError(
                f"Glob '{pattern}' names {len(found):,} files: expected at most {MAX_FILES:,}."
            )
        self._entries = dict(found)
        return [FileFacts(name, size=entry.size, version=entry.id) for name, entry in found]

    def copy(
        self, file: FileFacts, target: BinaryIO, *, known: FileFacts | None, max_bytes: int
    ) -> FileFacts | None:
        """Copy one file, unless its id is that of the known one; see `FileStore.copy`."""
        if known is not None and file.version is not None and file.version == known.version:
            return None
        check_size(file, file.size or 0, max_bytes)
        body = self._calls.send_file(self._entries[file.name], self.head.version)
        check_size(file, len(body), max_bytes)
        target.write(body)
        return msgspec.structs.replace(file, size=len(body))

    def try_open(self, file: FileFacts) -> None:
        """Do nothing: who may list a folder may read what is in it."""
