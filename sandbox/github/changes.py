"""Changes of the repository, each of them a commit; the operations that the command line and tests name."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.frame import changes
from sandbox.frame.changes import Command
from sandbox.github.config import GithubConfig
from sandbox.github.git_objects import FILE, LINK, Item
from sandbox.github.store import Row, Store, write_rows


def _commit(store: Store, command: Command, files: Mapping[str, Item | None]) -> dict[str, Any]:
    branch = command.get("branch") or store.branch
    message = command.get("message") or command["op"]
    return {"commit": store.commit(files, at_ms=command["at_ms"], message=message, branch=branch)}


def _write(store: Store, _config: GithubConfig, command: Command) -> dict[str, Any]:
    content = base64.b64decode(command["content"])
    return _commit(store, command, {command["path"]: Item(command.get("mode", FILE), content)})


def _delete(store: Store, _config: GithubConfig, command: Command) -> dict[str, Any]:
    return _commit(store, command, {command["path"]: None})


def _edit_rows(store: Store, _config: GithubConfig, command: Command) -> dict[str, Any]:
    """By ZIP code: new values of cells, or None for a row that goes; a new ZIP code comes last."""
    rows = {row["zipcode"]: row for row in store.read_rows()}
    header = store.read_header()
    for key, values in command["rows"].items():
        if values is None:
            del rows[key]
        else:
            rows[key] = {**rows.get(key, {"zipcode": key}), **values}
            header += [name for name in values if name not in header]
    return _commit(store, command, {store.file: Item(FILE, write_rows(list(rows.values()), header))})


def _tag(store: Store, _config: GithubConfig, command: Command) -> dict[str, Any]:
    commit = store.find(command.get("at"))
    if commit is None:
        message = f"no commit {command.get('at')!r}"
        raise ValueError(message)
    store.refs[command["ref"]] = commit.sha
    return {"commit": commit.sha}


_OPERATIONS = {"write": _write, "delete": _delete, "edit_rows": _edit_rows, "tag": _tag}


class Changes(changes.Changes[Store, GithubConfig]):
    """Makes commits; each may be made from any thread while the fake answers."""

    operations = _OPERATIONS

    def write(self, path: str, content: bytes, **more: Any) -> str:
        """Write a file; `branch` and `mode` where they are not the usual ones. Gives the commit."""
        text = base64.b64encode(content).decode()
        return str(self.do("write", path=path, content=text, **more)["commit"])

    def link(self, path: str, target: str) -> str:
        """Write a link."""
        return self.write(path, target.encode(), mode=LINK)

    def delete(self, path: str) -> str:
        """Delete a file."""
        return str(self.do("delete", path=path)["commit"])

    def edit_rows(self, rows: Mapping[str, Row | None]) -> str:
        """Change, add and delete rows of the file with ZIP codes."""
        return str(self.do("edit_rows", rows=dict(rows))["commit"])

    def delete_rows(self, keys: Iterable[str]) -> str:
        """Delete rows of the file with ZIP codes."""
        return self.edit_rows(dict.fromkeys(keys))

    def tag(self, ref: str, at: str | None = None) -> str:
        """Let a `heads/<branch>` or `tags/<tag>` point to a commit."""
        return str(self.do("tag", ref=ref, at=at)["commit"])
