"""What the YAML means, in sentences for people: Airflow's UI and the generated docs show the same ones."""

from __future__ import annotations

from collections.abc import Iterator

from crm_sync.config.file_words import FileWords
from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.rest_config import FREE, RateLimit
from crm_sync.config.rest_grid import RestGridRead
from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.config.rest_links import RestLinksRead
from crm_sync.config.rest_reads import RestListRead
from crm_sync.config.sql_reads import SqlTableRead
from crm_sync.constants import FieldType

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))


def list_facts(entity: EntityConfig) -> Iterator[str]:
    """List what a reader of the table has to know, a sentence each, without the entity's description."""
    yield f"Key: {_join(entity.primary_key)}."
    if entity.modified_column:
        yield f"Newer version by `{entity.modified_column}`."
    yield from list_delta_facts(entity)
    yield from list_deletion_facts(entity)
    if entity.after:
        yield f"Fetched after {_join(entity.after)}."


def list_delta_facts(entity: EntityConfig) -> Iterator[str]:
    """List how a run without flags finds what has changed."""
    if entity.every is not None:
        yield f"Scheduled runs read it {show_rhythm(entity.every)}."
    if reads_whole(entity):
        yield "Read whole, never as a delta."
    else:
        yield f"A delta {describe_delta(entity)} and looks back {show_span(entity.lookback_s)}."
    if isinstance(entity.read, RestListRead) and (windows := entity.read.windows) is not None:
        if windows.retention_days is not None:
            yield f"The source keeps records for {_count(windows.retention_days, 'day')}."
        elif windows.first is not None:
            yield f"Read from {windows.first.isoformat()} on."
    if entity.refresh is not None:
        yield f"Read again {show_rhythm(entity.refresh.every)}: {_join(entity.refresh.columns)}."


def list_deletion_facts(entity: EntityConfig) -> Iterator[str]:
    """List what finds records that are gone at the source."""
    if entity.parent_key:
        yield f"Replaced as a set per {_join(entity.parent_key)}."
    if entity.deleted:
        is_flag = entity.fields[entity.deleted.column].type is FieldType.BOOLEAN
        yield f"Gone at the source when `{entity.deleted.column}` is {'true' if is_flag else 'set'}."
    if getattr(entity.read, "missing_rows", "mark") == "keep":
        yield "Rows that the source no longer shows are kept."
    elif reads_whole(entity):
        yield "Each read marks the rows that are gone."
    elif entity.reconcile_every == "never":
        yield "Never compared with the whole source."
    else:
        yield f"Compared with the whole source {show_rhythm(entity.reconcile_every)}."


def list_limits(source: SourceConfig) -> Iterator[str]:
    """List the limits of the web API by their class; the connection's tier and extras may change them."""
    for name, limit in source.rest.rate_limits.items() if source.rest else ():
        yield f"`{name}`: {', '.join(_list_bounds(limit)) or 'none'}"


def reads_whole(entity: EntityConfig) -> bool:
    """Tell whether each read is of everything, because nothing says what has changed."""
    if isinstance(entity.read, SqlTableRead):
        return entity.read.cursor is None
    return isinstance(entity.read, FileWords | RestGridRead) or (
        isinstance(entity.read, RestListRead) and entity.read.reads_whole
    )


def show_span(seconds: int) -> str:
    """Give a span in its largest whole unit: `7 days`, `90 seconds`."""
    for unit, size in _UNITS:
        if seconds and seconds % size == 0:
            return _count(seconds // size, unit)
    return _count(seconds, "second")


def show_rhythm(seconds: int) -> str:
    """Give how often something happens: `every day`, `every 7 days`."""
    return f"every {show_span(seconds).removeprefix('1 ')}"


def describe_delta(entity: EntityConfig) -> str:
    """Say what a run without flags asks for: `searches for the records that changed since the last run`."""
    return "reads everything and compares" if reads_whole(entity) else _ask(entity)


def _ask(entity: EntityConfig) -> str:
    read = entity.read
    if isinstance(read, SqlTableRead):
        return f"reads the rows whose `{read.cursor}` has changed since the last run"
    if isinstance(read, RestIdsRead):
        return "searches for the records that changed since the last run"
    if isinstance(read, RestLinksRead):
        return "reads the links of the records that changed since the last run"
    if isinstance(read, RestListRead) and read.event_cursor is not None:
        return "reads the events after the last one that it knows"
    if isinstance(read, RestListRead) and not read.filters_by_change:
        return "reads the latest days again"
    return "asks for the records that changed since the last run"


def _list_bounds(limit: RateLimit) -> Iterator[str]:
    if (limit.requests, limit.per_s) != tuple(FREE.values()):
        yield f"{limit.requests:,} requests in {limit.per_s:g} s"
    if limit.per_day:
        yield f"{limit.per_day:,} a day"


def _join(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
