"""Records left out after reading, where the source can't filter: unchanged, unwanted or repeated ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_reads import OnlyFilter
from crm_sync.rest.messages import find_path
from crm_sync.sources.base import Record

Keep = Callable[[Record], bool]


class NewRecords:
    """Knows the keys of what came before, for lists that end by sending records again.

    Args:
        entity: its primary key says which records are the same.
    """

    def __init__(self, entity: EntityConfig) -> None:
        sources = [entity.fields[column].source or column for column in entity.primary_key]
        self._paths = [source if isinstance(source, str) else source[0] for source in sources]
        self._seen: set[tuple[str, ...]] = set()

    def __len__(self) -> int:
        """Count the records so far, each once."""
        return len(self._seen)

    def keep(self, records: Sequence[Record]) -> list[Record]:
        """Give the records that did not come before."""
        fresh = []
        for record in records:
            key = tuple(str(find_path(record, path)) for path in self._paths)
            if key not in self._seen:
                self._seen.add(key)
                fresh.append(record)
        return fresh


def keep_changed(path: str, since: datetime, zone: ZoneInfo) -> Keep:
    """Build the filter of a delta: a record without a readable modified time is kept.

    Args:
        path: of the modified time.
        since: inclusive, aware.
        zone: of a time without offset.
    """

    def keep(record: Record) -> bool:
        try:
            changed = datetime.fromisoformat(find_path(record, path))
        except (TypeError, ValueError):
            return True
        return (changed.replace(tzinfo=zone) if changed.tzinfo is None else changed) >= since

    return keep


def keep_wanted(filters: Sequence[OnlyFilter], own_options: Mapping[str, Any]) -> Keep | None:
    """Build the filter of the run flags that were given; None: none of them was."""
    wanted = [(one.paths, _words(one, own_options[one.flag])) for one in _given(filters, own_options)]
    if not wanted:
        return None
    return lambda record: all(
        any(str(find_path(record, path)).lower() in words for path in paths) for paths, words in wanted
    )


def describe_wanted(filters: Sequence[OnlyFilter], own_options: Mapping[str, Any]) -> str:
    """Name the flags that were given, for the reason why a run is partial; empty: none was."""
    return ", ".join(f"{one.flag} {own_options[one.flag]}" for one in _given(filters, own_options))


def _given(filters: Sequence[OnlyFilter], own_options: Mapping[str, Any]) -> list[OnlyFilter]:
    return [one for one in filters if own_options.get(one.flag) not in (None, "")]


def _words(one: OnlyFilter, value: object) -> set[str]:
    word = str(value).strip().lower()
    by_word = {key.lower(): values for key, values in one.words.items()}
    return {value.lower() for value in by_word.get(word, (word,))}
