"""`crm-sync rejected`: records that a rule, a type or the database kept out and that wait."""

from __future__ import annotations

from pathlib import Path

import click

from crm_sync.cli.completing import complete_crm, complete_entity
from crm_sync.cli.output import as_json, print_json, print_table
from crm_sync.cli.sources import configs_option, name_sources, prepare_airflow

_COLUMNS = ("#id", "CRM", "entity", "record", "field", "rule", "value", "what is wrong", "#seen", "last")


@click.command()
@click.argument("crm_source", metavar="[CRM]", required=False, shell_complete=complete_crm)
@click.argument("sync_type", metavar="[ENTITY]", required=False, shell_complete=complete_entity)
@click.option("--rule", help="Only those of this rule, such as required or field_nulled.")
@click.option("--most", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many.")
@configs_option
@as_json
def rejected(  # each of them is an option of the command
    crm_source: str | None,
    sync_type: str | None,
    *,
    rule: str | None,
    most: int,
    configs: Path | None,
    is_json: bool,
) -> None:
    """List open rejects, of all CRMs, of one, or of one entity."""
    prepare_airflow()
    from crm_sync.insight.rejects import list_rejects
    from crm_sync.warehouses import open_warehouses

    folder, names = name_sources([crm_source] if crm_source else [], configs)
    found = [
        one
        for connect, _ in open_warehouses(names, folder)
        for one in list_rejects(connect, crm_source, sync_type, rule, most=most)
    ][:most]
    if is_json:
        print_json(found)
    else:
        print_table(
            _COLUMNS,
            (
                (
                    *(one.id, one.crm_source, one.sync_type, one.record_id, one.field, one.rule, one.value),
                    *(one.error, one.times_seen, one.last_seen_at),
                )
                for one in found
            ),
        )
