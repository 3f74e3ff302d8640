"""Files of a local folder that a glob names; unlike pathlib's, it never skips unreadable folders."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from crm_sync.exceptions import AuthenticationError, FatalSourceError
from crm_sync.sources.files.clutter import is_clutter

_GLOB = frozenset("*?[")


def expand(base: Path, pattern: str) -> list[str]:
    """Expand a glob as pathlib does: `**` is any number of folders, links to folders not among them.

    Args:
        base: the folder.
        pattern: relative, its parts separated by `/`.

    Returns:
        Names of files below `base`, without what an operating system leaves there.

    Raises:
        AuthenticationError: a folder on the way may not be listed: its files would count as gone.
        FatalSourceError: a link that the glob names leads nowhere.
    """
    parts = [part for part in pattern.split("/") if part not in {"", "."}]
    return [name for name in dict.fromkeys(_walk(base, "", parts)) if not is_clutter(name)]


def _walk(base: Path, folder: str, parts: list[str]) -> Iterator[str]:
    part, rest = parts[0], parts[1:]
    if part == "**":
        yield from _walk(base, folder, rest or ["*"])
        for entry in _list(base, folder):
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(base, f"{folder}{entry.name}/", parts)
    elif _GLOB.isdisjoint(part):
        path = base / folder / part
        if path.is_dir() if rest else path.is_file():
            yield from _walk(base, f"{folder}{part}/", rest) if rest else [folder + part]
    else:
        for entry in _list(base, folder):
            if not fnmatchcase(entry.name, part):
                continue
            if rest and entry.is_dir():
                yield from _walk(base, f"{folder}{entry.name}/", rest)
            elif not rest and _is_file(entry, folder):
                yield folder + entry.name


def _list(base: Path, folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(base / folder) as entries:
            return [entry for entry in entries if not is_clutter(f"{folder}{entry.name}/_")]
    except PermissionError as error:
        raise AuthenticationError(
            f"No right to list folder '{folder or '.'}' below the connection's base; its files would count "
            "as gone."
        ) from error


def _is_file(entry: os.DirEntry[str], folder: str) -> bool:
    if entry.is_file():
        return True
    if entry.is_symlink() and not Path(entry.path).exists() and not is_clutter(entry.name):
        raise FatalSourceError(f"File {folder}{entry.name} is a link to a file that is not there.")
    return False
