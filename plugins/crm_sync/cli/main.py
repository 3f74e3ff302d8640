"""The command `crm-sync`: exit code 0 is good, 1 a run, check or file that failed, 2 wrong use."""

from __future__ import annotations

import click
from typing_extensions import override

from crm_sync import __version__
from crm_sync.cli.check import check
from crm_sync.cli.history import history, show
from crm_sync.cli.init import init
from crm_sync.cli.plan import plan
from crm_sync.cli.rejected import rejected
from crm_sync.cli.status import status
from crm_sync.cli.verify import verify
from crm_sync.exceptions import CrmSyncError


class _Commands(click.Group):
    """Commands whose errors are sentences: a fault of ours alone shows where it is in the code."""

    @override
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except CrmSyncError as error:
            raise click.ClickException(" ".join(str(error).split())) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="crm-sync")
def main() -> None:
    """Keep a PostgreSQL warehouse in step with CRM systems."""


for command in (status, history, show, rejected, check, plan, verify, init):
    main.add_command(command)
