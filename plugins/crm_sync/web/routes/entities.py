"""Everything that is known of one entity."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import ConfigError
from crm_sync.insight.drift import KeyChange, list_key_changes
from crm_sync.insight.runs import Usual, find_run, list_entity_runs, read_usual
from crm_sync.insight.tables import read_null_shares
from crm_sync.storage.connections import Connect
from crm_sync.storage.history.history_rows import HistoryRow
from crm_sync.web.airflow_rows import read_paused
from crm_sync.web.answers import entity as answers
from crm_sync.web.entity_facts import describe_reads, find_docs_url, list_columns
from crm_sync.web.guard import ViewerDep, name_dag, not_found
from crm_sync.web.last_look import HEALTH_DAG, describe_look
from crm_sync.web.reach import NoAnswerError, ReachDep
from crm_sync.web.run_facts import build_short
from crm_sync.web.states import Known, build_status, read_known

router = APIRouter()


@dataclass(frozen=True)
class _Read:
    """What the warehouse says of an entity."""

    known: Known = field(default_factory=Known)
    runs: list[HistoryRow] = field(default_factory=list)
    null_shares: dict[str, float] = field(default_factory=dict)
    changes: list[KeyChange] = field(default_factory=list)
    usual: Usual = field(default_factory=lambda: Usual(None, None, None))


@router.get("/entities/{crm_source}/{sync_type}")
def read_entity(
    viewer: ViewerDep,
    reach: ReachDep,
    crm_source: str,
    sync_type: str,
    most: Annotated[int, Query(ge=1, le=500, description="How many runs.")] = 50,
    before: Annotated[int | None, Query(description="Only runs that began before this one.")] = None,
) -> answers.EntityDetail:
    """Give what is known of an entity: its state, its runs, its columns, and the keys of its source."""
    source, entity = reach.find(viewer, crm_source, sync_type)
    now, problem, read = reach.clock(), None, _Read()
    try:
        with reach.ask(source) as connect:
            read = _ask(connect, entity, most=most + 1, before=before)
    except NoAnswerError as error:
        problem = str(error)
    paused = read_paused([HEALTH_DAG, name_dag(crm_source)])
    try:
        status = build_status(source, entity, replace(read.known, paused=paused), now)
    except ConfigError as error:
        raise HTTPException(503, f"{error}.") from error
    shown = read.runs[:most]
    return answers.EntityDetail(
        now=now,
        problem=problem,
        entity=status,
        look=describe_look(read.known.looks, [crm_source] if read.known.rows else [], paused, now),
        runs=[build_short(row, now) for row in shown],
        next_before=shown[-1].id if len(read.runs) > most else None,
        docs_url=find_docs_url(source),
        delta=describe_reads(entity),
        columns=list_columns(entity, read.null_shares),
        drift=[answers.Drift(**asdict(change)) for change in read.changes],
        usual=answers.Usual(
            duration_s_median=read.usual.duration_s, records_per_s_median=read.usual.records_per_s
        ),
    )


def _ask(connect: Connect, entity: EntityConfig, *, most: int, before: int | None) -> _Read:
    crm_source, sync_type = entity.crm_source, entity.sync_type
    last = None if before is None else find_run(connect, before)
    if before is not None and (last is None or (last.crm_source, last.sync_type) != (crm_source, sync_type)):
        raise not_found(f"run {before} of {crm_source}.{sync_type}")
    return _Read(
        known=read_known(connect, [entity]),
        runs=list_entity_runs(connect, crm_source, sync_type, most=most, before=last),
        null_shares=read_null_shares(connect, entity),
        changes=list_key_changes(connect, crm_source, sync_type),
        usual=read_usual(connect, crm_source, sync_type),
    )
