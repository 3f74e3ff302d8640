"""The position of a read by jobs in the manifest: which job it is, and how much of it is read."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import uuid4

import msgspec
from msgspec.structs import replace

from crm_sync.sources.base import Cursor

_CUT = "cut"


class JobPosition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One part's job."""

    token: str
    """Stored before the job is started; a position with it and without an id is a start of which nobody knows
    whether it arrived."""
    starts: int
    """How many jobs were started for the part, this one included."""
    asked_at: datetime
    """When this one was, the worker's clock, aware UTC."""
    job: str = ""
    """Its id."""
    locator: str | None = None
    """Of the next page of its results; None: the first."""
    read: int = 0
    """Records read of it."""
    is_counted: bool = False
    """Its figures are among the run's."""

    @classmethod
    def begin(cls, starts: int, now: datetime) -> Self:
        """Give the position from which a job is started."""
        return cls(uuid4().hex, starts, now)

    @classmethod
    def from_cursor(cls, cursor: Cursor) -> JobPosition | None:
        """Read a position from the manifest; None: it is not a job's position."""
        try:
            return msgspec.convert(cursor, cls)
        except msgspec.ValidationError:
            return None

    def to_cursor(self) -> Cursor:
        """Give the position as the manifest keeps it."""
        kept: dict[str, Any] = msgspec.to_builtins(self)
        return kept

    def name_job(self, job: str) -> JobPosition:
        """Give the position of the job that was started."""
        return replace(self, job=job)

    def note_counted(self) -> JobPosition:
        """Give the position of a job whose figures are among the run's."""
        return replace(self, is_counted=True)

    def go_to(self, locator: str | None, read: int) -> JobPosition:
        """Give the position before another page."""
        return replace(self, locator=locator, read=read)


def write_cut(at: datetime) -> Cursor:
    """Give the cursor of a part that is read in two halves, the second from a moment on."""
    return {_CUT: at.isoformat()}


def read_cut(cursor: Cursor) -> datetime | None:
    """Give the moment at which a part was cut in two; None: it was not."""
    return datetime.fromisoformat(cursor[_CUT]) if isinstance(cursor, dict) and _CUT in cursor else None
