"""`crm-sync status`: is everything fresh, and what is not, the worst first."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_sync.cli.completing import complete_crm
from crm_sync.cli.output import as_json, print_json, print_table, show_span
from crm_sync.cli.sources import configs_option, name_sources, prepare_airflow

if TYPE_CHECKING:
    from crm_sync.insight.findings import Finding
    from crm_sync.insight.overview import EntityState

_COLUMNS = ("CRM", "entity", "state", "complete up to", "age", "24 h", "7 d", "#rejected", "#run", "why")


@click.command()
@click.argument("crm_sources", metavar="[CRM]...", nargs=-1, shell_complete=complete_crm)
@configs_option
@as_json
def status(crm_sources: tuple[str, ...], configs: Path | None, is_json: bool) -> None:
    """Say how fresh each entity is; exits with 1 if one failed, is late or was never read.

    24 h and 7 d are the runs that went well of those that ended. Rejected are records that wait. A CRM that
    never ran is left out, unless it is named.
    """
    prepare_airflow()
    from crm_sync.insight.look import look
    from crm_sync.insight.overview import sort_states
    from crm_sync.warehouses import open_warehouses

    folder, names = name_sources(crm_sources, configs)
    now = datetime.now(UTC)
    looks = [
        look(connect, sources, now, with_unused=bool(crm_sources))
        for connect, sources in open_warehouses(names, folder)
    ]
    states = sort_states(state for one in looks for state in one.states)
    whole = [finding for one in looks for finding in one.findings if finding.sync_type is None]
    if is_json:
        print_json([*states, *map(_describe_whole, whole)])
    else:
        if states:
            print_table(_COLUMNS, (_list_cells(state, now) for state in states))
        for finding in whole:
            click.echo(f"{finding.name}: {finding.sentence}")
        if unused := sorted(name for one in looks for name in one.unused):
            click.echo(f"No run yet of: {', '.join(unused)}.")
    sys.exit(0 if all(state.is_good for state in states) and not whole else 1)


def _describe_whole(finding: Finding) -> dict[str, object]:
    """Give a finding about a CRM as a whole in the shape of an entity's state."""
    return {
        "crm_source": finding.crm_source,
        "sync_type": None,
        "health": finding.kind,
        "reason": finding.sentence,
        "findings": [finding],
    }


def _list_cells(state: EntityState, now: datetime) -> tuple[object, ...]:
    age = None if state.watermark is None else show_span(max(0.0, (now - state.watermark).total_seconds()))
    day, week = (
        f"{good}/{runs}" if runs else None
        for good, runs in ((state.good_24h, state.runs_24h), (state.good_7d, state.runs_7d))
    )
    return (
        *(state.crm_source, state.sync_type, state.health, state.watermark, age, day, week),
        *(_show_rejects(state.open_rejects), state.sync_history_id, _explain(state)),
    )


def _explain(state: EntityState) -> str:
    return " ".join(finding.sentence for finding in state.findings) or state.reason


def _show_rejects(count: int) -> int | str | None:
    from crm_sync.insight.overview import MOST_REJECTS

    return f"over {MOST_REJECTS - 1}" if count >= MOST_REJECTS else count or None
