"""`crm-sync check`: says in plain words whether a sync would work."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path

import click

from crm_sync.cli.sources import configs_option, name_sources, prepare_airflow


@click.command()
@click.argument("crm_sources", metavar="[CRM]...", nargs=-1)
@configs_option
def check(crm_sources: tuple[str, ...], configs: Path | None) -> None:
    """Say whether CRMs, warehouse and staging can be used; without a CRM's name, check all of them.

    Each entity is asked for one record at most, which is thrown away; the warehouse's catalog is read, and
    nothing is written.
    """
    prepare_airflow()
    from crm_sync.connection_check import check_crm, check_staging

    folder, names = name_sources(crm_sources, configs)
    is_good = True
    for finding in chain.from_iterable(check_crm(name, folder) for name in names):
        click.echo(str(finding))
        is_good = is_good and finding.is_good
    if not (staging := check_staging()).is_good:
        click.echo(str(staging))
        is_good = False
    sys.exit(0 if is_good else 1)
