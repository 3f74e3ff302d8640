"""`crm-sync init`: brings CRMs into the DAG folder of a project that is there already."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from crm_sync.cli.dag_files import DagFile, Outcome, add_ignored, plan_files, write_file
from crm_sync.cli.output import as_json, print_json
from crm_sync.exceptions import ConfigError
from crm_sync.settings import shipped_configs

_MARKS = {Outcome.WRITTEN: "wrote", Outcome.SAME: "as is", Outcome.OTHER: "kept "}


@click.command()
@click.argument("dags", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--crm", "crm_sources", metavar="CRM", multiple=True, required=True, help="May be given again.")
@click.option("--upkeep", is_flag=True, help="Also write the DAGs crm_sync_health and crm_sync_maintenance.")
@as_json
def init(dags: Path, crm_sources: tuple[str, ...], *, upkeep: bool, is_json: bool) -> None:
    """Write the DAG file and the YAML of CRMs into the DAG folder DAGS.

    No file that is there is overwritten: one that differs is kept and named, and the exit code is 1 if it
    belongs to one of these CRMs. The command may be repeated.
    """
    from crm_sync.config.loader import list_sources

    crm_sources, shipped = tuple(dict.fromkeys(crm_sources)), shipped_configs()
    known = list_sources(shipped)
    for name in crm_sources:
        if name not in known:
            message = f"CRM '{name}' is unknown: expected one of {', '.join(known)}."
            raise click.BadParameter(message, param_hint="--crm")
    files: dict[str, Outcome] = {}
    try:
        kept = _write(dags, plan_files(crm_sources, shipped, upkeep=upkeep), files)
        ignored = add_ignored(dags / ".airflowignore", [f"configs/{name}/" for name in crm_sources])
    except OSError as error:
        if not is_json:
            _print(dags, files, ())
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    faults = _find_faults(dags, crm_sources)
    if is_json:
        outcomes = {name: outcome.name.lower() for name, outcome in files.items()}
        print_json({"folder": dags, "files": outcomes, "ignored": ignored, "faults": faults, "kept": kept})
    else:
        _print(dags, files, ignored)
    for fault in faults:
        click.echo(fault, err=True)
    if kept:
        click.echo(f"{kept} file(s) of these CRMs differ from this version's and were kept.", err=True)
    if faults or kept:
        sys.exit(1)
    if not is_json:
        _say_what_is_next(dags, crm_sources)


def _write(dags: Path, planned: Iterable[DagFile], files: dict[str, Outcome]) -> int:
    """Write what is not there yet and note it; gives the number of the CRMs' files that differ."""
    kept = 0
    for file in planned:
        files[file.name] = outcome = write_file(dags / file.name, file.content)
        kept += outcome is Outcome.OTHER and not file.is_shared
    return kept


def _print(dags: Path, files: dict[str, Outcome], ignored: Iterable[str]) -> None:
    for name, outcome in files.items():
        click.echo(f"{_MARKS[outcome]}  {dags / name}")
    for line in ignored:
        click.echo(f"added  {dags / '.airflowignore'}: {line}")


def _find_faults(dags: Path, crm_sources: tuple[str, ...]) -> list[str]:
    """Load what a DAG will load: files that were there before may not fit."""
    from crm_sync.config.loader import load_source

    faults = []
    for name in crm_sources:
        try:
            load_source(dags / "configs", name)
        except ConfigError as error:
            faults.append(f"{dags / 'configs'}: {error}")
    return faults


def _say_what_is_next(dags: Path, crm_sources: tuple[str, ...]) -> None:
    from crm_sync.config.loader import load_source

    for name in crm_sources:
        source = load_source(dags / "configs", name)
        needed = f"{source.connection_id} and {source.warehouse_connection_id}"
        click.echo(f"DAG crm_sync_{name} needs the connections {needed}; `crm-sync check {name}` tries them.")
