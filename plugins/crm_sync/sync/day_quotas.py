"""What a run takes of the quotas of a day, and whether the rest of the day is enough."""

from __future__ import annotations

from dataclasses import dataclass

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.sources.pace import DEFAULT_CLASS, weigh_classes
from crm_sync.storage.connections import NO_SCHEMA, Connect, open_transaction
from crm_sync.storage.sql_files import load_sql
from crm_sync.sync.ahead import Ahead


@dataclass(frozen=True)
class Quota:
    """What a run takes of a quota of the day.

    Args:
        name: class of the CRM's limits.
        per_day: what a day has, after the share that is left to other tools.
        used: promised today already.
        needed: by this run.
    """

    name: str
    per_day: int
    used: int
    needed: float

    @property
    def share(self) -> float:
        """Give the share of the day that the run takes, 1 for all of it."""
        return self.needed / self.per_day

    @property
    def fits(self) -> bool:
        """Tell whether the rest of the day is enough."""
        return self.needed <= self.per_day - self.used


def list_quotas(
    connect: Connect, source: SourceConfig, entity: EntityConfig, ahead: Ahead, calls: int | None
) -> list[Quota]:
    """Give what a run of so many calls takes of each quota that it counts in; none where they are unknown."""
    rest = source.rest
    if rest is None or calls is None or not ahead.pace.calls_per_day:
        return []
    needed: dict[str, float] = {}
    for name, weight in weigh_classes(entity.read, ahead.plan.mode).items():
        known = find_class(source, name)
        needed[known] = needed.get(known, 0) + calls * weight
    quotas = {name: ahead.pace.calls_per_day[name] for name in needed if name in ahead.pace.calls_per_day}
    zones = {name: rest.rate_limits[name].day_zone if name in rest.rate_limits else "UTC" for name in quotas}
    used = read_day_counts(connect, source, zones)
    return [
        Quota(name, max(1, int(per_day * (1 - rest.reserve))), used.get(name, 0), needed[name])
        for name, per_day in quotas.items()
    ]


def read_day_counts(connect: Connect, source: SourceConfig, zones: dict[str, str]) -> dict[str, int]:
    """Give what was promised today of each class, in the time zone of its quota."""
    asked = {"crm_source": source.crm_source, "classes": list(zones), "zones": list(zones.values())}
    try:
        with open_transaction(connect) as cursor:
            cursor.execute(load_sql("queries/select_day_counts"), asked)
            return {name: int(count) for name, count in cursor.fetchall()}
    except NO_SCHEMA:
        return {}


def find_class(source: SourceConfig, name: str) -> str:
    """Give the class whose limit counts a call: one that has no limit of its own shares the usual one."""
    return name if source.rest is None or name in source.rest.rate_limits else DEFAULT_CLASS
