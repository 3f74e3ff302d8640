"""The requests for a repository: its version, one folder, the bytes of one file, the path in a link."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from crm_sync.config.rest_files import HEAD, ID, PATH, BytesCall, EntryKind, RepositoryCall, RestFilesRead
from crm_sync.config.slots import find_slots
from crm_sync.exceptions import ConfigError, FatalSourceError
from crm_sync.rest.client import RestClient
from crm_sync.rest.errors import find_in
from crm_sync.rest.messages import Answer, Request, ShapeCheck, describe_value, expect_list_at, find_list
from crm_sync.sources.rest.slots import SlotValues
from crm_sync.untyped import Json

_NOT_MODIFIED = 304
_SHOWN_CHARS = 12


@dataclass(frozen=True)
class Head:
    """One version of the whole repository."""

    version: str
    etag: str | None = None
    """Of the answer that named it, with its quotes; None: it had none."""


@dataclass(frozen=True)
class Entry:
    """A file, a folder, or what else is in a folder."""

    path: str
    """In the repository."""
    name: str
    """In its folder."""
    id: str
    """Changes with the content."""
    kind: EntryKind
    size: int | None = None
    """Bytes; None: not known."""


@dataclass(frozen=True)
class RepositoryCalls:
    """Sends the requests of one repository.

    Args:
        client: of the account.
        read: the words for them; its `slots` are filled.
        paths: pieces of paths by placeholder.
    """

    client: RestClient
    read: RestFilesRead
    paths: Mapping[str, str] = field(default_factory=dict)

    def send_head(self, known: Head | None) -> Head | None:
        """Ask for the version; None: the source says that it is still `known`."""
        call = self.read.head
        etag = known.etag if known is not None else None
        headers = {"If-None-Match": etag} if etag else {}

        def check(data: Json) -> str | None:
            found = find_in(data, call.version_path)
            is_text = isinstance(found, str) and found != ""
            return None if is_text else f"has {describe_value(found)} at '{call.version_path}', not a version"

        request = self._build(call, {}, headers=headers, accepts=frozenset({_NOT_MODIFIED} if etag else ()))
        answer = self.client.send(_with_check(request, check))
        if answer.status == _NOT_MODIFIED:
            return None
        return Head(str(find_in(answer.data, call.version_path)), answer.headers.get("ETag"))

    def send_tree(self, folder_id: str, folder: str) -> list[Entry]:
        """Ask for the entries of a folder.

        Args:
            folder_id: its id.
            folder: its path with a slash at the end; empty: the topmost one.

        Raises:
            FatalSourceError: the source can't list it whole.
        """
        words = self.read.tree
        check = expect_list_at(words.entries_path)

        def check_all(data: Json) -> str | None:
            rows = find_list(data, (words.entries_path,))
            if rows is None:
                return check(data)
            return next(filter(None, (self._find_fault(row) for row in rows)), None)

        request = _with_check(self._build(words, {ID: folder_id}), check_all)
        data = self.client.send(request).data
        rows = find_list(data, (words.entries_path,)) or []
        if words.cut_path and find_in(data, words.cut_path) not in (None, False):
            raise FatalSourceError(
                f"Folder '{folder or '.'}' has more entries than the source can list, {len(rows):,} came: "
                "move some into folders of their own. Nothing was read."
            )
        return [self._read_entry(row, folder) for row in rows]

    def send_file(self, entry: Entry, head: str) -> bytes:
        """Ask for the bytes of a file as they are in one version."""
        return self._send_bytes(self.read.file, {PATH: entry.path, HEAD: head, ID: entry.id}, entry)

    def send_link(self, entry: Entry) -> str:
        """Ask for the path that a link holds."""
        body = self._send_bytes(self.read.link, {ID: entry.id}, entry)
        return body.decode("utf-8", errors="surrogateescape")

    def _find_fault(self, row: Json) -> str | None:
        words = self.read.tree
        for path in (words.name_path, words.id_path, words.kind_path):
            found = find_in(row, path)
            if not isinstance(found, str) or not found:
                return f"has an entry with {describe_value(found)} at '{path}', expected a text"
        kind = str(find_in(row, words.kind_path))
        return None if self._find_kind(kind) else f"has an entry of the unknown kind '{kind[:40]}'"

    def _find_kind(self, said: str) -> EntryKind | None:
        return next((kind for kind, words in self.read.tree.kinds.items() if said in words), None)

    def _read_entry(self, row: Json, folder: str) -> Entry:
        words = self.read.tree
        name = str(find_in(row, words.name_path))
        kind = self._find_kind(str(find_in(row, words.kind_path)))
        size = find_in(row, words.size_path) if words.size_path else None
        return Entry(
            path=folder + name,
            name=name,
            id=str(find_in(row, words.id_path)),
            kind=kind or "elsewhere",
            size=size if isinstance(size, int) else None,
        )

    def _send_bytes(self, call: BytesCall, values: Mapping[str, str], entry: Entry) -> bytes:
        def read(answer: Answer) -> bytes:
            if call.checksum == "git_blob" and _hash_blob(answer.body) != entry.id:
                told = f" of {entry.size:,} bytes" if entry.size is not None else ""
                raise ValueError(f"is not the version {entry.id[:_SHOWN_CHARS]}{told} that its folder lists")
            return answer.body

        body: bytes = self.client.send(self._build(call, values, read=read)).data
        return body

    def _build(self, call: RepositoryCall, values: Mapping[str, str], **more: Any) -> Request:
        plain = {**self.read.slots, **values}
        encoded = {name: _encode(text, is_path=name == PATH) for name, text in plain.items()}
        path = SlotValues({**encoded, **self.paths}).fill_text(call.path)
        if path is None:
            lacking = sorted(slot.name for _, slot in find_slots(call.path) if slot.name not in plain)
            expected = "a value, since the addresses of the repository need it"
            raise ConfigError(f"connection {self.client.connection_id}", f"extra.{lacking[0]}", expected)
        filled = SlotValues(plain)
        headers = {**filled.fill_texts(call.headers), **more.pop("headers", {})}
        params = filled.fill_texts(call.params)
        return Request("GET", path, params, rate_classes=(self.read.rate_class,), headers=headers, **more)


def _with_check(request: Request, check: ShapeCheck) -> Request:
    return replace(request, check=check)


def _encode(text: str, *, is_path: bool) -> str:
    """Encode a text for an address: a file's path segment by segment, anything else as one segment."""
    return quote(text, safe="/" if is_path else "")


def _hash_blob(content: bytes) -> str:
    """Give the id that Git gives to a file's bytes. Source: git-scm.com, "Git Objects", read 2026-11-30."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
