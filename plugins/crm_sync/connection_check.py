"""Says in plain words whether a sync would work: `python -m crm_sync.connection_check --crm NAME`.

It asks each entity for one record at most and throws it away, reads the warehouse's catalog, and writes
nothing. Exit code 0: all is well; 1: something failed; 2: there is no such CRM.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crm_sync.config.loader import list_sources, load_source
from crm_sync.exceptions import ConfigError
from crm_sync.settings import configs_dir

if TYPE_CHECKING:
    from crm_sync.config.models import SourceConfig
    from crm_sync.storage.connections import Connect
    from crm_sync.storage.pg_types import PgConnection
    from crm_sync.sync.connection_check import Finding


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    known = _build_parser().parse_args(arguments)
    # outside of a task Airflow looks into its own database for connections only for a server
    os.environ.setdefault("_AIRFLOW_PROCESS_CONTEXT", "server")
    # a passing fault is repeated without a word; what stays is in the findings
    logging.getLogger("crm_sync").setLevel(logging.WARNING)
    configs = known.configs or configs_dir()
    crm_sources = list_sources(configs)
    wanted = known.crm or crm_sources
    if unknown := [name for name in wanted if name not in crm_sources]:
        expected = f"expected one of {', '.join(crm_sources)}" if crm_sources else f"{configs} has none"
        print(f"CRM '{unknown[0]}' is unknown: {expected}.")
        return 2
    is_good = True
    for name in wanted:
        for finding in check_crm(name, configs):
            print(finding, flush=True)
            is_good = is_good and finding.is_good
    return 0 if is_good else 1


def check_crm(crm_source: str, configs: Path | None = None) -> Iterator[Finding]:
    """Check one CRM and the warehouse for it.

    Args:
        crm_source: one of the folders below `configs`.
        configs: folder with one folder per CRM; None takes the one of `configs_dir`.

    Yields:
        Findings in the order in which they were made.
    """
    from crm_sync.hooks.crm import CrmHook
    from crm_sync.sync.connection_check import Finding, check_source, check_warehouse

    try:
        source = load_source(configs or configs_dir(), crm_source)
    except ConfigError as error:
        yield Finding(f"configuration of {crm_source}", is_good=False, text=str(error))
        return
    yield from check_source(source, CrmHook(source, connect=_refuse_writing).open_door)
    yield from check_warehouse(source, _open_warehouse(source))


def _open_warehouse(source: SourceConfig) -> Connect:
    from airflow.sdk.exceptions import AirflowException

    from crm_sync.hooks.warehouse import build_connect

    connection_id = source.warehouse_connection_id
    connect = build_connect(connection_id)

    def open_named() -> PgConnection:
        try:
            connection: PgConnection = connect()
        except AirflowException as error:
            expected = f"to be defined, as AIRFLOW_CONN_{connection_id.upper()} or in Airflow's UI"
            raise ConfigError(f"connection {connection_id}", "", expected) from error
        return connection

    return open_named


def _refuse_writing() -> PgConnection:
    message = "a check has no rate budget"
    raise RuntimeError(message)


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m crm_sync.connection_check", description=__doc__)
    parser.add_argument("--crm", action="append", help="crm_source, may be given again; default: all")
    parser.add_argument(
        "--configs",
        type=Path,
        help="folder with one folder per CRM; default: configs in AIRFLOW__CORE__DAGS_FOLDER",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
