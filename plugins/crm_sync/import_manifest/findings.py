"""What the importer says of each stream: converted, converted with doubts, or not, and because of what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Entity = dict[str, Any]
"""The content of an entity's YAML."""


class NotSaidError(Exception):
    """Something that a manifest says and our YAML can't.

    Args:
        lack: the missing word, in the same words each time, so that it can be counted.
        detail: where it stands, or what it is.
    """

    def __init__(self, lack: str, detail: object = "") -> None:
        self.lack = lack
        self.detail = _shorten(str(detail))
        super().__init__(f"{lack}: {self.detail}" if self.detail else lack)


@dataclass
class Doubts:
    """Sentences about what may differ, each once, in order."""

    found: dict[str, None] = field(default_factory=dict)

    def add(self, what: str, detail: object = "") -> None:
        """Add one.

        Args:
            what: a sentence without its full stop.
            detail: of the manifest, shown behind a colon.
        """
        self.found[f"{what}: {_shorten(str(detail))}" if str(detail) else what] = None

    def add_all(self, sentences: Iterable[str]) -> None:
        """Add several."""
        self.found.update(dict.fromkeys(sentences))

    def list(self) -> list[str]:
        """Give all."""
        return list(self.found)


@dataclass
class Verdict:
    """What became of one stream."""

    stream: str
    """Its name in the manifest."""
    entity: str = ""
    """Its name here; empty: it has none."""
    doubts: list[str] = field(default_factory=list)
    lacks: list[NotSaidError] = field(default_factory=list)
    """Why it is not converted; empty: it is."""

    @property
    def outcome(self) -> Literal["converted", "converted with doubts", "not converted"]:
        """Say it in the words of the report."""
        if self.lacks:
            return "not converted"
        return "converted with doubts" if self.doubts else "converted"


def _shorten(text: str, most: int = 160) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"
