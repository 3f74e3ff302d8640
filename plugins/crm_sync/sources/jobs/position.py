"""The position of a read by jobs in the manifest: which job it is, and how much of it is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import uuid4

from crm_sync.sources.base import Cursor

_TOKEN = "token"  # noqa: S105  # a key of the manifest
_STARTS = "starts"
_CUT = "cut"


@dataclass(frozen=True)
class JobPosition:
    """One part's job.

    Args:
        token: stored before the job is started; a position with it and without an id is a start of which
            nobody knows whether it arrived.
        starts: how many jobs were started for the part, this one included.
        asked_at: when this one was, the worker's clock, aware UTC.
        job: its id.
        locator: of the next page of its results; None: the first.
        read: records read of it.
    """

    token: str
    starts: int
    asked_at: datetime
    job: str = ""
    locator: str | None = None
    read: int = 0

    @classmethod
    def begin(cls, starts: int, now: datetime) -> Self:
        """Give the position from which a job is started."""
        return cls(uuid4().hex, starts, now)

    @classmethod
    def from_cursor(cls, cursor: Cursor) -> JobPosition | None:
        """Read a position from the manifest; None: it is not a job's position."""
        if not isinstance(cursor, dict) or _STARTS not in cursor:
            return None
        return cls(
            token=str(cursor[_TOKEN]),
            starts=int(cursor[_STARTS]),
            asked_at=datetime.fromisoformat(cursor["asked_at"]),
            job=str(cursor.get("job") or ""),
            locator=cursor.get("locator"),
            read=int(cursor.get("read", 0)),
        )

    def to_cursor(self) -> Cursor:
        """Give the position as the manifest keeps it."""
        told: dict[str, Any] = {"job": self.job, "locator": self.locator, "read": self.read}
        started = {_TOKEN: self.token, _STARTS: self.starts, "asked_at": self.asked_at.isoformat()}
        return {**started, **{name: value for name, value in told.items() if value}}

    def name_job(self, job: str) -> JobPosition:
        """Give the position of the job that was started."""
        return replace(self, job=job)

    def go_to(self, locator: str | None, read: int) -> JobPosition:
        """Give the position before another page."""
        return replace(self, locator=locator, read=read)


def write_cut(at: datetime) -> Cursor:
    """Give the cursor of a part that is read in two halves, the second from a moment on."""
    return {_CUT: at.isoformat()}


def read_cut(cursor: Cursor) -> datetime | None:
    """Give the moment at which a part was cut in two; None: it was not."""
    return datetime.fromisoformat(cursor[_CUT]) if isinstance(cursor, dict) and _CUT in cursor else None
