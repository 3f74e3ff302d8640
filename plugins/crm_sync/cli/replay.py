"""`crm-sync replay`: sends rejected records through transform, validate and save again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from crm_sync.cli.completing import complete_crm, complete_entity
from crm_sync.cli.run_flags import collect_conf
from crm_sync.cli.starting import Start
from crm_sync.cli.sync import place_options


@click.command()
@click.argument("crm_source", metavar="CRM", shell_complete=complete_crm)
@click.argument("sync_type", metavar="[ENTITY]", required=False, shell_complete=complete_entity)
@click.option("--rule", "replay_rule", help="Only records that wait for this rule, such as required.")
@click.option(
    "--id", "replay_ids", type=click.IntRange(1), multiple=True, metavar="N",
    help="Only this reject of `crm-sync rejected`; may be given again.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would happen, write nothing.")
@click.option("--skip-validation", is_flag=True, help="Let records pass that break rules.")
@place_options
def replay(
    crm_source: str,
    sync_type: str | None,
    *,
    is_triggered: bool,
    url: str | None,
    log: Path | None,
    is_json: bool,
    **flags: object,
) -> None:
    """Send rejected records through again, without a call to the CRM.

    A record that passes now is saved, unless a newer run wrote its row; the others wait on. Exits like
    `sync`.
    """
    conf = {"replay_rejected": True, **collect_conf(flags)}
    if sync_type is not None:
        conf["entities"] = [sync_type]
    sys.exit(Start(crm_source, conf, is_triggered, url, log, is_json).run())
