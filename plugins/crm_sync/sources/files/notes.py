"""Sentences about a read of files that do not make it partial: each once, for however many files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

MAX_NOTES = 20
"""Further different sentences are only counted."""


@dataclass
class Notes:
    """Collects sentences about files; the list only grows while files are read.

    Args:
        is_over: all files were read, so that it is known how many a sentence is about.
    """

    is_over: bool = False
    _files: dict[str, list[str]] = field(default_factory=dict)

    def add(self, file: str, text: str) -> None:
        """Note something about one file.

        Args:
            file: its name; empty where the sentence is about all of them.
            text: the sentence behind the name.
        """
        names = self._files.setdefault(text, [])
        if file not in names:
            names.append(file)

    def clear(self) -> None:
        """Forget everything."""
        self._files.clear()
        self.is_over = False

    def list(self) -> list[str]:
        """Give the sentences; what is true of several files is said of the first, and once of the others."""
        shown = list(self._files.items())[:MAX_NOTES]
        notes = [f"File {names[0]}: {text}" if names[0] else text for text, names in shown]
        if not self.is_over:
            return notes
        notes += [f"{_count(names[1:])}, such as {names[1]}: {text}" for text, names in shown if names[1:]]
        more = len(self._files) - len(shown)
        return [*notes, f"{more:,} further notes about files are not shown."] if more else notes


def _count(names: Sequence[str]) -> str:
    return "1 more file" if len(names) == 1 else f"{len(names):,} more files"


def show_text(text: str, longest: int = 60) -> str:
    """Give the first characters of a text of the file, on one line."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return f"'{plain[:longest]}'" + ("…" if len(plain) > longest else "")
