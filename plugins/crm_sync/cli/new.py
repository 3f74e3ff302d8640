"""`crm-sync new`: a CRM over REST that works at once, to be made like the real one line by line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from crm_sync.cli.dag_files import add_ignored
from crm_sync.cli.scaffold.facts import AUTHS, PAGINGS, NewCrm
from crm_sync.exceptions import ConfigError


@click.command()
@click.argument("name", metavar="NAME")
@click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=".", metavar="[FOLDER]"
)
@click.option("--base-url", default="https://api.example.com", show_default=True, help="Address of the API.")
@click.option(
    "--auth", type=click.Choice(AUTHS), default="bearer", show_default=True, help="How its key is sent."
)
@click.option(
    "--paging", type=click.Choice(PAGINGS), default="cursor", show_default=True, help="How lists go on."
)
@click.option("--entity", default="customers", show_default=True, help="The first entity, in the plural.")
@click.option("--path", help="Path of its list.  [default: /v1/ and the entity]")
@click.option("--title", help="Name for people.  [default: NAME, capitalized]")
def new(name: str, folder: Path, **asked: Any) -> None:
    """Write what a new CRM over REST needs, so that all of it works before the first real answer.

    In a checkout of crm_sync (FOLDER, here unless named): YAML, DAG, a fake, tests and docs. In a DAG folder:
    YAML and DAG. Nothing that is there is overwritten.
    """
    from crm_sync.cli.scaffold.places import is_checkout, plan_files

    asked["title"] = asked["title"] or name.capitalize()
    asked["path"] = asked["path"] or f"/v1/{asked['entity']}"
    crm = NewCrm(name=name, **asked)
    try:
        crm.check()
    except ConfigError as error:
        raise click.UsageError(str(error)) from error
    files = plan_files(crm, folder)
    try:
        _write(files)
        if not is_checkout(folder):
            dags = next(file.parent for file in files if file.name == f"crm_sync_{name}.py")
            add_ignored(dags / ".airflowignore", [f"configs/{name}/"])
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    _say_what_is_next(crm, is_whole=is_checkout(folder))


def _write(files: dict[Path, str]) -> None:
    for file, text in files.items():
        said = "added a line to" if file.exists() else "wrote"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        click.echo(f"{said}  {file}")


def _say_what_is_next(crm: NewCrm, *, is_whole: bool) -> None:
    if is_whole:
        click.echo(f"Next: `make docs`, then `make check test-unit` and `make sync CRM={crm.name}`.")
    click.echo(
        f"DAG crm_sync_{crm.name} needs the connection {crm.name}_default; `crm-sync check {crm.name}` tries "
        f"it, and `crm-sync discover {crm.name}` lists what its answers have and the YAML lacks."
    )
