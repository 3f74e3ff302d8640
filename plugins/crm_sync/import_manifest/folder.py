"""Writes the YAML folder of a converted manifest, and checks it as every run would."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from crm_sync.config.loader import DEFAULTS_FILE, SOURCE_FILE, load_source
from crm_sync.exceptions import ConfigError
from crm_sync.import_manifest.connector import Connector
from crm_sync.import_manifest.findings import NotSaidError

_WIDTH = 120


def check(connector: Connector, crm_source: str, defaults: str = "{}\n") -> None:
    """Load what would be written; entities that are not valid are taken out, each with its reason.

    Args:
        connector: loses these entities.
        crm_source: name of the folder.
        defaults: content of `defaults.yaml`.

    Raises:
        ConfigError: source.yaml itself is not valid.
    """
    while connector.entities:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / DEFAULTS_FILE).write_text(defaults, encoding="utf-8")
            own = Path(folder) / crm_source
            own.mkdir()
            for name, text in build_files(connector, "").items():
                (own / name).write_text(text, encoding="utf-8")
            try:
                load_source(Path(folder), crm_source)
            except ConfigError as error:
                _take_out(connector, error, crm_source)
                continue
            return


def build_files(connector: Connector, head: str) -> dict[str, str]:
    """Give the files by name.

    Args:
        connector: converted.
        head: comment at the beginning of each file.
    """
    doubts = {verdict.entity: verdict.doubts for verdict in connector.verdicts if verdict.entity}
    files = {SOURCE_FILE: head + _describe_connection(connector) + _dump(connector.source)}
    for name, entity in connector.entities.items():
        notes = "".join(_comment(f"Doubt: {doubt}.") for doubt in doubts.get(name, ()))
        files[f"{name}.yaml"] = head + notes + _dump(entity)
    return files


def write(files: Mapping[str, str], folder: Path, *, overwrites: bool) -> list[Path]:
    """Write files into a folder, which is made where it is missing.

    Raises:
        FileExistsError: one is there and may not be overwritten; then none is written.
    """
    paths = {folder / name: text for name, text in files.items()}
    there = [path for path in paths if path.exists()]
    if there and not overwrites:
        raise FileExistsError(str(there[0]))
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in paths.items():
        path.write_text(text, encoding="utf-8")
    return list(paths)


def _take_out(connector: Connector, error: ConfigError, crm_source: str) -> None:
    text = str(error)
    for name in connector.entities:
        if f"{crm_source}/{name}.yaml" in text:
            verdict = next(one for one in connector.verdicts if one.entity == name)
            verdict.lacks.append(NotSaidError("a word that our YAML refuses", text))
            verdict.entity = ""
            del connector.entities[name]
            return
    raise error


def _describe_connection(connector: Connector) -> str:
    lines = [f"Connection: conn_type http, host {connector.host}."]
    lines += [f"{slot}: {value}." for slot, value in connector.secrets.items()]
    lines += [f"extra {name}: {value}." for name, value in connector.extras.items()]
    return "".join(_comment(line) for line in lines)


def _comment(text: str) -> str:
    """Write a comment; a line break of the manifest must not end it."""
    return f"# {' '.join(text.split())}\n"


def _dump(content: Mapping[str, Any]) -> str:
    return yaml.safe_dump(
        dict(content), sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=None
    )
