"""Lines of a raw chunk that wait to be written together.

They need not be in the file before the manifest counts them, and each call of the system lets another thread
have Python's lock: the thread that stores pages would wait for it once a call.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from crm_sync.exceptions import StorageError
from crm_sync.storage.manifest import RawChunk

_MOST_BYTES = 1 << 20


@dataclass
class WaitingLines:
    """Lines at the end of one chunk whose `bytes` counts them already.

    Args:
        chunk: theirs; None while nothing waits.
        lines: NDJSON, in pieces.
        size: their bytes.
    """

    chunk: RawChunk | None = None
    lines: list[bytes] = field(default_factory=list)
    size: int = 0

    def has_room(self, chunk: RawChunk, lines: bytes) -> bool:
        """Say whether more lines can wait with these; a page alone may be longer than the limit."""
        is_same = self.chunk is chunk and self.size + len(lines) <= _MOST_BYTES
        return self.chunk is None or is_same

    def add(self, chunk: RawChunk, lines: bytes) -> None:
        """Let lines wait and count them in their chunk."""
        self.chunk = chunk
        self.lines.append(lines)
        self.size += len(lines)
        chunk.bytes += len(lines)

    def join(self) -> bytes:
        """Give the lines in one piece: of many small ones the system takes only so many in a call."""
        return b"".join(self.lines)

    def write_to(self, path: Path) -> None:
        """Write the lines where their chunk ended before them; what was behind that is cut off.

        Raises:
            StorageError: the file is shorter than the chunk was.
            OSError: the disk is full or can't be reached; a further call writes the same.
        """
        start = (self.chunk.bytes if self.chunk else 0) - self.size
        file = os.open(path, os.O_WRONLY | os.O_CLOEXEC | (0 if start else os.O_CREAT), 0o666)
        try:
            size = os.fstat(file).st_size
            if size < start:
                raise StorageError(say_too_short(path, start, size))
            if size > start:
                os.ftruncate(file, start)
            left, end = memoryview(self.join()), start
            while left:
                written = os.pwrite(file, left, end)
                left, end = left[written:], end + written
        finally:
            os.close(file)


def say_too_short(path: object, expected: int, size: int) -> str:
    """Say that bytes of a chunk are lost."""
    return f"Staged chunk {path}: expected {expected} bytes, got {size}; run the DAG again."
