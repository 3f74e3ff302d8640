"""`crm-sync status`: is everything fresh, and what is not, the worst first."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_sync.cli.output import as_json, print_json, print_table, show_span
from crm_sync.cli.sources import configs_option, name_sources, prepare_airflow

if TYPE_CHECKING:
    from crm_sync.insight.overview import EntityState

_COLUMNS = (
    "CRM", "entity", "state", "complete up to", "age", "24 h", "7 d", "#rejected", "proved", "#run", "why",
)  # fmt: skip


@click.command()
@click.argument("crm_sources", metavar="[CRM]...", nargs=-1)
@configs_option
@as_json
def status(crm_sources: tuple[str, ...], configs: Path | None, is_json: bool) -> None:
    """Say how fresh each entity is; exits with 1 if one failed, is late or was never read.

    24 h and 7 d are the runs that went well of those that ended. Rejected are records that wait. Proved is
    what the latest comparison with the source came to. A CRM that never ran is left out, unless it is named.
    """
    prepare_airflow()
    from crm_sync.insight.overview import leave_out_unused
    from crm_sync.warehouses import read_states

    folder, names = name_sources(crm_sources, configs)
    now = datetime.now(UTC)
    everything = read_states(names, folder, now)
    states = everything if crm_sources else leave_out_unused(everything)
    unused = sorted({state.crm_source for state in everything} - {state.crm_source for state in states})
    if is_json:
        print_json(states)
    else:
        if states:
            print_table(_COLUMNS, (_list_cells(state, now) for state in states))
        if unused:
            click.echo(f"No run yet of: {', '.join(unused)}.")
    sys.exit(0 if all(state.is_good for state in states) else 1)


def _list_cells(state: EntityState, now: datetime) -> tuple[object, ...]:
    age = None if state.watermark is None else show_span(max(0.0, (now - state.watermark).total_seconds()))
    day, week = (
        f"{good}/{runs}" if runs else None
        for good, runs in ((state.good_24h, state.runs_24h), (state.good_7d, state.runs_7d))
    )
    return (
        *(state.crm_source, state.sync_type, state.health, state.watermark, age, day, week),
        *(_show_rejects(state.open_rejects), _show_proof(state), state.sync_history_id, state.reason),
    )


def _show_proof(state: EntityState) -> str | None:
    """Say what the latest comparison with the source came to, and when."""
    proof = state.proof
    if proof is None:
        return None
    found = f", {proof.differences:,} differ" if proof.verdict == "different" else ""
    return f"{proof.verdict}{found}, {proof.ended_at:%Y-%m-%d}"


def _show_rejects(count: int) -> int | str | None:
    from crm_sync.insight.overview import MOST_REJECTS

    return f"over {MOST_REJECTS - 1}" if count >= MOST_REJECTS else count or None
