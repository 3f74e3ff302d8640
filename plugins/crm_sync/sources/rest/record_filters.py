"""Leaves out records after reading if the source can't filter: unchanged, unwanted or repeated ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_filters import DateWindows, OnlyFilter
from crm_sync.config.rest_reads import RestListRead
from crm_sync.fields.paths import source_paths
from crm_sync.rest.messages import find_path
from crm_sync.sources.base import ReadRequest, Record
from crm_sync.sources.rest.record_times import RecordTimes

Keep = Callable[[Sequence[Record]], list[bool]]
"""Says for each record of a page whether it is kept."""


class NewRecords:
    """Tells what a page brings beyond the first and the one before: lists end by sending one of these again.

    Args:
        entity: its primary key says which records are the same.
    """

    def __init__(self, entity: EntityConfig) -> None:
        self._paths = [get_path(entity, column) for column in entity.primary_key]
        self._first: set[tuple[str, ...]] = set()
        self._last: set[tuple[str, ...]] = set()
        self.pages = 0
        """Pages that brought something."""

    def keep(self, records: Sequence[Record]) -> list[Record]:
        """Give the records that did not come before; one without a key is always new, to be rejected."""
        fresh, seen = [], self._first | self._last
        page = set()
        for record in records:
            values = [find_path(record, path) for path in self._paths]
            key = tuple(map(str, values))
            if None in values:
                fresh.append(record)
                continue
            page.add(key)
            if key not in seen:
                seen.add(key)
                fresh.append(record)
        self._first, self._last = self._first or page, page
        self.pages += bool(fresh)
        return fresh


def get_path(entity: EntityConfig, column: str) -> str:
    """Give the path inside a record where a column's value is; of several the first."""
    return source_paths(column, entity.fields[column].source)[0]


def find_column(entity: EntityConfig, path: str) -> str | None:
    """Give the column that is filled from a path; None: there is none."""
    return next((column for column in entity.fields if get_path(entity, column) == path), None)


def count_outside(times: Sequence[datetime | None], since: datetime, until: datetime) -> int:
    """Count the times that are more than a day off a span; unreadable ones are inside."""
    day = timedelta(days=1)
    return sum(at is not None and not since - day <= at < until + day for at in times)


def build_filters(
    entity: EntityConfig,
    read: RestListRead,
    request: ReadRequest,
    since: datetime | None,
    changed: RecordTimes,
) -> list[Keep]:
    """Build the filters of a part: by change, where its lower bound is known, and by the run's own flags.

    Args:
        entity: whose records.
        read: its strategy.
        request: the read.
        since: lower bound of the part; None: there is none.
        changed: reads the modified times.
    """
    keeps: list[Keep] = [keep_values(read.keep)] if read.keep else []
    if read.changed_only and since is not None:
        keep = keep_changed(changed, since)
        keeps.append(keep if read.windows is None else _or_coming(keep, entity, read.windows, since))
    if (wanted := keep_wanted(read.only, request.own_options)) is not None:
        keeps.append(wanted)
    return keeps


def keep_changed(times: RecordTimes, since: datetime) -> Keep:
    """Build the filter of a delta: a record without a readable modified time is kept.

    Args:
        times: reads the modified times.
        since: inclusive, aware.
    """
    return lambda records: [changed is None or changed >= since for changed in times.read(records)]


def keep_values(wanted: Mapping[str, Sequence[str]]) -> Keep:
    """Build the filter of constant values: a record without one of the paths is not wanted.

    Args:
        wanted: by path, values as texts; all paths have to fit.
    """
    return lambda records: [
        all(_write(find_path(record, path)) in values for path, values in wanted.items())
        for record in records
    ]


def _write(value: object) -> str | None:
    return str(value).lower() if isinstance(value, bool) else None if value is None else str(value)


def _or_coming(keep: Keep, entity: EntityConfig, windows: DateWindows, since: datetime) -> Keep:
    """Keep unchanged events, too, if they lie further ahead than the previous run looked."""
    times = RecordTimes(entity, get_path(entity, windows.column))
    horizon = since + timedelta(seconds=windows.ahead_s)

    def keep_or_coming(records: Sequence[Record]) -> list[bool]:
        pairs = zip(keep(records), times.read(records), strict=True)
        return [is_kept or (at is not None and at >= horizon) for is_kept, at in pairs]

    return keep_or_coming


def keep_wanted(filters: Sequence[OnlyFilter], own_options: Mapping[str, Any]) -> Keep | None:
    """Build the filter of the run flags that were given; None: none of them was."""
    wanted = [(one.paths, _words(one, own_options[one.flag])) for one in _given(filters, own_options)]
    if not wanted:
        return None

    def is_wanted(record: Record) -> bool:
        return all(
            any(str(find_path(record, path)).lower() in words for path in paths) for paths, words in wanted
        )

    return lambda records: [is_wanted(record) for record in records]


def describe_wanted(filters: Sequence[OnlyFilter], own_options: Mapping[str, Any]) -> str:
    """Name the flags that were given, for the reason why a run is partial; empty: none was."""
    return ", ".join(f"{one.flag} {own_options[one.flag]}" for one in _given(filters, own_options))


def _given(filters: Sequence[OnlyFilter], own_options: Mapping[str, Any]) -> list[OnlyFilter]:
    return [one for one in filters if own_options.get(one.flag) not in (None, "")]


def _words(one: OnlyFilter, value: object) -> set[str]:
    word = str(value).strip().lower()
    by_word = {key.lower(): values for key, values in one.words.items()}
    return {value.lower() for value in by_word.get(word, (word,))}
