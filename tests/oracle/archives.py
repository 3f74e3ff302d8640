"""Packed files to their bytes."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib

import zstandard

_CLUTTER = ("__MACOSX/", ".DS_Store", "Thumbs.db")


class FileError(Exception):
    """The file can't be read as what the YAML calls it."""


def unpack(content: bytes) -> bytes:
    """Unpack a gzip or Zstandard file or a zip of one file, told by its first bytes."""
    try:
        if content[:2] == b"\x1f\x8b":
            return gzip.decompress(content)
        if content[:4] == b"\x28\xb5\x2f\xfd" or content[1:4] == b"\x2a\x4d\x18":
            return _unpack_frames(content)
        if content[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                names = [one for one in archive.namelist() if not _is_clutter(one)]
                if len(names) != 1:
                    raise FileError(f"a zip of {len(names)} files")
                return archive.read(names[0])
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise FileError(f"a broken archive: {error}") from error
    return content


def _unpack_frames(content: bytes) -> bytes:
    found = b""
    while content:
        frame = zstandard.ZstdDecompressor().decompressobj()
        try:
            found += frame.decompress(content)
        except zstandard.ZstdError as error:
            raise FileError(f"a broken frame: {error}") from error
        if not frame.eof:
            raise FileError("a frame without its end")
        content = frame.unused_data
    return found


def _is_clutter(name: str) -> bool:
    parts = name.split("/")
    return (
        name.endswith("/") or name.startswith("__MACOSX/") or parts[-1] in _CLUTTER or parts[-1][:2] == "._"
    )
