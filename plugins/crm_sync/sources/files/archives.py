"""Unpacks a copied file that is a gzip, Zstandard, or a zip of one file; a cut or broken one is an error."""

from __future__ import annotations

import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, BinaryIO, Protocol

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.clutter import is_clutter
from crm_sync.sources.files.store import COPY_BYTES, FileFacts, check_size
from crm_sync.sources.files.zstandard_frames import is_zstandard, open_zstandard

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_WORKBOOK_PART = "[Content_Types].xml"
"""In every workbook, and in no archive that a user makes."""


class Readable(Protocol):
    """A stream of unpacked bytes."""

    def read(self, size: int, /) -> bytes:
        """Give the next bytes; none at the end."""


def create_file(folder: Path) -> Path:
    """Make an empty file with a unique name."""
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        return Path(file.name)


def unpack(facts: FileFacts, packed: Path, max_bytes: int, *, keeps_workbook: bool = False) -> Path:
    """Unpack a file, or return it if it is not an archive.

    All kinds are read to their end, where they have length or check sum, so a cut one can't pass.

    Args:
        facts: of the file.
        packed: where it lies.
        max_bytes: largest size unpacked.
        keeps_workbook: a workbook, which is a zip as well, is returned as it is.

    Raises:
        FatalSourceError: the archive is broken, too large, or does not hold exactly one file.
    """
    with packed.open("rb") as file:
        magic = file.read(4)
    if not (magic.startswith((_GZIP, _ZIP)) or is_zstandard(magic)):
        return packed
    if keeps_workbook and is_workbook(packed):
        return packed
    path = create_file(packed.parent)
    try:
        with _open(facts, packed, magic) as stream, path.open("wb") as target:
            _copy(facts, stream, target, max_bytes)
    except (OSError, EOFError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        raise FatalSourceError(f"File {facts.name} can't be unpacked: {error}. Nothing was read.") from error
    packed.unlink()
    return path


def is_workbook(path: Path) -> bool:
    """Tell whether a file is a workbook of Excel (.xlsx); a zip that can't be opened is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _WORKBOOK_PART in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def _open(facts: FileFacts, packed: Path, magic: bytes) -> AbstractContextManager[Readable]:
    if magic.startswith(_GZIP):
        return _open_gzip(packed)
    return _open_zip(facts, packed) if magic.startswith(_ZIP) else open_zstandard(facts, packed)


@contextmanager
def _open_gzip(packed: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    with gzip.open(packed, "rb") as stream:
        yield stream


@contextmanager
def _open_zip(facts: FileFacts, packed: Path) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(packed) as archive:
        entries = [info for info in archive.infolist() if not info.is_dir()]
        if any(info.filename == _WORKBOOK_PART for info in entries):
            raise FatalSourceError(
                f"File {facts.name} is a spreadsheet (.xlsx): set format: xlsx, or export it as CSV. "
                "Nothing was read."
            )
        users = [info for info in entries if not is_clutter(info.filename)]
        if len(users) != 1:
            raise FatalSourceError(
                f"File {facts.name} is a zip of {len(users)} files: expected exactly one. Nothing was read."
            )
        with archive.open(users[0]) as stream:
            yield stream


def _copy(facts: FileFacts, stream: Readable, target: BinaryIO, max_bytes: int) -> None:
    size = 0
    while block := stream.read(COPY_BYTES):
        size += len(block)
        check_size(facts, size, max_bytes)
        target.write(block)
