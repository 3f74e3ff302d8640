"""Finds where the bytes of a file stop being text; the readers read the text itself."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.store import COPY_BYTES

_CONTROLS = re.compile(rb"[\x80-\x9f]")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MARKS = (("utf-8", (codecs.BOM_UTF8,)), ("utf-16", _WIDE), ("utf-32", _WIDE))


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


def has_inner_mark(path: Path, encoding: str) -> bool:
    """Tell whether a Unicode file may have a byte order mark that is not its first character."""
    needles = next((marks for start, marks in _MARKS if encoding.startswith(start)), ())
    overlap, offset = b"", 0
    with path.open("rb") as file:
        while needles and (block := file.read(COPY_BYTES)):
            looked = overlap + block
            # at the file's beginning one is fine
            start = 0 if offset else 1
            if any(looked.find(needle, start) >= 0 for needle in needles):
                return True
            overlap, offset = looked[-3:], offset + len(block)
    return False


def describe_charset(path: Path, encoding: str) -> str | None:
    """Say why a file may not be in its single-byte encoding, in which any bytes are some text.

    Args:
        path: the file.
        encoding: the codec that reads it, which counts all the same.

    Returns:
        A sentence, None where there is no doubt.
    """
    if _is_multi_byte(encoding):
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_ascii, is_utf8, has_controls = True, True, False
    with path.open("rb") as file:
        for block in iter(lambda: file.read(COPY_BYTES), b""):
            is_ascii = is_ascii and block.isascii()
            has_controls = has_controls or _CONTROLS.search(block) is not None
            is_utf8 = is_utf8 and _decodes(decoder, block)
            if not is_utf8 and has_controls:
                break
    if is_utf8 and not is_ascii and _decodes(decoder, b"", final=True):
        return (
            f"it was read as {encoding}, as declared, but all of it is good UTF-8 beyond ASCII; if its texts "
            "look wrong, set encoding to utf-8."
        )
    if has_controls and codecs.lookup(encoding).name == "iso8859-1":
        return (
            f"it was read as {encoding}, as declared, and has characters that are control characters there; "
            "if quotes, dashes or euro signs are missing, set encoding to cp1252."
        )
    return None


def _is_multi_byte(encoding: str) -> bool:
    """Tell whether an encoding would refuse most texts of another one by itself."""
    if encoding.startswith(("utf", "ascii")):
        return True
    try:
        return len(bytes(range(128, 256)).decode(encoding, errors="replace")) != 128
    except UnicodeError:
        return True


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final=final)
    except UnicodeDecodeError:
        return False
    return True


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
            except UnicodeError:  # some codecs don't say where
                return offset, lines
            if not block:
                return offset, lines
            offset += len(block)
