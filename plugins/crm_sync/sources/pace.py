"""How fast and how much a source may be asked, and which limits a read of it counts in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from crm_sync.config.reads import ReadStrategy
from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.config.rest_links import RestLinksRead
from crm_sync.config.rest_reads import RestListRead
from crm_sync.constants import SyncMode
from crm_sync.sources.base import ReadRequest, Source
from crm_sync.untyped import Json

DEFAULT_CLASS = "default"


@dataclass(frozen=True)
class Pace:
    """The limits of an account, by class.

    Args:
        calls_per_s: steady rate; a class without a limit is missing.
        calls_per_day: quota of a day; a class without one is missing.
    """

    calls_per_s: Mapping[str, float] = field(default_factory=dict)
    calls_per_day: Mapping[str, int] = field(default_factory=dict)


def get_pace(source: Source) -> Pace:
    """Give the limits of a source; databases and files have none."""
    return getattr(source, "pace", Pace())


def ask_length(source: Source, request: ReadRequest) -> int | None:
    """Ask how many records a read would find, in a few calls; None: the source does not say it.

    Raises:
        SourceError: it can't be asked.
    """
    ask = getattr(source, "ask_length", None)
    return None if ask is None else ask(request)


def weigh_classes(read: ReadStrategy, mode: SyncMode) -> dict[str, int]:
    """Give the limits that a call of a read counts in, and how often it counts there."""
    if isinstance(read, RestListRead):
        counts = [Counter(one.rate_classes) for one in read.passes]
        return {name: max(count[name] for count in counts) for count in counts for name in count}
    if isinstance(read, RestIdsRead):
        return {(read.listing if mode is SyncMode.FULL else read.search).rate_class: 1}
    if isinstance(read, RestLinksRead):
        return dict(Counter(read.rate_classes))
    return dict.fromkeys(_find_classes(read.model_dump(mode="json")), 1)


def _find_classes(words: Json) -> Iterator[str]:
    if isinstance(words, dict):
        for key, value in words.items():
            if key == "rate_class" and isinstance(value, str):
                yield value
            else:
                yield from _find_classes(value)
    elif isinstance(words, list):
        for one in words:
            yield from _find_classes(one)
