"""A private copy of one file, unpacked and looked at: what is fingerprinted is exactly what is parsed.

The copy also keeps an overwritten file from being half old and half new. Parsing is left to the readers.
"""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from crm_sync.exceptions import FatalSourceError, UnexpectedResponseError
from crm_sync.sources.files.archives import create_file, unpack
from crm_sync.sources.files.store import COPY_BYTES, FileFacts, FileStore

_HEAD_BYTES = 1024
_BYTE_ORDER_MARKS = (
    # UTF-32 before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8"),
)


@dataclass(frozen=True)
class Snapshot:
    """One version of one file."""

    facts: FileFacts
    path: Path | None
    """The unpacked copy; None: the store says the file is as it was, nothing was copied."""


def take_snapshot(
    store: FileStore,
    file: FileFacts,
    folder: Path,
    *,
    known: FileFacts | None,
    max_bytes: int,
    keeps_workbook: bool = False,
) -> Snapshot:
    """Copy a file into a folder, unpacked when it is a gzip, Zstandard, or a zip of one file.

    Args:
        store: where it lies.
        file: one that the store listed.
        folder: temporary, of this run; the caller removes it.
        known: the version read before; None: copy in any case.
        max_bytes: largest size, packed and unpacked.
        keeps_workbook: a workbook of Excel is a file, not an archive.

    Returns:
        The copy and its fingerprint.

    Raises:
        SourceError: the store's errors, a broken archive, no content, an error page, a Git LFS pointer.
    """
    packed = create_file(folder)
    with packed.open("w+b") as target:
        facts = store.copy(file, target, known=known, max_bytes=max_bytes)
        if facts is None:
            return Snapshot(known or file, None)
        target.seek(0)
        digest = hashlib.file_digest(target, "sha256").hexdigest()
    path = unpack(facts, packed, max_bytes, keeps_workbook=keeps_workbook)
    _check_head(facts, path)
    return Snapshot(msgspec.structs.replace(facts, sha256=digest, ends_line=_ends_line(path)), path)


def check_encoding(facts: FileFacts, path: Path, encoding: str) -> str:
    """Give the codec that reads the file, without its byte order mark.

    Raises:
        FatalSourceError: the file begins with the mark of another encoding than the declared one, or a web
            server declared one that Python does not know.
    """
    try:
        name = codecs.lookup(encoding).name
    except LookupError as error:
        raise FatalSourceError(
            f"File {facts.name}: the server's charset {encoding} is unknown; set encoding. Nothing was read."
        ) from error
    with path.open("rb") as file:
        head = file.read(4)
    marked = next((codec for mark, codec in _BYTE_ORDER_MARKS if head.startswith(mark)), None)
    if marked is not None and not name.startswith(marked):
        raise FatalSourceError(
            f"File {facts.name} begins with the byte order mark of {marked.upper()}, but its encoding is "
            f"declared as {encoding}; set encoding to {marked}. Nothing was read."
        )
    if marked is None and name in ("utf-16", "utf-32"):
        raise FatalSourceError(
            f"File {facts.name} has no byte order mark, so {encoding} leaves the order of its bytes open; "
            f"set encoding to {name}-le or {name}-be. Nothing was read."
        )
    # the codecs with a fixed byte order would leave the mark in the first cell
    codec = marked or name
    return "utf-8-sig" if codec == "utf-8" else codec


def _check_head(facts: FileFacts, path: Path) -> None:
    """Refuse files that are not data at all: an empty file, a web page, a pointer to the real file."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    for mark, _ in _BYTE_ORDER_MARKS:
        head = head.removeprefix(mark)
    if not head.strip() and _is_blank(path):
        raise FatalSourceError(f"File {facts.name} is empty, without even a header. Nothing was read.")
    start = head.lstrip()[:15].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise UnexpectedResponseError(
            f"File {facts.name} is a web page, probably an error or login page. Nothing was read."
        )
    if head.startswith(b"version https://git-lfs"):
        raise FatalSourceError(
            f"File {facts.name} is a Git LFS pointer, not the file itself. Nothing was read."
        )


def _is_blank(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        # a file with nothing but a byte order mark is as empty as one without
        return size <= 4 or not any(block.strip() for block in iter(lambda: file.read(COPY_BYTES), b""))


def _ends_line(path: Path) -> bool:
    """Tell whether the last line has its line break, in any encoding."""
    with path.open("rb") as file:
        file.seek(-min(4, file.seek(0, 2)), 2)
        # UTF-16 and UTF-32 fill the character up with zeros
        return file.read().rstrip(b"\0").endswith((b"\n", b"\r"))
