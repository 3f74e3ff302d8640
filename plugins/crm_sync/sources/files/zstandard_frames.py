"""Zstandard to bytes, frame by frame: a frame without its end is an error, which the package lets pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from crm_sync.sources.files.extra_packages import load_package
from crm_sync.sources.files.store import FileFacts
from crm_sync.untyped import ExtraModule

_FRAME = b"\x28\xb5\x2f\xfd"
_SKIPPABLE = b"\x2a\x4d\x18"
"""Behind a byte from 50 to 5f (hexadecimal): a frame without data, which parallel writers begin with."""
_PIECE_BYTES = 1024
"""Fed at a time: a block of 4 bytes can become 128 KiB, so that this is at most 32 MiB in memory."""


def is_zstandard(magic: bytes) -> bool:
    """Tell by a file's first 4 bytes whether it is packed with Zstandard."""
    return magic == _FRAME or (magic[1:] == _SKIPPABLE and magic[:1] in bytes(range(0x50, 0x60)))


@contextmanager
def open_zstandard(facts: FileFacts, packed: Path) -> Iterator[ZstandardStream]:
    """Open a file of one or more frames.

    Raises:
        FatalSourceError: the package is not installed.
    """
    package = load_package("zstandard", facts.name, "packed with Zstandard")
    with packed.open("rb") as file:
        yield ZstandardStream(file, package)


class ZstandardStream:
    """Gives the unpacked bytes in pieces.

    Args:
        file: the packed bytes, from their beginning.
        package: `zstandard`.
    """

    def __init__(self, file: BinaryIO, package: ExtraModule) -> None:
        self._file, self._package = file, package
        self._frame: ExtraModule = None
        self._rest = b""

    def read(self, _size: int) -> bytes:
        """Give some bytes, whatever number is asked for; none at the end of the last frame.

        Raises:
            EOFError: the last frame has no end.
            RuntimeError: a frame is broken, or something else follows it.
        """
        while True:
            piece = self._rest or self._file.read(_PIECE_BYTES)
            if not piece:
                if self._frame is not None:
                    raise EOFError("it ends inside of a Zstandard frame")
                return b""
            if self._frame is None:
                self._frame = self._package.ZstdDecompressor().decompressobj()
            try:
                found: bytes = self._frame.decompress(piece)
            except self._package.ZstdError as error:
                raise RuntimeError(str(error)) from error
            self._rest = self._frame.unused_data if self._frame.eof else b""
            self._frame = None if self._frame.eof else self._frame
            if found:
                return found
