"""`crm-sync discover`: the fields that an account has and the YAML lacks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crm_sync.cli.output import as_json, print_json
from crm_sync.cli.sources import configs_option, name_sources, prepare_airflow
from crm_sync.exceptions import AuthenticationError, CrmSyncError

if TYPE_CHECKING:
    from crm_sync.config.models import SourceConfig
    from crm_sync.sources.door import Door
    from crm_sync.sync.survey.entity_survey import Survey


@click.command()
@click.argument("crm_source", metavar="CRM")
@click.argument("sync_type", metavar="[ENTITY]", required=False)
@configs_option
@as_json
def discover(crm_source: str, sync_type: str | None, *, configs: Path | None, is_json: bool) -> None:
    """List the fields that an account has and the YAML lacks, as YAML to paste below `fields:`.

    Where the account does not list its fields, a page of its newest records is looked at, and types are
    guessed. What the YAML has and the account lacks is listed, too. Nothing is written.
    """
    prepare_airflow()
    from crm_sync.config.loader import load_source

    folder, _ = name_sources([crm_source], configs)
    source = load_source(folder, crm_source)
    if sync_type is not None and sync_type not in source.entities:
        expected = f"expected one of {', '.join(source.entities)}"
        message = f"Entity '{sync_type}' of {crm_source} is unknown or switched off: {expected}."
        raise click.UsageError(message)
    surveys: list[Survey] = []
    faults = 0
    for one in _survey(source, [sync_type] if sync_type else list(source.entities)):
        if isinstance(one, str):
            click.echo(one, err=True)
            faults += 1
        elif is_json:
            surveys.append(one)
        else:
            _print_yaml(one)
    if is_json:
        print_json(surveys)
    sys.exit(1 if faults else 0)


def _survey(source: SourceConfig, names: list[str]) -> Iterator[Survey | str]:
    """Give the survey of each entity, or a sentence why there is none."""
    from crm_sync.connection_check import open_hook
    from crm_sync.sync.connection_check import find_door
    from crm_sync.sync.survey.entity_survey import survey_entity

    open_door = open_hook(source).open_door
    # an account that can't be asked at all is one sentence, and not one for each entity
    opened = open_door().in_haste()
    _prove_key(opened)
    for name in names:
        try:
            columns = source.entities[name].fields
            door, entity = find_door(opened, source.entities[name], open_door)
            yield survey_entity(door, entity, datetime.now(UTC), taken=columns)
        except CrmSyncError as error:
            yield f"{source.crm_source}.{name}: {' '.join(str(error).split())}"


def _prove_key(door: Door[Any]) -> None:
    """Let an account refuse the key before it is asked for anything else."""
    try:
        door.probe_key()
    except AuthenticationError as error:
        # a valid key may lack the right to what proves it
        if error.status_code != HTTPStatus.FORBIDDEN:
            raise


def _print_yaml(survey: Survey) -> None:
    from crm_sync.sync.survey.yaml_text import write_yaml

    click.echo(write_yaml(survey), nl=False)
