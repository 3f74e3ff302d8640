"""Looking at files in one folder: a local one, or one that fsspec reaches; `path_store.py` copies.

Both give names relative to their base and refuse what leaves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from fsspec import AbstractFileSystem

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.clutter import is_clutter
from crm_sync.sources.files.globs import expand
from crm_sync.sources.files.store import FileFacts
from crm_sync.untyped import AnyPath

_GLOB = frozenset("*?[")
_ETAG_KEYS = ("ETag", "etag", "md5Hash", "content_md5")
_VERSION_KEYS = ("VersionId", "version_id", "generation")
_MODIFIED_KEYS = ("LastModified", "last_modified", "updated", "mtime", "modified", "created")


class Folder(Protocol):
    """A base and the files below it; errors are those of the file system."""

    def find(self, pattern: str) -> list[FileFacts]:
        """List the files that a path or glob names; an empty list when there is none."""

    def look(self, name: str) -> FileFacts:
        """Give what is known about one file now, past any cache."""

    def open(self, name: str) -> BinaryIO:
        """Open one file for reading."""


class LocalFolder:
    """A folder of this machine; links are seen through, so that none leads out of it.

    Args:
        base: the folder.
    """

    def __init__(self, base: Path) -> None:
        self._base = base.expanduser().resolve()

    def find(self, pattern: str) -> list[FileFacts]:
        """List files; see `Folder.find`."""
        literal = self._base / pattern
        if literal.is_file():
            return [self.look(pattern)]
        _refuse_folder(pattern, is_folder=literal.is_dir())
        if not is_glob(pattern):
            return []
        return [self.look(name) for name in expand(self._base, pattern)]

    def look(self, name: str) -> FileFacts:
        """Look at one file; see `Folder.look`."""
        stat = self._resolve(name).stat()
        # whole microseconds: two looks at one file must give the same time
        modified_at = datetime.fromtimestamp(stat.st_mtime_ns // 1000 / 1e6, UTC)
        return FileFacts(name, size=stat.st_size, modified_at=modified_at)

    def open(self, name: str) -> BinaryIO:
        """Open one file; see `Folder.open`."""
        return self._resolve(name).open("rb")

    def _resolve(self, name: str) -> Path:
        path = (self._base / name).resolve(strict=True)
        if not path.is_relative_to(self._base):
            raise FatalSourceError(
                f"File {name} is a link that leaves the connection's base; it is not followed."
            )
        return path


class RemoteFolder:
    """A folder behind fsspec: object stores, SFTP, memory.

    Args:
        base: a path object with `fs` and `path`, such as UPath or Airflow's ObjectStoragePath.
    """

    def __init__(self, base: AnyPath) -> None:
        self._fs = _get_file_system(base)
        self._base = str(base.path).rstrip("/") + "/"

    def find(self, pattern: str) -> list[FileFacts]:
        """List files; see `Folder.find`."""
        self._fs.invalidate_cache()
        path = self._base + pattern
        if self._fs.isfile(path):
            return [self.look(pattern)]
        _refuse_folder(pattern, is_folder=self._fs.isdir(path))
        if not is_glob(pattern):
            return []
        # where fsspec walks by itself, it passes over a folder that can't be read, unless it is told not to
        strict = {"on_error": "raise"} if _walks_itself(self._fs) else {}
        found = cast("dict[str, dict[str, Any]]", self._fs.glob(path, detail=True, **strict))
        listed = [self._facts(name, info) for name, info in found.items() if info.get("type") == "file"]
        return [file for file in listed if not is_clutter(file.name)]

    def look(self, name: str) -> FileFacts:
        """Look at one file; see `Folder.look`."""
        self._fs.invalidate_cache()
        path = self._base + name
        return self._facts(path, self._fs.info(path))

    def open(self, name: str) -> BinaryIO:
        """Open one file; see `Folder.open`."""
        return cast("BinaryIO", self._fs.open(self._base + name, "rb"))

    def _facts(self, path: str, info: dict[str, Any]) -> FileFacts:
        # file systems differ in whether a path starts with a slash
        name = path.lstrip("/").removeprefix(self._base.lstrip("/"))
        return FileFacts(
            name,
            size=info.get("size"),
            modified_at=next(_moments(info.get(key) for key in _MODIFIED_KEYS), None),
            etag=_first(info, _ETAG_KEYS),
            version=_first(info, _VERSION_KEYS),
        )


def is_glob(pattern: str) -> bool:
    """Tell whether a path may name several files."""
    return not _GLOB.isdisjoint(pattern)


def _walks_itself(file_system: AbstractFileSystem) -> bool:
    """Tell whether a file system lists with fsspec's own functions, which know `on_error`."""
    kind = type(file_system)
    names = ("glob", "find", "walk")
    return all(getattr(kind, name, None) is getattr(AbstractFileSystem, name) for name in names)


def _get_file_system(base: AnyPath) -> AbstractFileSystem:
    try:
        return base.fs
    except ValueError:
        # Airflow's path only opens schemes that a provider registered; the path inside knows all of fsspec's
        if not hasattr(base, "__wrapped__"):
            raise
        return base.__wrapped__.fs


def _refuse_folder(pattern: str, *, is_folder: bool) -> None:
    if is_folder:
        raise FatalSourceError(
            f"File path '{pattern}' is a folder: expected a file, or a glob like '{pattern}/*.csv'."
        )


def _first(info: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    return next((str(info[key]) for key in keys if info.get(key)), None)


def _moments(values: Iterable[object]) -> Iterator[datetime]:
    for value in values:
        moment = value
        if isinstance(moment, (int, float)):
            moment = datetime.fromtimestamp(moment, UTC)
        elif isinstance(moment, str):
            try:
                moment = datetime.fromisoformat(moment)
            except ValueError:
                continue
        if isinstance(moment, datetime):
            yield moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
