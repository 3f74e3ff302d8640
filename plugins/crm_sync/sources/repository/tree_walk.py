"""Finds files of one version of a repository: a path or a glob, folder by folder, links seen through."""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.clutter import is_clutter
from crm_sync.sources.files.folders import is_glob
from crm_sync.sources.repository.calls import Entry, RepositoryCalls

logger = logging.getLogger(__name__)

MAX_FOLDERS = 1_000
"""More folders than this below one glob would use up an hour's requests."""
_MAX_LINKS = 20
"""Links on the way to one file; more lead in a circle."""


class TreeWalk:
    """Looks at folders, each once.

    Args:
        calls: sends the requests.
        head: the version; also the id of the topmost folder.
    """

    def __init__(self, calls: RepositoryCalls, head: str) -> None:
        self._calls = calls
        self._top = Entry("", "", head, "folder")
        self._listed: dict[str, list[Entry]] = {}

    def find(self, pattern: str) -> list[tuple[str, Entry]]:
        """Find the files that a path or glob names.

        Returns:
            By name, the files with their names as the pattern reaches them; for a link it is the file behind.

        Raises:
            FatalSourceError: the path is a folder, a link leads nowhere, a folder is in another repository.
        """
        parts = [part for part in pattern.split("/") if part not in {"", "."}]
        entry = self._look(parts)
        if entry is not None and entry.kind == "file":
            return [("/".join(parts), entry)]
        if entry is not None:
            raise FatalSourceError(
                f"File path '{pattern}' is a folder: expected a file, or a glob like '{pattern}/*.csv'."
            )
        if not is_glob(pattern):
            return []
        found = dict(self._walk(self._top, "", parts))
        return sorted((name, file) for name, file in found.items() if not is_clutter(name))

    def _look(self, parts: Sequence[str], links: int = 0) -> Entry | None:
        """Give what a path without a glob leads to; None: nothing."""
        entry = self._top
        for number, part in enumerate(parts):
            if entry.kind != "folder":
                return None
            inner = next((one for one in self._list(entry) if one.name == part), None)
            if inner is None:
                return None
            followed = self._follow(inner, links)
            if followed is None or (followed.kind == "elsewhere" and number < len(parts) - 1):
                raise _build_error(inner, followed)
            entry = followed
        if entry.kind == "elsewhere":
            raise _build_error(entry, entry)
        return entry

    def _walk(self, folder: Entry, prefix: str, parts: Sequence[str]) -> Iterator[tuple[str, Entry]]:
        part, rest = parts[0], parts[1:]
        if part == "**":
            yield from self._walk(folder, prefix, rest or ["*"])
            for entry in self._list(folder):
                if entry.kind == "folder" and not is_clutter(f"{prefix}{entry.name}/_"):
                    yield from self._walk(entry, f"{prefix}{entry.name}/", parts)
                elif entry.kind == "elsewhere":
                    logger.warning("Folder %s belongs to another repository; it is not read.", entry.path)
            return
        for entry in self._list(folder):
            name = prefix + entry.name
            is_meant = fnmatchcase(entry.name, part) if is_glob(part) else entry.name == part
            if not is_meant or is_clutter(f"{name}/_" if rest else name):
                continue
            target = self._follow(entry, 0)
            if target is None or (rest and target.kind == "elsewhere"):
                raise _build_error(entry, target)
            if rest and target.kind == "folder":
                yield from self._walk(target, f"{name}/", rest)
            elif not rest and target.kind == "file":
                yield name, target

    def _list(self, folder: Entry) -> list[Entry]:
        # by path: two folders of the same content have one id
        if folder.path not in self._listed:
            if len(self._listed) >= MAX_FOLDERS:
                raise FatalSourceError(
                    f"The glob leads through more than {MAX_FOLDERS:,} folders: expected a narrower one."
                )
            prefix = f"{folder.path}/" if folder.path else ""
            self._listed[folder.path] = self._calls.send_tree(folder.id, prefix)
        return self._listed[folder.path]

    def _follow(self, entry: Entry, links: int) -> Entry | None:
        """Give the entry itself, or for a link what it leads to; None: nothing is there."""
        if entry.kind != "link":
            return entry
        if links >= _MAX_LINKS:
            raise FatalSourceError(f"File {entry.path} is a link that leads in a circle.")
        target = self._calls.send_link(entry)
        path = posixpath.normpath(posixpath.join(posixpath.dirname(entry.path), target))
        if path.startswith("/") or path.split("/")[0] == "..":
            raise FatalSourceError(
                f"File {entry.path} is a link that leaves the repository; it is not followed."
            )
        return self._look([part for part in path.split("/") if part != "."], links + 1)


def _build_error(entry: Entry, target: Entry | None) -> FatalSourceError:
    if target is None:
        return FatalSourceError(f"File {entry.path} is a link to a file that is not there.")
    return FatalSourceError(
        f"Folder {target.path} is a submodule: its files are in another repository, and are not read."
    )
