"""`crm-sync verify`: does a table equal its source, and if not, which records differ."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_sync.cli.output import as_json, print_json, print_table
from crm_sync.cli.sources import configs_option, name_sources, prepare_airflow

if TYPE_CHECKING:
    from crm_sync.storage.proofs import Proof
    from crm_sync.sync.verify import NotDue

_COLUMNS = (
    "CRM",
    "entity",
    "method",
    "verdict",
    "#source",
    "#table",
    "#compared",
    "#differ",
    "#newer",
    "why",
)
_FOUND = ("entity", "kind", "record", "column", "source", "table")


@click.command()
@click.argument("crm_source", metavar="CRM")
@click.argument("entities", metavar="[ENTITY]...", nargs=-1)
@click.option(
    "--method",
    type=click.Choice(["full", "ids", "slice", "count"]),
    default="full",
    show_default=True,
    help="full: every column of all records. ids: keys and modified times. slice: the next part. "
    "count: numbers alone.",
)
@configs_option
@as_json
def verify(
    crm_source: str, entities: tuple[str, ...], method: str, configs: Path | None, *, is_json: bool
) -> None:
    """Compare tables with their source, and name what differs.

    Reads as a sync does, within the same limits, and changes no row. What is found is kept in
    crm_sync.proofs. Exits with 1 if a table differs, or if it can't be proved that it does not.
    """
    prepare_airflow()
    # what is odd about records was said when they were synced
    logging.getLogger("crm_sync").setLevel(logging.ERROR)
    from crm_sync.side_runs import build_verifier, choose_entities, parse_method

    folder, _ = name_sources([crm_source], configs)
    source, chosen = choose_entities(crm_source, entities, folder)
    results = {
        entity.sync_type: build_verifier(source, entity).verify(parse_method(method)) for entity in chosen
    }
    if is_json:
        print_json(
            [{"crm_source": crm_source, "sync_type": name, **_tell(one)} for name, one in results.items()]
        )
    else:
        print_table(_COLUMNS, [_list_cells(crm_source, name, one) for name, one in results.items()])
        found = [
            (name, one.kind, one.record_id, ", ".join(one.columns) or one.column, one.source, one.table)
            for name, result in results.items()
            for one in getattr(result, "examples", ())[:20]
        ]
        if found:
            click.echo()
            print_table(_FOUND, found)
    sys.exit(0 if all(map(_is_good, results.values())) else 1)


def _is_good(result: Proof | NotDue) -> bool:
    # what is not due was proved not long ago
    return _tell(result)["verdict"] in ("equal", "not due")


def _tell(result: Proof | NotDue) -> dict[str, object]:
    from crm_sync.sync.verify import NotDue

    if isinstance(result, NotDue):
        return {"verdict": "not due" if result.is_possible else "not provable", "reason": result.sentence}
    told = {name: getattr(result, name) for name in result.__dataclass_fields__}
    return {**told, "examples": [one.to_json() for one in result.examples[:20]]}


def _list_cells(crm_source: str, sync_type: str, result: Proof | NotDue) -> tuple[object, ...]:
    told = _tell(result)
    figures = (told.get(name) for name in ("source_count", "table_count", "compared", "differences", "newer"))
    return (crm_source, sync_type, told.get("method"), told["verdict"], *figures, told["reason"])
