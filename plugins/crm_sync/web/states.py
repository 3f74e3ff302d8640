"""Puts together what the page says of an entity's state: its YAML, its history, its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.insight.expectation import find_next_run
from crm_sync.insight.findings import RANKS, Finding, Health
from crm_sync.insight.further import group_further
from crm_sync.insight.kept_looks import KEPT, KeptLook, read_looks
from crm_sync.insight.overview import MOST_REJECTS, EntityState, judge, read_rows
from crm_sync.insight.proofs import LatestProof, read_latest_proofs
from crm_sync.insight.tables import estimate_rows
from crm_sync.storage.connections import Connect
from crm_sync.web.answers import overview as answers
from crm_sync.web.guard import name_dag

UNKNOWN = "Nobody knows, because the history can't be read."
_COUNTS = timedelta(days=1)
"""A look that is older says nothing any more: its findings are about the 24 hours before it."""
_AT_ONCE = frozenset(Health) - KEPT - {Health.DIFFERENT}
"""Findings that are looked for whenever somebody asks; the proofs are read anyway."""
_OWN = frozenset({"open_rejects", "dag_id", "proof"})
_COPIED = (EntityState.__dataclass_fields__.keys() & answers.EntityStatus.model_fields.keys()) - _OWN


@dataclass(frozen=True)
class Known:
    """What is known of all entities of a warehouse.

    Args:
        rows: of the history, by `(crm_source, sync_type)`; None: the history can't be read.
        table_rows: by table.
        proofs: by `(crm_source, sync_type)`.
        others: what is wrong although runs end well, by `(crm_source, sync_type)`.
        looks: the last look of crm_sync_health, by CRM: what is found by it alone.
        paused: by DAG, whether Airflow leaves its schedule out.
    """

    rows: Mapping[tuple[str, str], Mapping[str, Any]] | None = None
    table_rows: Mapping[str, int] = field(default_factory=dict)
    proofs: Mapping[tuple[str, str], LatestProof] = field(default_factory=dict)
    others: Mapping[tuple[str, str | None], Sequence[Finding]] = field(default_factory=dict)
    looks: Mapping[str, KeptLook] = field(default_factory=dict)
    paused: Mapping[str, bool] = field(default_factory=dict)


def read_known(connect: Connect, entities: Sequence[EntityConfig]) -> Known:
    """Ask a warehouse about some entities."""
    crm_sources = sorted({entity.crm_source for entity in entities})
    rows = read_rows(connect, crm_sources, entities[0].sync_type if len(entities) == 1 else None)
    proofs = read_latest_proofs(connect, entities)
    alone = (entities[0].crm_source, entities[0].sync_type) if len(entities) == 1 else (None, None)
    others = group_further(connect, *alone, kinds=_AT_ONCE)
    return Known(rows, estimate_rows(connect, entities), proofs, others, read_looks(connect, crm_sources))


def build_status(
    source: SourceConfig, entity: EntityConfig, known: Known, now: datetime
) -> answers.EntityStatus:
    """Give the state of an entity.

    Args:
        source: its CRM.
        entity: configuration.
        known: of its warehouse.
        now: aware.

    Raises:
        ConfigError: the schedule is no cron expression.
    """
    key = (source.crm_source, entity.sync_type)
    look, proof = known.looks.get(source.crm_source), known.proofs.get(key)
    others = [*known.others.get(key, ()), *_list_kept(look, entity, now), *_list_different(proof)]
    state = judge(source, entity, (known.rows or {}).get(key), now, others)
    if known.rows is None:
        state = replace(state, reason=UNKNOWN)
    is_paused = known.paused.get(name_dag(source.crm_source))
    return answers.EntityStatus(
        **_copy(state),
        title=source.title or source.crm_source,
        table=entity.table,
        is_good=state.is_good,
        found_at=look.looked_at if look is not None and state.health in KEPT else None,
        every_s=entity.every,
        schedule=source.dag.schedule,
        is_paused=is_paused,
        next_run=None if is_paused else find_next_run(source, entity, now, state.last_good_end_time),
        rows=known.table_rows.get(entity.table),
        open_rejects=min(state.open_rejects, MOST_REJECTS - 1),
        open_rejects_more=state.open_rejects >= MOST_REJECTS,
        dag_id=name_dag(source.crm_source),
        proof=proof and answers.LatestProof(verdict=proof.verdict, ended_at=proof.ended_at),
    )


def _list_kept(look: KeptLook | None, entity: EntityConfig, now: datetime) -> list[Finding]:
    if look is None or now - look.looked_at >= _COUNTS:
        return []
    return [one for one in look.findings if one.sync_type == entity.sync_type]


def _list_different(proof: LatestProof | None) -> list[Finding]:
    if proof is None or proof.difference is None:
        return []
    return [
        Finding(proof.crm_source, proof.sync_type, Health.DIFFERENT, proof.difference, since=proof.ended_at)
    ]


def sort_statuses(statuses: Sequence[answers.EntityStatus]) -> list[answers.EntityStatus]:
    """Put the worst first."""
    return sorted(statuses, key=lambda one: (RANKS[one.health], one.crm_source, one.sync_type))


def _copy(state: EntityState) -> dict[str, Any]:
    values = vars(state)
    return {name: values[name] for name in _COPIED}
