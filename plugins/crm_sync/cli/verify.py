"""`crm-sync verify`: does a table equal its source, and if not, which records differ."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crm_sync.cli.output import as_json, print_json, print_table
from crm_sync.cli.sources import WrongUseError, configs_option, name_sources, prepare_airflow

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
    type=click.Choice(["full", "ids", "slice", "sample", "count"]),
    help="full (the default): every column of all records. ids: keys and modified times. "
    "slice: the next part. sample: rows chosen by chance. count: numbers alone.",
)
@click.option("--sample", metavar="SIZE", help="Method sample: so many rows (500), or a share of them (1%).")
@click.option("--seed", help="Other rows for another seed; by default it is the day, in UTC.")
@configs_option
@as_json
def verify(crm_source: str, entities: tuple[str, ...], configs: Path | None, **how: Any) -> None:
    """Compare tables with their source, and name what differs.

    Reads as a sync does, within the same limits, and changes no row. What is found is kept in
    crm_sync.proofs. Exits with 1 if a table differs, or if it can't be proved that it does not.
    """
    method = _choose_method(how["method"], is_sampled=bool(how["sample"] or how["seed"]))
    prepare_airflow()
    # what is odd about records was said when they were synced
    logging.getLogger("crm_sync").setLevel(logging.ERROR)
    from crm_sync.side_runs import build_verifier, choose_entities, parse_method
    from crm_sync.sync.sample import SampleSize

    size = SampleSize.parse(how["sample"] or "500", seed=how["seed"] or "")
    folder, _ = name_sources([crm_source], configs)
    source, chosen = choose_entities(crm_source, entities, folder)
    results = {
        entity.sync_type: build_verifier(source, entity).verify(parse_method(method), sample=size)
        for entity in chosen
    }
    if how["is_json"]:
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


def _choose_method(named: str | None, *, is_sampled: bool) -> str:
    method = named or ("sample" if is_sampled else "full")
    if is_sampled and method != "sample":
        raise WrongUseError(f"--sample and --seed belong to method sample, not to {method}.")
    return method


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
