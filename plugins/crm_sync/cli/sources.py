"""What several commands ask for: CRMs by name, in the folder that counts."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path

import click


class WrongUseError(click.ClickException):
    """One sentence about an argument, and exit code 2."""

    exit_code = 2


configs_option = click.option(
    "--configs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with one folder per CRM.  [default: configs in Airflow's DAG folder]",
)


def prepare_airflow() -> None:
    """Let connections be found wherever Airflow keeps them, and let nothing else be printed."""
    # outside of a task Airflow looks into its own database for connections only for a server
    os.environ.setdefault("_AIRFLOW_PROCESS_CONTEXT", "server")
    # a passing fault is repeated without a word; what stays is in the command's answer
    logging.getLogger("crm_sync").setLevel(logging.WARNING)
    # Airflow minds the underscores in names of connection types, those of its own providers too
    logging.getLogger("airflow.models.connection").setLevel(logging.ERROR)


def name_sources(crm_sources: Iterable[str], configs: Path | None) -> tuple[Path, list[str]]:
    """Give the folder of the YAML, and the names that were asked for or all that are there.

    Raises:
        click.UsageError: there is no such CRM.
    """
    from crm_sync.config.loader import list_sources
    from crm_sync.settings import configs_dir

    folder = configs or configs_dir()
    known, asked = list_sources(folder), list(crm_sources)
    for name in asked:
        if name not in known:
            expected = f"expected one of {', '.join(known)}" if known else f"{folder} has none"
            message = f"CRM '{name}' is unknown: {expected}."
            raise click.UsageError(message)
    return folder, asked or known
