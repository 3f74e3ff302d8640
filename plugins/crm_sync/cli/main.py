"""The command `crm-sync`: exit code 0 is good, 1 a run, check or file that failed, 2 wrong use."""

from __future__ import annotations

import click
from typing_extensions import override

from crm_sync import __version__
from crm_sync.airflow_version import check_airflow
from crm_sync.cli.check import check
from crm_sync.cli.completion import completion
from crm_sync.cli.discover import discover
from crm_sync.cli.history import history, show
from crm_sync.cli.init import init
from crm_sync.cli.new import new
from crm_sync.cli.plan import plan
from crm_sync.cli.rejected import rejected
from crm_sync.cli.replay import replay
from crm_sync.cli.sources import WrongUseError
from crm_sync.cli.status import status
from crm_sync.cli.sync import sync
from crm_sync.cli.verify import verify
from crm_sync.exceptions import CrmSyncError


class _Commands(click.Group):
    """Commands whose errors are sentences: a fault of ours alone shows where it is in the code."""

    @override
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except click.NoSuchOption as error:
            # one sentence: the usage is a screen for `sync`
            raise WrongUseError(error.format_message()) from error
        except CrmSyncError as error:
            raise _say(error) from error
        except ImportError:
            # an older Airflow lacks what the commands import from it
            try:
                check_airflow()
            except CrmSyncError as error:
                raise _say(error) from error
            raise


def _say(error: CrmSyncError) -> click.ClickException:
    return click.ClickException(" ".join(str(error).split()))


_EPILOG = "Exit codes: 0 good, 1 failed, 2 wrong use, 130 Ctrl-C. Most take --json."


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EPILOG)
@click.version_option(__version__, prog_name="crm-sync")
def main() -> None:
    """Keep a PostgreSQL warehouse in step with CRM systems."""


for command in (
    sync, replay, plan, verify, status, history, show, rejected, check, discover, init, new, completion,
):  # fmt: skip
    main.add_command(command)
