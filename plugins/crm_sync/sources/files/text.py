"""Where in a file its bytes stop being text; reading text itself is left to the readers."""

from __future__ import annotations

import codecs
from pathlib import Path

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.store import COPY_BYTES


def build_encoding_error(path: Path, name: str, encoding: str) -> FatalSourceError:
    """Say where a file is not in its encoding.

    Args:
        path: the file, which a decoder with this encoding has just failed on.
        name: what messages call it.
        encoding: the codec.
    """
    offset, line = locate_bad_bytes(path, encoding)
    return FatalSourceError(
        f"File {name} is not in its declared encoding {encoding.removesuffix('-sig')}: byte {offset:,} "
        f"(counted from 0), in line {line:,}, can't be decoded. Nothing was saved."
    )


def locate_bad_bytes(path: Path, encoding: str) -> tuple[int, int]:
    """Find the first bytes that are not in an encoding.

    Args:
        path: the file.
        encoding: codec that failed on it.

    Returns:
        Byte offset, 0 for the first, and line, 1 for the first; the file's end when there are no such bytes.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    offset, lines = 0, 1
    with path.open("rb") as file:
        while True:
            block = file.read(COPY_BYTES)
            try:
                lines += decoder.decode(block, final=not block).count("\n")
            except UnicodeDecodeError as error:
                # the decoder puts bytes that it held back before those of this block
                held = len(error.object) - len(block)
                good = error.object[: error.start].decode(encoding, errors="ignore")
                return offset - held + error.start, lines + good.count("\n")
            if not block:
                return offset, lines
            offset += len(block)
