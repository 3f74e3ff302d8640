"""Open rejects by rule, field and run, and the records behind them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, status
from pydantic import BaseModel, ConfigDict

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.insight.reject_pages import (
    MOST_GROUPS,
    RejectGroup,
    Wanted,
    list_groups,
    list_page,
    read_record,
)
from crm_sync.insight.rejects import Reject
from crm_sync.storage.connections import Connect
from crm_sync.web.answers import rejected as answers
from crm_sync.web.entity_facts import hides_key
from crm_sync.web.guard import Viewer, ViewerDep, not_found
from crm_sync.web.reach import NoAnswerError, Reach, ReachDep, group_by_warehouse
from crm_sync.web.routes.runs import Where

router = APIRouter()
HIDDEN = "***"
DATABASE_RULE = "database"
_QUOTED = re.compile(r'"[^"]*"')


class Asked(BaseModel):
    """Which rejects are asked for; null: any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    crm_source: str | None = None
    sync_type: str | None = None
    """Only with `crm_source`."""
    rule: str | None = None
    field: str | None = None
    """Empty: the record as a whole."""
    run: Annotated[int | None, Query(ge=1)] = None
    most: Annotated[int, Query(ge=1, le=500)] = 50
    after: Annotated[int | None, Query(ge=1)] = None


@router.get("/rejected")
def read_rejected(viewer: ViewerDep, reach: ReachDep, asked: Annotated[Asked, Query()]) -> answers.Rejected:
    """Give a page of open rejects, by rule and field, and how many there are of each."""
    sources = _choose(viewer, reach, asked)
    warehouses = group_by_warehouse(sources)
    if asked.after is not None and len(warehouses) > 1:
        raise HTTPException(
            status.HTTP_422_UNPROCESSABLE_CONTENT,
            "after: expected crm_source, too, because each warehouse counts its rejects by itself.",
        )
    groups: list[RejectGroup] = []
    rejects: list[Reject] = []
    problem = None
    for some in warehouses:
        try:
            with reach.ask(some[0]) as connect:
                wanted = Wanted(_list_entities(some, asked.sync_type), asked.rule, asked.field, asked.run)
                found = list_groups(connect, wanted)
                rejects += list_page(connect, wanted, found, most=asked.most + 1, after=asked.after)
                groups += found
        except NoAnswerError as error:
            problem = str(error)
    shown = rejects[: asked.most]
    return answers.Rejected(
        problem=problem,
        rejects=[_show(one, viewer, reach) for one in shown],
        groups=[answers.RejectGroup(**asdict(group)) for group in groups],
        groups_more=len(groups) >= MOST_GROUPS,
        next=shown[-1].id if len(rejects) > asked.most and len(warehouses) == 1 else None,
        may_edit=bool(sources) and all(viewer.may_edit(source.crm_source) for source in sources),
    )


@router.get("/rejected/{number}/record")
def read_rejected_record(
    viewer: ViewerDep, reach: ReachDep, number: int, crm_source: Where = None
) -> answers.RawRecord:
    """Give the record behind a reject as it was fetched, masked; only to those who may edit the DAG."""

    def look(connect: Connect) -> answers.RawRecord | None:
        found = read_record(connect, number)
        if found is None or not viewer.may_see(found.crm_source):
            return None
        if not viewer.may_edit(found.crm_source):
            raise HTTPException(
                status.HTTP_403_FORBIDDEN, "Records are shown to those who may edit the DAG of the CRM."
            )
        return answers.RawRecord(record=found.record, record_altered=found.record_altered)

    record = reach.search(viewer, crm_source, look)
    if record is None:
        raise not_found(f"reject {number}")
    return record


def _choose(viewer: Viewer, reach: Reach, asked: Asked) -> list[SourceConfig]:
    if asked.crm_source is None:
        if asked.sync_type is not None:
            raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, "sync_type: expected crm_source, too.")
        return reach.list_visible(viewer)
    if asked.sync_type is not None:
        return [reach.find(viewer, asked.crm_source, asked.sync_type)[0]]
    found = [one for one in reach.list_visible(viewer) if one.crm_source == asked.crm_source]
    if not found:
        raise not_found(f"CRM {asked.crm_source}")
    return found


def _list_entities(sources: Sequence[SourceConfig], sync_type: str | None) -> list[EntityConfig]:
    return [
        entity
        for source in sources
        for entity in source.entities.values()
        if sync_type in (None, entity.sync_type)
    ]


def _show(reject: Reject, viewer: Viewer, reach: Reach) -> answers.Reject:
    """Hide what the user may not see: values without the right to edit, keys that are sensitive."""
    found = reach.configs.read().find_entity(reject.crm_source, reject.sync_type)
    is_key_hidden = found is None or hides_key(found[1])
    values = asdict(reject)
    if is_key_hidden:
        values["record_id"] = HIDDEN
    if not viewer.may_edit(reject.crm_source):
        values["value"] = None if reject.value is None else HIDDEN
        values["error"] = _hide_values(reject)
    return answers.Reject(**values)


def _hide_values(reject: Reject) -> str:
    """Give what is wrong without what the record says: PostgreSQL quotes it in its messages."""
    if reject.rule == DATABASE_RULE:
        return _QUOTED.sub(HIDDEN, reject.error)
    return reject.error.replace(reject.value, HIDDEN) if reject.value else reject.error
