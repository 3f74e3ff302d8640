"""A page of an entity's newest records, read as a run reads them; nothing is kept of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.constants import SyncMode
from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.fields.extra import find_leftover
from crm_sync.fields.frames import unmapped_columns
from crm_sync.fields.leftovers import decode_all
from crm_sync.fields.paths import build_plan, collect_key_paths
from crm_sync.sources.base import Page, ReadRequest, Source

_LATELY = timedelta(days=30)
_MOST_PAGES = 20
"""Of pages without a record, such as those of days on which nothing happened."""

Keys = tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """Some records."""

    records: tuple[Mapping[str, Any], ...] = ()
    """At most a page."""
    unmapped: tuple[Keys, ...] = ()
    """Keys that no column takes; of a frame each is one name."""
    missing: frozenset[str] = frozenset()
    """Columns that the source itself says it lacks."""
    are_texts: bool = False
    """The source writes every value as a text."""

    def list_values(self, keys: Keys) -> list[object]:
        """Give what each record has at a place; None where it has nothing."""
        return [_find(record, keys) for record in self.records]

    def has(self, keys: Keys) -> bool:
        """Say whether a record has a place, even with nothing in it."""
        return any(_has(record, keys) for record in self.records)


def take_sample(source: Source, entity: EntityConfig, now: datetime) -> Sample:
    """Read a page of the newest records; where the source can't be asked for those, its first page.

    Args:
        source: of the entity.
        entity: what is read.
        now: aware UTC.

    Raises:
        SourceError: the source does not answer.
    """
    try:
        page = None if source.reads_whole else _read(source, entity, now, now - _LATELY)
        page = page or _read(source, entity, now, None)
        if page is None and source.incomplete_reason is not None:
            raise UnexpectedResponseError(source.incomplete_reason)
    finally:
        source.close()
    return Sample() if page is None else _look_into(page, entity)


def _read(source: Source, entity: EntityConfig, now: datetime, since: datetime | None) -> Page | None:
    request = ReadRequest(
        entity=entity,
        mode=SyncMode.FULL if since is None else SyncMode.DELTA,
        since=since,
        until=now,
        page_size=entity.page_size,
        max_records=entity.page_size,
        must_read=True,
    )
    with closing(source.read_pages(request, {})) as pages:
        return next((page for page in islice(pages, _MOST_PAGES) if page.records), None)


def _look_into(page: Page, entity: EntityConfig) -> Sample:
    plan = build_plan(entity)
    if page.frame is not None:
        rows = page.frame.head(entity.page_size)
        names = unmapped_columns(rows, plan)
        return Sample(tuple(rows.to_dicts()), tuple((name,) for name in names), page.missing, are_texts=True)
    records = tuple(_decode(page.lines or b"", entity.page_size))
    leftover = find_leftover(collect_key_paths(records, entity), plan, entity)
    return Sample(records, tuple(leftover), page.missing)


def _decode(lines: bytes, most: int) -> Iterator[dict[str, Any]]:
    decoded = (decode_all(line) for line in lines.split(b"\n") if line)
    return islice((one for one in decoded if isinstance(one, dict)), most)


def _find(record: object, keys: Keys) -> object:
    for key in keys:
        record = record.get(key) if isinstance(record, Mapping) else None
    return record


def _has(record: object, keys: Keys) -> bool:
    *outer, last = keys
    inner = _find(record, tuple(outer))
    return isinstance(inner, Mapping) and last in inner
