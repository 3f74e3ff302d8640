"""Files, folders and commits of a repository, with the ids that Git gives them.

Source: git-scm.com, "Git Internals: Git Objects" and `git help ls-tree`, read 2026-11-30.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

FILE, PROGRAM, LINK, SUBMODULE, FOLDER = "100644", "100755", "120000", "160000", "040000"
_TYPES = {FOLDER: "tree", SUBMODULE: "commit"}


@dataclass(frozen=True)
class Item:
    """A file, a link (its content is the path) or a submodule (its content is a commit elsewhere)."""

    mode: str
    content: bytes

    @cached_property
    def sha(self) -> str:
        """The id of the content."""
        return self.content.decode() if self.mode == SUBMODULE else hash_object("blob", self.content)


@dataclass(frozen=True)
class TreeEntry:
    """One line of a folder."""

    name: str
    mode: str
    sha: str
    size: int | None = None

    @property
    def type(self) -> str:
        """Git's word for it."""
        return _TYPES.get(self.mode, "blob")


@dataclass(frozen=True)
class Commit:
    """One version of all files."""

    sha: str
    items: Mapping[str, Item]
    """By path."""
    at_ms: int
    message: str
    parents: tuple[str, ...]
    root: str
    """Id of the topmost folder."""
    trees: Mapping[str, tuple[TreeEntry, ...]] = field(repr=False)
    """The entries of each folder, by path; the topmost one has none."""


def hash_object(kind: Literal["blob", "tree", "commit"], content: bytes) -> str:
    """Give the id of an object."""
    head = f"{kind} {len(content)}\0".encode()
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()


def build_commit(items: Mapping[str, Item], *, at_ms: int, message: str, parents: tuple[str, ...]) -> Commit:
    """Make a commit of all files.

    Args:
        items: by path.
        at_ms: when it was made.
        message: of it.
        parents: ids of the commits before.
    """
    folders: dict[str, dict[str, Item]] = {"": {}}
    for path, item in items.items():
        parts = path.split("/")
        for depth in range(len(parts)):
            folders.setdefault("/".join(parts[:depth]), {})
        folders["/".join(parts[:-1])][parts[-1]] = item
    trees: dict[str, tuple[TreeEntry, ...]] = {}
    shas: dict[str, str] = {}
    for folder in sorted(folders, key=lambda path: path.count("/") + bool(path), reverse=True):
        entries = [
            TreeEntry(name, item.mode, item.sha, _find_size(item)) for name, item in folders[folder].items()
        ]
        prefix = f"{folder}/" if folder else ""
        inner = [path for path in trees if path.startswith(prefix) and "/" not in path[len(prefix) :]]
        entries += [TreeEntry(path[len(prefix) :], FOLDER, shas[path]) for path in inner if path != folder]
        # Git sorts a folder as if its name ended in a slash
        entries.sort(key=lambda entry: f"{entry.name}{'/' * (entry.mode == FOLDER)}".encode())
        trees[folder] = tuple(entries)
        lines = (
            f"{entry.mode.lstrip('0')} {entry.name}\0".encode() + bytes.fromhex(entry.sha)
            for entry in entries
        )
        shas[folder] = hash_object("tree", b"".join(lines))
    who = f"Made Up <made.up@example.com> {at_ms // 1000} +0000"
    text = [f"tree {shas['']}", *(f"parent {one}" for one in parents), f"author {who}", f"committer {who}"]
    sha = hash_object("commit", "\n".join([*text, "", message]).encode())
    return Commit(sha, dict(items), at_ms, message, parents, shas[""], trees)


def _find_size(item: Item) -> int | None:
    return None if item.mode == SUBMODULE else len(item.content)
