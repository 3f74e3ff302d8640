"""The log of changes made to a fake's data, kept in a file so that a restart loses nothing.

The first line describes the base data the changes belong to; each further line is one change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class JournalMismatchError(ValueError):
    """The file belongs to other base data (another seed, number of records, …)."""


class Journal:
    """An append-only file of changes.

    Args:
        path: The file; it is created at once, so that its existence says that the data is in use.
        base: What the base data was generated from; must equal the file's first line.
    """

    def __init__(self, path: str, base: dict[str, Any]) -> None:
        self._path = Path(path)
        self._base = base
        if not self._path.exists():
            self._path.write_text(json.dumps({"base": base}) + "\n", encoding="utf-8")
        content = self._path.read_bytes()
        if not content.endswith(b"\n"):
            # A killed process left half a line; nobody was told of that change.
            self._path.write_bytes(content[: content.rfind(b"\n") + 1])

    def replay(self) -> Iterator[dict[str, Any]]:
        """The changes in the order they were made.

        Raises:
            JournalMismatchError: The file was written over other base data.
        """
        with self._path.open(encoding="utf-8") as lines:
            first = json.loads(next(lines, "null"))
            written = first.get("base") if isinstance(first, dict) else None
            # a setting that the file knows nothing of is younger, and off as long as nobody sets it
            expected = {name: value for name, value in self._base.items() if value or name in (written or {})}
            if written != expected:
                message = f"{self._path}: written for {first}, not for {self._base}; take another file"
                raise JournalMismatchError(message)
            for line in lines:
                yield json.loads(line)

    def append(self, change: dict[str, Any]) -> None:
        """Write one change through to the file."""
        with self._path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(change) + "\n")
