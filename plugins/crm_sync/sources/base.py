"""The Source protocol: pages of records in a window; `sync/fetch.py` decides where they are staged."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from crm_sync.config.models import EntityConfig
from crm_sync.constants import SyncMode
from crm_sync.exceptions import SourceError
from crm_sync.fields.labels import Labels
from crm_sync.rest.decoding import encode_lines
from crm_sync.sources.record_paths import collect_key_paths
from crm_sync.storage.rows.sweep_scope import SweepScope

if TYPE_CHECKING:
    import polars as pl

Record = dict[str, Any]
Cursor = Any
"""A JSON value: the position after a page."""

ParentReader = Callable[[str, datetime | None], Iterator[list[str]] | None]
"""Given an object type and a lower bound (None: all), lists of parent ids, ascending as numbers do.

None: there is no table of such parents, which is not the same as one without rows.
"""


@dataclass(frozen=True)
class ReadRequest:
    """The request of one fetch to a source."""

    entity: EntityConfig
    mode: SyncMode
    since: datetime | None
    """Inclusive lower bound of a delta, aware UTC, lookback already taken off; None: everything."""
    until: datetime
    """Moment up to which the watermark may move, aware UTC; newer records are read all the same."""
    page_size: int
    max_records: int = 0
    """Most records to read; 0: all."""
    own_options: Mapping[str, Any] = field(default_factory=dict)
    """The CRM's own run flags."""
    parents: ParentReader | None = None
    """For links: whose links to read."""
    labels: Labels = field(default_factory=dict)
    """What the pages before the cursors fill columns by label from; empty where there are none."""
    earlier_labels: Labels = field(default_factory=dict)
    """What earlier runs filled them from."""
    previous: Mapping[str, Any] = field(default_factory=dict)
    """The result of `describe` in the entity's latest complete run; empty if there is none."""
    known_walks: tuple[str, ...] | None = None
    """Parts of the source complete up to `since`; any other is read from the start. None: all are."""
    bookmarks: Mapping[str, str] = field(default_factory=dict)
    """For event cursors: by walk, the id after which a delta starts; a walk without an id is read whole."""
    count_absent: Callable[[SweepScope | None], int] | None = None
    """For a whole read: counts the table's rows of a scope that no page so far held, if they would be taken
    as deleted; 0 where there are too many to believe it. None: nothing will be taken as deleted."""
    must_read: bool = False
    """A source that could see that nothing changed reads all the same."""
    is_forced: bool = False
    """The user gave `force`: a file that may be cut is believed to be whole."""


@dataclass(frozen=True)
class Page:
    """Some records and the position after them; a page is staged whole or not at all."""

    lines: bytes | None
    """NDJSON, one record a line; None where `frame` has the records."""
    frame: pl.DataFrame | None
    records: int
    key_paths: frozenset[str] | None
    """Dotted paths, at most two deep, of the keys that the records have; None: unknown."""
    cursor_key: str
    """The part of the read that this page belongs to."""
    cursor: Cursor
    """Position of that part after this page; None: nothing of it is left."""
    calls: int = 1
    """Requests that this page took."""
    parents: pl.DataFrame | None = None
    """For links: the parents whose whole link sets this page holds (from_object_type, from_object_id,
    to_object_type); a parent without a link is here and has no record."""
    missing: frozenset[str] = frozenset()
    """Columns of the table that the source declares and that are gone where this page was read (a file's
    header, the columns of a query): save leaves their stored values alone."""
    is_refresh: bool = False
    """Its records have only some columns, for rows that the table already has."""
    is_landmark: bool = False
    """Its cursor has to be durable before the read continues: something was begun at the source."""

    def head(self, records: int) -> Page:
        """Give the page cut to its first records; its cursor stays, so it is for a read that ends here."""
        # lines end at \n alone: a line that is no JSON is kept as it is and may have a \r inside
        lines = None if self.lines is None else b"".join(io.BytesIO(self.lines).readlines()[:records])
        frame = None if self.frame is None else self.frame.head(records)
        # a parent whose last links were cut off must not lose them in the table
        parents = self.parents if records >= self.records else None
        return replace(self, lines=lines, frame=frame, records=min(records, self.records), parents=parents)


