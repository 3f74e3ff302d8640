"""Unpacks a copied file that is a gzip, or a zip of one file; a cut or broken archive is an error."""

from __future__ import annotations

import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.clutter import is_clutter
from crm_sync.sources.files.store import COPY_BYTES, FileFacts, check_size

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"


def create_file(folder: Path) -> Path:
    """Make an empty file with a unique name."""
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        return Path(file.name)


def unpack(facts: FileFacts, packed: Path, max_bytes: int) -> Path:
    """Unpack a file, or return it if it is not an archive.

    Both kinds are read to their end, where they have length and check sum, so a cut one can't pass.

    Raises:
        FatalSourceError: the archive is broken, too large, or does not hold exactly one file.
    """
    with packed.open("rb") as file:
        magic = file.read(4)
    if not magic.startswith((_GZIP, _ZIP)):
        return packed
    path = create_file(packed.parent)
    try:
        opened = _open_gzip(packed) if magic.startswith(_GZIP) else _open_zip(facts, packed)
        with opened as stream, path.open("wb") as target:
            _copy(facts, stream, target, max_bytes)
    except (OSError, EOFError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        raise FatalSourceError(f"File {facts.name} can't be unpacked: {error}. Nothing was read.") from error
    packed.unlink()
    return path


@contextmanager
def _open_gzip(packed: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    with gzip.open(packed, "rb") as stream:
        yield stream


@contextmanager
def _open_zip(facts: FileFacts, packed: Path) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(packed) as archive:
        entries = [info for info in archive.infolist() if not info.is_dir()]
        if any(info.filename == "[Content_Types].xml" for info in entries):
            raise FatalSourceError(
                f"File {facts.name} is a spreadsheet (.xlsx): export it as CSV. Nothing was read."
            )
        users = [info for info in entries if not is_clutter(info.filename)]
        if len(users) != 1:
            raise FatalSourceError(
                f"File {facts.name} is a zip of {len(users)} files: expected exactly one. Nothing was read."
            )
        with archive.open(users[0]) as stream:
            yield stream


def _copy(facts: FileFacts, stream: IO[bytes] | gzip.GzipFile, target: BinaryIO, max_bytes: int) -> None:
    size = 0
    while block := stream.read(COPY_BYTES):
        size += len(block)
        check_size(facts, size, max_bytes)
        target.write(block)
