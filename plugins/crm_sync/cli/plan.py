"""`crm-sync plan`: what a run would read, and what it would take, before it begins."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_sync.cli.output import as_json, print_json, print_table, show_span
from crm_sync.cli.sources import configs_option, name_sources, prepare_airflow

if TYPE_CHECKING:
    from crm_sync.sync.estimate import Estimate

_COLUMNS = (
    "entity", "reads", "since", "#records", "from", "#created", "#updated", "#calls", "of the day", "takes",
    "#USD", "warning",
)  # fmt: skip
_BASES = {"counted": "the source", "usual": "past runs", "table": "the table", "unknown": ""}


@click.command()
@click.argument("crm_source", metavar="CRM")
@click.argument("entities", metavar="[ENTITY]...", nargs=-1)
@click.option("--full", is_flag=True, help="As the run's flag.")
@click.option("--force", is_flag=True, help="As the run's flag.")
@click.option("--start-date", metavar="MOMENT", help="As the run's flag.")
@click.option("--end-date", metavar="MOMENT", help="As the run's flag.")
@click.option("--max-records", type=click.IntRange(0), default=0, help="As the run's flag.")
@click.option("--flag", "own_flags", metavar="NAME=VALUE", multiple=True, help="A flag of this CRM alone.")
@configs_option
@as_json
def plan(
    crm_source: str,
    entities: tuple[str, ...],
    *,
    own_flags: tuple[str, ...],
    configs: Path | None,
    is_json: bool,
    **flags: object,
) -> None:
    """Say what a run with these flags would read: records, calls, time, share of the day's quota, money.

    The source is asked for its number of records where it can say it; the rest goes by past runs. Nothing is
    read and nothing is written. Exits with 1 if a run can't fit into what is left of the day's quota.
    """
    prepare_airflow()
    from crm_sync.side_runs import choose_entities, plan_runs

    folder, _ = name_sources([crm_source], configs)
    source, chosen = choose_entities(crm_source, entities, folder)
    params = {name: value for name, value in flags.items() if value}
    estimates = list(plan_runs(source, chosen, {**params, **_read_flags(own_flags)}))
    if is_json:
        print_json([{**vars_of(one), "warning": one.warning} for one in estimates])
    else:
        print_table(_COLUMNS, map(_list_cells, estimates))
    sys.exit(1 if any(one.warning for one in estimates) else 0)


def vars_of(estimate: Estimate) -> Mapping[str, object]:
    """Give an estimate's values by name."""
    return {name: getattr(estimate, name) for name in estimate.__dataclass_fields__}


def _read_flags(given: tuple[str, ...]) -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign:
            message = f"'{one}' has no value: expected NAME=VALUE."
            raise click.BadParameter(message, param_hint="--flag")
        found[name] = int(value) if value.isdecimal() else value
    return found


def _list_cells(estimate: Estimate) -> tuple[object, ...]:
    quota, basis = estimate.quota, _BASES[estimate.basis]
    return (
        *(estimate.sync_type, estimate.mode, estimate.since or "the beginning", estimate.records, basis),
        *(estimate.created, estimate.updated, estimate.calls),
        None if quota is None else f"{quota.share:.1%} {quota.name}",
        None if estimate.seconds is None else show_span(estimate.seconds),
        None if estimate.cost_usd is None else f"{estimate.cost_usd:.4f}",
        estimate.warning,
    )
