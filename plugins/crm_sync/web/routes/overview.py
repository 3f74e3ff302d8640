"""Every entity with its state, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from fastapi import APIRouter

from crm_sync.config.models import SourceConfig
from crm_sync.exceptions import ConfigError
from crm_sync.insight.kept_looks import KeptLook
from crm_sync.web.airflow_rows import read_paused
from crm_sync.web.answers.overview import CrmFinding, EntityStatus, Overview
from crm_sync.web.guard import Viewer, ViewerDep, name_dag
from crm_sync.web.last_look import HEALTH_DAG, describe_look
from crm_sync.web.reach import NoAnswerError, Reach, ReachDep, group_by_warehouse
from crm_sync.web.states import Known, build_status, read_known, sort_statuses

router = APIRouter()


@router.get("/overview")
def read_overview(viewer: ViewerDep, reach: ReachDep) -> Overview:
    """Give every entity with its state, the worst first.

    Without a warehouse the entities come as their YAML has them, and `problem` says why.
    """
    sources, now = reach.list_visible(viewer), reach.clock()
    paused = read_paused([HEALTH_DAG, *(name_dag(source.crm_source) for source in sources)])
    problems = list(_list_faults(viewer, reach))
    statuses: list[EntityStatus] = []
    findings: list[CrmFinding] = []
    used: set[str] = set()
    unused: set[str] = set()
    looks: dict[str, KeptLook] = {}
    for group in group_by_warehouse(sources):
        known = _ask(reach, group, problems)
        found = list(_list_statuses(group, replace(known, paused=paused), now, problems))
        if known.rows is not None:
            seen = {one.crm_source for one in found if one.sync_history_id is not None}
            unused |= {source.crm_source for source in group} - seen
            found = [one for one in found if one.crm_source in seen]
            used |= seen
            looks |= known.looks
        findings += _list_findings(group, known)
        statuses += found
    if not sources and not problems:
        problems.append(_explain_nothing(reach))
    return Overview(
        now=now,
        problem=" ".join(problems) or None,
        look=describe_look(looks, used, paused, now),
        findings=findings,
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


def _list_findings(sources: Sequence[SourceConfig], known: Known) -> Iterator[CrmFinding]:
    """Give what is wrong with CRMs as a whole."""
    for source in sources:
        title = source.title or source.crm_source
        for one in known.others.get((source.crm_source, None), ()):
            yield CrmFinding(
                crm_source=source.crm_source, title=title, health=one.kind, sentence=one.sentence
            )


def _list_faults(viewer: Viewer, reach: Reach) -> Iterator[str]:
    faults = reach.configs.read().faults
    for name in viewer.keep_visible(faults):
        yield faults[name]


def _explain_nothing(reach: Reach) -> str:
    if not reach.configs.read().sources:
        return "No CRM is configured: `crm-sync init` writes a first one."
    return "You may see none of the DAGs of crm_sync, or Airflow has not read them yet."
