"""The command `crm-sync`: exit code 0 is good, 1 a run, check or file that failed, 2 wrong use."""

from __future__ import annotations

import click

from crm_sync import __version__
from crm_sync.cli.check import check
from crm_sync.cli.init import init


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="crm-sync")
def main() -> None:
    """Keep a PostgreSQL warehouse in step with CRM systems."""


main.add_command(check)
main.add_command(init)
