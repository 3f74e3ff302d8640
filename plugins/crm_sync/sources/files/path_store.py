"""Files below a folder or an fsspec URL, given as a path object; web servers are in `http_store.py`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from crm_sync.exceptions import AuthenticationError, FatalSourceError, SourceUnavailableError
from crm_sync.sources.files.folders import Folder, LocalFolder, RemoteFolder
from crm_sync.sources.files.store import COPY_BYTES, MAX_FILES, FileFacts, check_relative, check_size
from crm_sync.untyped import AnyPath

_LOCAL = frozenset({"", "file", "local"})
_EPOCH = datetime.min.replace(tzinfo=UTC)


class PathStore:
    """Files below one base.

    Args:
        base: a pathlib.Path, or an object with its interface such as UPath or Airflow's ObjectStoragePath. A
            `file://` one is read as a local folder, where links can be seen through.
    """

    def __init__(self, base: AnyPath) -> None:
        is_local = isinstance(base, Path) or str(getattr(base, "protocol", "")) in _LOCAL
        self._folder: Folder = (
            LocalFolder(Path(str(getattr(base, "path", base)))) if is_local else RemoteFolder(base)
        )

    def list(self, pattern: str) -> list[FileFacts]:
        """List the files of a path or glob; see `FileStore.list`."""
        check_relative(pattern)
        with _translated(pattern):
            found = self._folder.find(pattern)
        if not found:
            raise FatalSourceError(f"No file '{pattern}' below the connection's base; nothing was read.")
        if len(found) > MAX_FILES:
            raise FatalSourceError(
                f"Glob '{pattern}' names {len(found):,} files: expected at most {MAX_FILES:,}."
            )
        return sorted(found, key=lambda file: (file.modified_at or _EPOCH, file.name))

    def copy(
        self, file: FileFacts, target: BinaryIO, *, known: FileFacts | None, max_bytes: int
    ) -> FileFacts | None:
        """Copy one file; see `FileStore.copy`.

        An object store's word (strong ETag, version) is believed without reading. A local folder has none, so
        its files are always read: size and time also survive a copy of another content.
        """
        if known is not None and _is_same_object(file, known):
            return None
        check_size(file, file.size or 0, max_bytes)
        size = 0
        with _translated(file.name):
            before = self._folder.look(file.name)
            if (before.size or 0) < (file.size or 0):
                raise SourceUnavailableError(
                    f"File {file.name} has become shorter since it was listed, so it is still being written."
                )
            with self._folder.open(file.name) as stream:
                while block := stream.read(COPY_BYTES):
                    size += len(block)
                    check_size(file, size, max_bytes)
                    target.write(block)
            after = self._folder.look(file.name)
        if before != after or after.size not in {None, size}:
            raise SourceUnavailableError(
                f"File {file.name} changed while it was read; it has to be read again."
            )
        return after

    def try_open(self, file: FileFacts) -> None:
        """Open one file and close it again; see `FileStore.try_open`."""
        with _translated(file.name), self._folder.open(file.name):
            pass


def _is_same_object(file: FileFacts, known: FileFacts) -> bool:
    # a weak ETag promises the same meaning, not the same bytes
    is_strong = file.etag is not None and not file.etag.startswith("W/")
    has_word = is_strong or file.version is not None
    return has_word and (file.size, file.etag, file.version) == (known.size, known.etag, known.version)


@contextmanager
def _translated(name: str) -> Iterator[None]:
    """Turn the file system's errors into ours; their own texts may hold a base path or a key."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FatalSourceError(f"No file '{name}' below the connection's base; nothing was read.") from error
    except PermissionError as error:
        raise AuthenticationError(f"No right to read '{name}' below the connection's base.") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceUnavailableError(f"File '{name}' can't be read now: {reason}.") from error
