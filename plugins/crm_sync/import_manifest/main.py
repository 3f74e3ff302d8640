"""The command: reads a manifest, writes a CRM's YAML folder, says what became of each stream."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click
import yaml

from crm_sync.config.loader import DEFAULTS_FILE
from crm_sync.exceptions import ConfigError
from crm_sync.import_manifest.connector import Connector, convert_manifest
from crm_sync.import_manifest.findings import NotSaidError
from crm_sync.import_manifest.folder import build_files, check, write
from crm_sync.import_manifest.names import make_source_name
from crm_sync.import_manifest.report import describe
from crm_sync.untyped import Json

_NOTHING = 1


@click.command()
@click.argument("manifest", type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("dags/configs"),
    show_default=True,
    help="Folder that holds the folders of CRMs.",
)
@click.option("--name", default="", help="Name of the CRM; else that of the file, or of its folder.")
@click.option("--title", default="", help="Name of the CRM for people.")
@click.option("--overwrite", is_flag=True, help="Replace files that are there.")
def main(manifest: Path, output: Path, name: str, title: str, *, overwrite: bool) -> None:
    """Write a CRM's YAML folder from MANIFEST, a declarative connector manifest of yours.

    Exit codes: 0, at least one stream is converted; 1, none is, and nothing is written; 2, the input is no
    manifest, or a file is in the way.
    """
    own = manifest.stem if manifest.stem != "manifest" else manifest.resolve().parent.name
    name = make_source_name(name or own)
    try:
        content = manifest.read_bytes()
        connector = convert_manifest(read_manifest(content), title or name)
        check(connector, name, _read_defaults(output))
    except OSError as error:
        raise _fail(f"{manifest}: can't be read ({error.strerror})") from None
    except (ValueError, NotSaidError, ConfigError) as error:
        raise _fail(f"{manifest}: {error}") from None
    for line in describe(connector.verdicts):
        click.echo(line)
    if not connector.entities:
        click.echo("nothing is written, since no stream could be converted")
        raise SystemExit(_NOTHING)
    _write(connector, build_head(manifest.name, content), output / name, overwrites=overwrite)


def read_manifest(content: bytes) -> dict[str, Json]:
    """Read a manifest's YAML.

    Raises:
        ValueError: it is no YAML, or no manifest.
    """
    try:
        # nothing but plain values can come of it
        manifest = yaml.load(content, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"expected YAML, got {str(error).splitlines()[0]}") from None
    if not isinstance(manifest, dict) or not (manifest.get("streams") or manifest.get("dynamic_streams")):
        raise ValueError("expected a declarative manifest, a mapping with streams")
    return manifest


def build_head(name: str, content: bytes) -> str:
    """Give the comment at the beginning of each file.

    Args:
        name: of the manifest's file.
        content: of it.
    """
    digest = hashlib.sha256(content).hexdigest()
    return (
        f"# Converted from {name}, SHA-256 {digest}.\n"
        "# The licence of that file applies to this one, too. How to read it: docs/from-a-manifest.md.\n"
    )


def _read_defaults(output: Path) -> str:
    path = output / DEFAULTS_FILE
    return path.read_text(encoding="utf-8") if path.exists() else "{}\n"


def _write(connector: Connector, head: str, folder: Path, *, overwrites: bool) -> None:
    try:
        paths = write(build_files(connector, head), folder, overwrites=overwrites)
    except FileExistsError as error:
        raise _fail(f"{error} is there already; nothing is written without --overwrite") from None
    click.echo(f"{len(paths)} files written to {folder}")


class _WrongInputError(click.ClickException):
    """The input is no manifest, or a file is in the way."""

    exit_code = 2


def _fail(sentence: str) -> click.ClickException:
    return _WrongInputError(sentence)
