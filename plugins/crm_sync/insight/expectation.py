"""By when an entity should have been read, from its CRM's schedule and its own rhythm."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.exceptions import ConfigError

if TYPE_CHECKING:
    from croniter import croniter

_PRESETS = frozenset({"@continuous", "@once", "@none"})
"""Presets of Airflow that name no moments."""
_NOTED_TICKS = 8
"""A run that takes longer than six of them is judged by their mean distance."""


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
    ticks = _find_ticks(source, now)
    if ticks is None:
        return None
    before, _ = ticks
    if entity.every is None:
        return before
    return min(before, now - timedelta(seconds=2 * entity.every))


def describe_due(source: SourceConfig, entity: EntityConfig, now: datetime) -> dict[str, Any]:
    """Give what the history has to know to find the entity late: it can't read the YAML.

    Args:
        source: has the schedule.
        entity: may have a rhythm of its own.
        now: aware.

    Returns:
        `ticks`: the next moments of the schedule as ISO 8601, none without one; `every_s`: the rhythm.

    Raises:
        ConfigError: the schedule is no cron expression.
    """
    ticks = _open_schedule(source, now)
    moments = [] if ticks is None else [ticks.get_next(datetime).isoformat() for _ in range(_NOTED_TICKS)]
    return {"ticks": moments, "every_s": entity.every}


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
    moment = now
    if entity.every is not None and last_good is not None:
        # the end of the rhythm belongs to it
        moment = max(now, last_good + timedelta(seconds=entity.every, microseconds=-1))
    ticks = _find_ticks(source, moment)
    return None if ticks is None else ticks[1]


def _find_ticks(source: SourceConfig, moment: datetime) -> tuple[datetime, datetime] | None:
    schedule = source.dag.schedule
    if schedule is None or schedule in _PRESETS:
        return None
    try:
        return _compute_ticks(schedule, moment)
    except ValueError as error:
        raise _refuse(source) from error


def _open_schedule(source: SourceConfig, moment: datetime) -> croniter | None:
    schedule = source.dag.schedule
    if schedule is None or schedule in _PRESETS:
        return None
    try:
        return _count_from(schedule, moment)
    except ValueError as error:
        raise _refuse(source) from error


def _refuse(source: SourceConfig) -> ConfigError:
    where, expected = f"{source.crm_source}/source.yaml", "a cron expression or a preset"
    return ConfigError(where, "dag.schedule", expected, got=repr(source.dag.schedule))


def _count_from(schedule: str, moment: datetime) -> croniter:
    from croniter import croniter  # noqa: PLC0415 - only the first stage of a run and the pages ask

    return croniter(schedule, moment)


@lru_cache(maxsize=1024)
def _compute_ticks(schedule: str, moment: datetime) -> tuple[datetime, datetime]:
    """Give the last but one moment of a schedule and the next one; an overview asks for each CRM's again."""
    ticks = _count_from(schedule, moment)
    following: datetime = ticks.get_next(datetime)
    ticks.set_current(moment)
    ticks.get_prev(datetime)
    before: datetime = ticks.get_prev(datetime)
    return before, following
