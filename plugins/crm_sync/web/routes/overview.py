"""Every entity with its state, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from fastapi import APIRouter

from crm_sync.config.models import SourceConfig
from crm_sync.exceptions import ConfigError
from crm_sync.web.airflow_rows import read_paused
from crm_sync.web.answers.overview import EntityStatus, Overview
from crm_sync.web.guard import Viewer, ViewerDep, name_dag
from crm_sync.web.reach import NoAnswerError, Reach, ReachDep, group_by_warehouse
from crm_sync.web.states import Known, build_status, read_known, sort_statuses

router = APIRouter()


@router.get("/overview")
def read_overview(viewer: ViewerDep, reach: ReachDep) -> Overview:
    """Give every entity with its state, the worst first.

    Without a warehouse the entities come as their YAML has them, and `problem` says why.
    """
    sources, now = reach.list_visible(viewer), reach.clock()
    paused = read_paused([name_dag(source.crm_source) for source in sources])
    problems = list(_list_faults(viewer, reach))
    statuses: list[EntityStatus] = []
    unused: set[str] = set()
    for group in group_by_warehouse(sources):
        known = _ask(reach, group, problems)
        found = list(_list_statuses(group, replace(known, paused=paused), now, problems))
        if known.rows is not None:
            used = {one.crm_source for one in found if one.sync_history_id is not None}
            unused |= {source.crm_source for source in group} - used
            found = [one for one in found if one.crm_source in used]
        statuses += found
    if not sources and not problems:
        problems.append(_explain_nothing(reach))
    return Overview(
        now=now,
        problem=" ".join(problems) or None,
        unused=sorted(unused),
        entities=sort_statuses(statuses),
    )


def _ask(reach: Reach, sources: Sequence[SourceConfig], problems: list[str]) -> Known:
    try:
        with reach.ask(sources[0]) as connect:
            return read_known(connect, [entity for source in sources for entity in source.entities.values()])
    except NoAnswerError as error:
        problems.append(str(error))
        return Known()


def _list_statuses(
    sources: Sequence[SourceConfig], known: Known, now: datetime, problems: list[str]
) -> Iterator[EntityStatus]:
    for source in sources:
        try:
            for entity in source.entities.values():
                yield build_status(source, entity, known, now)
        except ConfigError as error:
            problems.append(f"{error}.")


def _list_faults(viewer: Viewer, reach: Reach) -> Iterator[str]:
    faults = reach.configs.read().faults
    for name in viewer.keep_visible(faults):
        yield faults[name]


def _explain_nothing(reach: Reach) -> str:
    if not reach.configs.read().sources:
        return "No CRM is configured: `crm-sync init` writes a first one."
    return "You may see none of the DAGs of crm_sync, or Airflow has not read them yet."
