"""By when an entity should have been read, from its CRM's schedule and its own rhythm."""

from __future__ import annotations

from datetime import datetime, timedelta

from croniter import croniter

from crm_sync.config.durations import is_due
from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.exceptions import ConfigError

_PRESETS = frozenset({"@continuous", "@once", "@none"})
"""Presets of Airflow that name no moments."""
_MOST_TICKS = 2_000
"""Moments that are looked at; a rhythm of a month under a schedule of half an hour has 1,488."""


def find_oldest_good(source: SourceConfig, entity: EntityConfig, now: datetime) -> datetime | None:
    """Give the moment behind which the last complete run has to have ended; None: nothing says when it runs.

    A run may take as long as the time to the next one: an entity is late when two of its moments have passed
    without a complete run that ended after the first of them.

    Args:
        source: has the schedule, in UTC as Airflow reads it.
        entity: may have a rhythm of its own.
        now: aware.

    Raises:
        ConfigError: the schedule is no cron expression.
    """
    ticks = _iterate(source, now)
    if ticks is None:
        return None
    ticks.get_prev(datetime)
    before: datetime = ticks.get_prev(datetime)
    if entity.every is None:
        return before
    return min(before, now - timedelta(seconds=2 * entity.every))


def find_next_run(
    source: SourceConfig, entity: EntityConfig, now: datetime, last_good: datetime | None
) -> datetime | None:
    """Give the next moment of the schedule at which the entity is read; None: nothing says when it runs.

    Args:
        source: has the schedule.
        entity: may have a rhythm of its own.
        now: aware.
        last_good: when the last complete run began; None: there was none.

    Raises:
        ConfigError: the schedule is no cron expression.
    """
    ticks = _iterate(source, now)
    if ticks is None:
        return None
    for _ in range(_MOST_TICKS):
        tick: datetime = ticks.get_next(datetime)
        if entity.every is None or is_due(last_good, tick, entity.every):
            return tick
    return None


def _iterate(source: SourceConfig, now: datetime) -> croniter | None:
    schedule = source.dag.schedule
    if schedule is None or schedule in _PRESETS:
        return None
    try:
        return croniter(schedule, now)
    except ValueError as error:
        where = f"{source.crm_source}/source.yaml"
        raise ConfigError(
            where, "dag.schedule", "a cron expression or a preset", got=repr(schedule)
        ) from error
