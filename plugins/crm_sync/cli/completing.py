"""What a shell offers behind a command: CRMs and entities by their files, in a few milliseconds."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import CompletionItem


def complete_crm(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the CRMs of the DAG folder."""
    names = {file.parent.name for file in _find_configs().glob("*/source.yaml")}
    return [CompletionItem(name) for name in sorted(names) if name.startswith(incomplete)]


def complete_entity(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the entities of the CRM that stands before."""
    folder = _find_configs() / str(ctx.params.get("crm_source") or "")
    names = {file.stem for file in folder.glob("*.yaml")} - {"source"}
    return [CompletionItem(name) for name in sorted(names) if name.startswith(incomplete)]


def _find_configs() -> Path:
    """Find the YAML without asking Airflow, whose import takes a second."""
    from crm_sync.settings import airflow_home, shipped_configs

    named = os.environ.get("AIRFLOW__CORE__DAGS_FOLDER")
    folder = (Path(named) if named else airflow_home() / "dags") / "configs"
    return folder if folder.is_dir() else shipped_configs()
