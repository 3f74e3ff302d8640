"""`crm-sync check`: says in plain words whether a sync would work."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_sync.cli.completing import complete_crm
from crm_sync.cli.output import as_json, print_json
from crm_sync.cli.sources import configs_option, name_sources, prepare_airflow

if TYPE_CHECKING:
    from crm_sync.sync.connection_check import Finding


@click.command()
@click.argument("crm_sources", metavar="[CRM]...", nargs=-1, shell_complete=complete_crm)
@configs_option
@as_json
def check(crm_sources: tuple[str, ...], configs: Path | None, is_json: bool) -> None:
    """Say whether CRMs, warehouse and staging can be used; without a CRM's name, check all of them.

    Each entity is asked for one record at most, which is thrown away; the warehouse's catalog is read, and
    nothing is written. Exits with 1 if one of the checks failed.
    """
    prepare_airflow()
    from crm_sync.connection_check import check_crm, check_staging

    folder, names = name_sources(crm_sources, configs)
    findings = []
    for finding in chain.from_iterable(check_crm(name, folder) for name in names):
        findings.append(finding)
        # each as soon as it is known: a CRM may take its time
        if not is_json:
            _print(finding)
    if not (staging := check_staging()).is_good:
        findings.append(staging)
        if not is_json:
            _print(staging)
    if is_json:
        print_json(findings)
    sys.exit(0 if all(finding.is_good for finding in findings) else 1)


def _print(finding: Finding) -> None:
    mark, about, text = str(finding).partition(finding.about)
    colour = "green" if finding.is_good else "red"
    click.echo(click.style(mark, fg=colour, bold=not finding.is_good) + click.style(about, bold=True) + text)