class Source(Protocol):
    """One entity of one account, for one fetch.

    A source may have three more attributes, which most do without:
        notes: list of sentences for the log and the history row that do not make the run partial; it may grow
            while pages are read. Doubts about the end belong in `incomplete_reason`.
        is_snapshot: True if nothing can change during the read (a file): then two contents under one key are
            a contradiction, not a later version.
        labels: the fields that columns by label are filled from, once a page is there.
    """

    incomplete_reason: str | None
    """After `read_pages`: why something was left unread; None: everything was read."""
    can_resume: bool
    """After `read_pages`: a quota cut the read off, so a later run may continue from its cursors."""

    @property
    def reads_whole(self) -> bool:
        """The source has no modified filter: every read is of everything."""
        ...

    @property
    def sweep_scope(self) -> SweepScope | None:
        """After `read_pages`: the rows that a whole read covered; None: all rows of the table."""
        ...

    @property
    def is_whole(self) -> bool:
        """After `read_pages` of everything: a row that was not among the records is gone at the source."""
        ...

    def read_clock(self) -> datetime | None:
        """Give the source's own clock, aware UTC; None where it can't be asked."""
        ...

    def read_pages(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Generator[Page, None, None]:
        """Read everything that the request asks for.

        Args:
            request: what to read.
            cursors: by cursor key, the position after the last stored page of an earlier try.

        Yields:
            Pages; within one cursor key in reading order.

        Raises:
            SourceError: reading can't continue; a used-up quota is not an error but an `incomplete_reason`.
            LongWaitError: reading can continue later, from the cursors.
        """
        ...

    def count(self, request: ReadRequest) -> int | None:
        """Give the number of records that a read would find, in one call at most; None: not known."""
        ...

    def describe(self) -> dict[str, Any]:
        """Give facts for sync_history: JSON values, no secrets."""
        ...

    def metrics(self) -> dict[str, float]:
        """Give figures since the source was made: api_calls, retries, bytes_fetched and the like."""
        ...

    def close(self) -> None:
        """Give back what the source holds."""
        ...


def get_notes(source: Source) -> list[str]:
    """Give the source's notes besides its records; most have none."""
    return list(getattr(source, "notes", ()))


def is_snapshot(source: Source) -> bool:
    """Say whether nothing can change in a source while it is read."""
    return bool(getattr(source, "is_snapshot", False))


def get_labels(source: Source) -> Labels:
    """Give what a source fills columns by label from."""
    labels: Labels = getattr(source, "labels", {})
    return labels


def name_error(error: SourceError, entity: EntityConfig) -> SourceError:
    """Fill in the CRM and the entity of the error."""
    error.crm_source, error.sync_type = entity.crm_source, entity.sync_type
    return error


def build_page(
    records: Sequence[Record],
    *,
    cursor_key: str,
    cursor: Cursor,
    calls: int = 1,
    is_landmark: bool = False,
    lines: bytes | None = None,
) -> Page:
    """Make a page of decoded records; there may be none, to note a cursor.

    Args:
        records: in order.
        cursor_key: part of the read.
        cursor: position after them.
        calls: requests that they took.
        is_landmark: the position has to be stored before the read goes on.
        lines: the very same records as NDJSON, where they were encoded already.
    """
    if records and lines is None:
        lines = encode_lines(records)
    return Page(
        lines=lines if records else None,
        frame=None,
        records=len(records),
        key_paths=collect_key_paths(records),
        cursor_key=cursor_key,
        cursor=cursor,
        calls=calls,
        is_landmark=is_landmark,
    )
