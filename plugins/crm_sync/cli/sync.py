"""`crm-sync sync`: runs a CRM's DAG here, or lets a running Airflow do it, and shows how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from crm_sync.cli.completing import complete_crm, complete_entity
from crm_sync.cli.output import as_json
from crm_sync.cli.run_flags import RunCommand, collect_conf, run_flags
from crm_sync.cli.starting import URL, Start

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def place_options(command: Decorated) -> Decorated:
    """Give a command the options of where a run works and where its log goes."""
    options = (
        click.option("--trigger", "is_triggered", is_flag=True, help="Let a running Airflow do it."),
        click.option("--url", envvar=URL, metavar="URL", help=f"Of that Airflow, or {URL}."),
        click.option(
            "--log", type=click.Path(dir_okay=False, path_type=Path), help="File for all that is said."
        ),
        as_json,
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command(cls=RunCommand)
@click.argument("crm_source", metavar="CRM", shell_complete=complete_crm)
@click.argument("entities_named", metavar="[ENTITY]...", nargs=-1, shell_complete=complete_entity)
@run_flags()
@place_options
def sync(
    crm_source: str,
    entities_named: tuple[str, ...],
    *,
    is_triggered: bool,
    url: str | None,
    log: Path | None,
    is_json: bool,
    **flags: object,
) -> None:
    """Sync a CRM, or some of its entities, and show it live.

    Exits with 0 after success or partial, 1 if an entity failed, 2 after wrong use, 130 after Ctrl-C.
    """
    conf = collect_conf(flags)
    if entities_named:
        conf["entities"] = [*entities_named, *conf.get("entities", [])]
    sys.exit(Start(crm_source, conf, is_triggered, url, log, is_json).run())
