"""`crm-sync check`: says in plain words whether a sync would work."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import click


@click.command()
@click.argument("crm_sources", metavar="[CRM]...", nargs=-1)
@click.option(
    "--configs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with one folder per CRM.  [default: configs in Airflow's DAG folder]",
)
def check(crm_sources: tuple[str, ...], configs: Path | None) -> None:
    """Say whether CRMs, warehouse and staging can be used; without a CRM's name, check all of them.

    Each entity is asked for one record at most, which is thrown away; the warehouse's catalog is read, and
    nothing is written.
    """
    # outside of a task Airflow looks into its own database for connections only for a server
    os.environ.setdefault("_AIRFLOW_PROCESS_CONTEXT", "server")
    # a passing fault is repeated without a word; what stays is in the findings
    logging.getLogger("crm_sync").setLevel(logging.WARNING)
    # Airflow minds the underscores in names of connection types, those of its own providers too
    logging.getLogger("airflow.models.connection").setLevel(logging.ERROR)
    from crm_sync.config.loader import list_sources
    from crm_sync.connection_check import check_crm, check_staging
    from crm_sync.settings import configs_dir

    folder = configs or configs_dir()
    known = list_sources(folder)
    for name in crm_sources:
        if name not in known:
            expected = f"expected one of {', '.join(known)}" if known else f"{folder} has none"
            message = f"CRM '{name}' is unknown: {expected}."
            raise click.UsageError(message)
    is_good = True
    for findings in ([check_staging()], *(check_crm(name, folder) for name in crm_sources or known)):
        for finding in findings:
            click.echo(str(finding))
            is_good = is_good and finding.is_good
    sys.exit(0 if is_good else 1)
