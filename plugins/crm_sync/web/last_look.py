"""What the page says of the last look of crm_sync_health: some findings are as old as that."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from crm_sync.insight.kept_looks import KeptLook
from crm_sync.web.answers.overview import Look

HEALTH_DAG = "crm_sync_health"
_RECENT = timedelta(hours=2)
"""Four times the half hour between two looks."""


def describe_look(
    looks: Mapping[str, KeptLook],
    crm_sources: Collection[str],
    paused: Mapping[str, bool],
    now: datetime,
) -> Look | None:
    """Say when all of some CRMs were last looked at.

    Args:
        looks: by CRM.
        crm_sources: those that have a history.
        paused: by DAG, whether Airflow leaves its schedule out.
        now: aware.

    Returns:
        None where there is no history to look at.
    """
    if not crm_sources:
        return None
    moments = [looks[name].looked_at for name in crm_sources if name in looks]
    looked_at = min(moments) if len(moments) == len(crm_sources) else None
    return Look(
        looked_at=looked_at,
        is_recent=looked_at is not None and now - looked_at < _RECENT,
        is_paused=paused.get(HEALTH_DAG),
    )
