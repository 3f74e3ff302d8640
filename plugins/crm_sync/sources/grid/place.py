"""Where a read of a tab is: what its cursor holds after each page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Place:
    """The place after a page."""

    row: int
    """That comes next, counted from 1."""
    last: str | None = None
    """Fingerprint of the row before it; None: no page came yet."""
    pages: int = 0
    doubt: str | None = None
    """Why rows may not have been seen."""
    titles: str = ""
    """Fingerprint of the titles by which its rows were read; empty: no page came yet."""

    @classmethod
    def from_cursor(cls, cursor: Mapping[str, Any]) -> Place | None:
        """Read a stored cursor; None: there is none."""
        return cls(**cursor) if cursor else None

    def to_cursor(self) -> dict[str, Any]:
        """Give what is stored with a page."""
        return {"row": self.row, "last": self.last, "pages": self.pages, "doubt": self.doubt,
                "titles": self.titles}  # fmt: skip

    def with_doubt(self, doubt: str) -> Place:
        """Note a doubt; the first one counts."""
        return self if self.doubt else replace(self, doubt=doubt)
