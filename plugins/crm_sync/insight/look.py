"""One look at the CRMs of a warehouse: the state of each entity, and everything that is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm_sync.config.models import SourceConfig
from crm_sync.insight.findings import Finding
from crm_sync.insight.further import read_further
from crm_sync.insight.overview import EntityState, leave_out_unused, read_overview
from crm_sync.insight.schema import has_history
from crm_sync.storage.connections import Connect


@dataclass(frozen=True)
class Look:
    """What a look saw.

    Args:
        states: of the entities, the worst first.
        findings: all that is wrong: entity by entity, then with CRMs as a whole.
        unused: CRMs that never ran, and are left out.
        has_history: the warehouse has the schema crm_sync.
        now: moment of the look.
    """

    states: list[EntityState]
    findings: list[Finding]
    unused: list[str]
    has_history: bool
    now: datetime


def look(
    connect: Connect, sources: Sequence[SourceConfig], now: datetime, *, with_unused: bool = False
) -> Look:
    """Look at the history of some CRMs of one warehouse.

    Args:
        connect: makes a warehouse connection.
        sources: the CRMs.
        now: aware.
        with_unused: whether CRMs that never ran are among the states.

    Raises:
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    is_there = has_history(connect)
    everything = read_overview(connect, sources, now)
    states = everything if with_unused else leave_out_unused(everything)
    names = {source.crm_source for source in sources}
    whole = [one for one in read_further(connect) if one.sync_type is None] if is_there else []
    return Look(
        states=states,
        findings=[
            *(one for state in states for one in state.findings),
            *(one for one in whole if one.crm_source in names),
        ],
        unused=sorted({state.crm_source for state in everything} - {state.crm_source for state in states}),
        has_history=is_there,
        now=now,
    )
