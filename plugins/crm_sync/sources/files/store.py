"""The interface of a file store: it lists files and copies one; each store has its own transport.

Names are relative to the connection's base and written with `/`; a store refuses a name that leads out of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, BinaryIO, Protocol

import msgspec

from crm_sync.exceptions import FatalSourceError

COPY_BYTES = 1 << 20
"""Bytes copied at a time."""
MAX_FILES = 10_000
"""More files than this in one entity is a wrong glob; their fingerprints would not fit sync_history."""


class FileFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """The known facts about one version of a file; sync_history keeps them for the next run."""

    name: str
    """Relative to the connection's base, so that no host, key or token is in it."""
    size: int | None = None
    """Bytes as they lie in the store, before unpacking."""
    modified_at: datetime | None = None
    etag: str | None = None
    """With its quotes and `W/` prefix, as HTTP wants it back."""
    version: str | None = None
    """Version id or generation of an object store."""
    last_modified: str | None = None
    """The HTTP header, letter by letter, as HTTP wants it back."""
    charset: str | None = None
    """What the HTTP answer said about its text."""
    sha256: str | None = None
    records: int | None = None
    ends_line: bool | None = None
    """Whether its last line has a line break."""
    is_length_told: bool = True
    """False: only the closed connection said that the file was over."""

    def to_json(self) -> dict[str, Any]:
        """Give the facts as JSON values, without those that are not known."""
        values: dict[str, Any] = msgspec.to_builtins(self)
        return values


class FileStore(Protocol):
    """A folder, a bucket or a web server."""

    def list(self, pattern: str) -> list[FileFacts]:
        """List the files that a relative path or glob names.

        Returns:
            Files in the order in which they are read: oldest first, then by name. A web server can't be
            listed: it gives the name alone, whether or not there is such a file.

        Raises:
            FatalSourceError: the pattern leads out of the base, or names no file.
        """

    def copy(
        self, file: FileFacts, target: BinaryIO, *, known: FileFacts | None, max_bytes: int
    ) -> FileFacts | None:
        """Copy one file as it is.

        Args:
            file: one that `list` gave.
            target: where its bytes go; written from its current position.
            known: the version read before; None: copy in any case.
            max_bytes: a longer file is an error.

        Returns:
            What is known about the version that was copied; None when the store says it still is `known`.

        Raises:
            TransientSourceError: the store can't be reached, or the file changed while it was copied.
            FatalSourceError: no such file, no right to read it, or longer than `max_bytes`.
        """

    def try_open(self, file: FileFacts) -> None:
        """Open one file that `list` gave and close it again, without reading what is in it.

        Raises:
            TransientSourceError: the store can't be reached.
            FatalSourceError: no such file, or no right to read it.
        """


def check_relative(pattern: str) -> str:
    """Give a path or glob back when it can't lead out of the base.

    Raises:
        FatalSourceError: it is absolute, a URL, or has a `..` in it.
    """
    parts = pattern.replace("\\", "/").split("/")
    if not pattern.strip() or "\0" in pattern:
        raise FatalSourceError(f"File path {pattern!r}: expected a path below the connection's base.")
    if ".." in parts or parts[0] in {"", "~"} or ":" in parts[0]:
        raise FatalSourceError(
            f"File path '{pattern}' leads out of the connection's base: expected a relative one without '..'."
        )
    return pattern


def check_size(file: FileFacts, size: int, max_bytes: int) -> None:
    """Stop a copy that grows beyond what the entity allows.

    Raises:
        FatalSourceError: `size` is above `max_bytes`.
    """
    if size > max_bytes:
        raise FatalSourceError(
            f"File {file.name} is larger than max_bytes, {max_bytes:,} bytes; nothing was read."
        )
