"""Reads chosen records by their keys, where the source can be asked for single records, or says why not."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.config.sql_reads import SqlTableRead
from crm_sync.constants import FieldType
from crm_sync.exceptions import FatalSourceError, QuotaExhaustedError, SourceError
from crm_sync.fields.labels import Labels
from crm_sync.fields.paths import source_paths
from crm_sync.sources.base import Cursor, Page, ReadRequest, Source, get_labels, get_notes, name_error
from crm_sync.storage.rows.sweep_scope import SweepScope

KEYS = "keys"
"""The cursor key; the cursor is the number of keys that are done."""
_KEYS_PER_PAGE = 100

RecordKey = tuple[str, ...]
"""The parts of a key as the table has them, as texts."""


@runtime_checkable
class ReadsKeys(Protocol):
    """A source that can be asked for single records."""

    def read_keys(self, request: ReadRequest, batches: Iterable[Sequence[RecordKey]]) -> Iterator[Page]:
        """Give a page for each batch, with those records that the source has.

        Raises:
            SourceError: they can't be read.
        """
        ...


def explain_unasked(entity: EntityConfig) -> str | None:
    """Say why an entity's source can't be asked for single records; None: it can be."""
    read = entity.read
    if not isinstance(read, RestIdsRead | SqlTableRead):
        return "its source gives lists and no single records by id: method full compares all of them."
    fields = {name: entity.fields[name] for name in entity.primary_key}
    if any(one.mask is not None for one in fields.values()):
        return (
            "its key is masked, and the source knows the plain one alone: method full compares all records."
        )
    if isinstance(read, RestIdsRead):
        paths = [source_paths(name, one.source) for name, one in fields.items()]
        if paths != [(read.id_path,)]:
            return f"its key is not the id at '{read.id_path}': method full compares all records."
    elif any(one.type is not FieldType.INTEGER for one in fields.values()):
        # a text may be spelled otherwise there: trimmed here, in capitals there
        return (
            "its key is no whole number, and texts may be spelled otherwise there: method full compares all "
            "records."
        )
    return None


@dataclass
class KeyedSource:
    """A source of which chosen records are read, and nothing else.

    Args:
        source: that has them.
        entity: what is read.
        keys: of the records.
    """

    source: Source
    entity: EntityConfig
    keys: Sequence[RecordKey]
    incomplete_reason: str | None = field(default=None, init=False)
    can_resume: bool = field(default=False, init=False)

    reads_whole = True
    is_whole = False
    """What was not asked for is not gone."""

    @property
    def sweep_scope(self) -> SweepScope | None:
        """Nothing is swept after a read of some records."""
        return None

    @property
    def notes(self) -> list[str]:
        """See `Source`."""
        return get_notes(self.source)

    @property
    def labels(self) -> Labels:
        """See `Source`."""
        return get_labels(self.source)

    def read_clock(self) -> datetime | None:
        """See `Source.read_clock`."""
        return self.source.read_clock()

    def read_pages(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Generator[Page, None, None]:
        """Read the records of the keys that an earlier try has not read; see `Source.read_pages`."""
        self.incomplete_reason = None
        done = cursors.get(KEYS, 0)
        if done is None:
            return
        try:
            if not isinstance(self.source, ReadsKeys):
                raise FatalSourceError("the source gives lists and no single records by id")
            for page in self.source.read_keys(request, self._cut(done)):
                done = min(done + _KEYS_PER_PAGE, len(self.keys))
                yield replace(page, cursor_key=KEYS, cursor=done if done < len(self.keys) else None)
        except QuotaExhaustedError as error:
            self.incomplete_reason = str(error)
        except SourceError as error:
            name_error(error, self.entity)
            raise

    def count(self, _request: ReadRequest) -> int:
        """Give the number of keys."""
        return len(self.keys)

    def describe(self) -> dict[str, Any]:
        """See `Source.describe`."""
        return self.source.describe()

    def metrics(self) -> dict[str, float]:
        """See `Source.metrics`."""
        return self.source.metrics()

    def close(self) -> None:
        """See `Source.close`."""
        self.source.close()

    def _cut(self, start: int) -> Iterator[Sequence[RecordKey]]:
        for at in range(start, len(self.keys), _KEYS_PER_PAGE):
            yield self.keys[at : at + _KEYS_PER_PAGE]
