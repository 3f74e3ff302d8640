"""How far a divided list is read, as the manifest keeps it."""

from __future__ import annotations

import logging
from typing import Any, Self

import msgspec

from crm_sync.sources.base import Cursor
from crm_sync.sources.partitions.pieces import Piece

logger = logging.getLogger(__name__)

_WHOLE = (Piece(),)


class PartitionPosition(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """What is still to be asked for, and what the answers so far left to be known."""

    pending: tuple[Piece, ...] = _WHOLE
    """Pieces that are still to be asked for, the next one last; none: the list is read."""
    asked: int = 0
    """Pieces that were asked for."""
    whole: int = 0
    """Records that the undivided list showed before it was divided; 0: it was not."""
    found: int = 0
    """Records of the pieces that were not divided any further."""
    is_obeyed: bool = False
    """A piece that was asked for by a beginning gave records."""
    short: int = 0
    """Records that an answer at the cap had shown and that did not come with their piece."""
    first_found: int = 0
    """In a later walk: records that the first one gave."""
    walk: int = 1
    """How often the list is read, this time included."""
    doubt: str | None = None
    """Why the answers so far may not have shown everything."""

    @classmethod
    def from_cursor(cls, cursor: Cursor) -> Self:
        """Read a position from the manifest; one of another kind means that the list is read anew."""
        try:
            return msgspec.convert(cursor, cls)
        except msgspec.ValidationError:
            logger.warning("A stored position can't be read by this version: its part is read anew.")
            return cls()

    def to_cursor(self) -> Cursor:
        """Give what the manifest keeps."""
        # as JSON has it, where there are no tuples
        kept: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return kept
