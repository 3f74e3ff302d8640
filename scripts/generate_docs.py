"""Writes the generated parts of docs/ from the YAML and the flags; what is outside the markers is prose.

Airflow's connection types are generated in the same way, into a file of the package.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import click
import yaml

from crm_sync.cli.main import main as crm_sync_command
from crm_sync.config.facts import list_facts
from crm_sync.config.field_config import FieldConfig
from crm_sync.config.flags import FLAGS, RENAMED, Flag, build_own_flags, forbidden_pairs
from crm_sync.config.loader import DEFAULTS_FILE, list_sources, load_source
from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.constants import BOOKKEEPING_COLUMNS, OnError
from crm_sync.fields.paths import source_paths
from crm_sync.fields.types import get_field_type
from scripts.connection_types import build_connection_types
from scripts.markdown import build_table
from scripts.systems_table import build_systems_table
from scripts.yaml_words import File, build_reference

CHECKOUT = Path(__file__).resolve().parents[1]
CONFIGS = CHECKOUT / "dags" / "configs"
DOCS = CHECKOUT / "docs"
CONNECTION_TYPES = CHECKOUT / "plugins" / "crm_sync" / "connection_types.json"
_HELP_WIDTH = 100
_FRONT = "README.md"
_SWITCHED_OFF = "Switched off; `enabled: true` in its YAML makes it a part of each run."
_BOOKKEEPING = ", ".join(f"`{name}`" for name in BOOKKEEPING_COLUMNS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or with `--check` only say which are out of date; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when a page is out of date"
    )
    check = parser.parse_args(arguments).check
    files = build_pages(DOCS) | {CONNECTION_TYPES: build_connection_types(CONFIGS)}
    stale = [path for path, text in files.items() if path.read_text(encoding="utf-8") != text]
    for path in stale:
        name = path.relative_to(CHECKOUT)
        if check:
            print(f"{name} is out of date: run 'make docs' and commit it.")
        else:
            path.write_text(files[path], encoding="utf-8")
            print(f"{name} written.")
    return 1 if check and stale else 0


def build_pages(docs: Path) -> dict[Path, str]:
    """Give every page that has generated parts, as it has to be.

    Args:
        docs: the folder docs/.

    Returns:
        Path of the page to its whole text.

    Raises:
        SystemExit: a page or one of its markers is missing.
    """
    pages = {docs.parent / name: parts for name, parts in build_parts().items()}
    # a copy of docs/ alone has no front page
    return {
        path: _replace_parts(path, parts)
        for path, parts in pages.items()
        if path.name != _FRONT or path.exists()
    }


@cache
def build_parts() -> dict[str, dict[str, str]]:
    """Give the generated parts: page to marker to text."""
    pages = {"docs/flags.md": {"flags": build_flag_table(), "pairs": build_pair_table()}}
    pages["docs/command-line.md"] = {"commands": build_commands()}
    pages[_FRONT] = {"systems": build_systems_table(CONFIGS)}
    for name, file in list_files().items():
        pages[f"docs/reference/{name}.md"] = {"words": build_reference(file)}
    for crm_source in list_sources(CONFIGS):
        source = load_source(CONFIGS, crm_source, with_disabled=True)
        tables = "\n\n".join(build_field_table(entity) for entity in source.entities.values())
        tables += f"\n\nBesides, every table has {_BOOKKEEPING}."
        # a second account has the fields of the first one and no page of its own
        if source.extends is None:
            pages[f"docs/sources/{crm_source}.md"] = {"fields": tables}
    return pages


def list_files() -> dict[str, File]:
    """List the kinds of YAML files that a CRM is made of, each with the name of its page."""
    shared = yaml.safe_load((CONFIGS / DEFAULTS_FILE).read_text(encoding="utf-8"))
    folder, schema = "the folder's name", "as in source.yaml"
    given = {"crm_source": folder, "connection_id": "`<crm_source>_default`", "table_schema": folder}
    return {
        "source-yaml": File(SourceConfig, shared["source"], given, frozenset({"entities"})),
        "entity-yaml": File(
            EntityConfig,
            shared["entity"],
            {"sync_type": "the file's name", "table_schema": schema},
            frozenset({"crm_source"}),
        ),
    }


def build_field_table(entity: EntityConfig) -> str:
    """Describe the columns of one target table."""
    rows = [_field_row(entity, name, field) for name, field in entity.fields.items()]
    if entity.extra:
        rows.append(
            ("`extra`", "jsonb", "everything else", "", "what no column above took, as the source typed it")
        )
    lines = [
        f"### `{entity.table}`",
        "",
        " ".join([*filter(None, [entity.description]), *list_facts(entity)]),
        *([] if entity.enabled else ["", _SWITCHED_OFF]),
        "",
        *build_table(("column", "type", "from", "required", "notes"), rows),
    ]
    if entity.rules:
        lines += [
            "",
            *build_table(
                ("rule", "holds when", "otherwise"), [_rule_row(entity, i) for i in range(len(entity.rules))]
            ),
        ]
    return "\n".join(lines)


def build_flag_table() -> str:
    """Describe every run flag, the CRMs' own ones too."""
    rows = [_flag_row(flag, "all") for flag in FLAGS]
    for crm_source in list_sources(CONFIGS):
        rows += [
            _flag_row(flag, crm_source) for flag in build_own_flags(load_source(CONFIGS, crm_source).flags)
        ]
    old = ", ".join(f"`{before}` → `{after}`" for before, after in RENAMED.items())
    table = build_table(("flag", "command line", "values", "default", "CRMs", "what it does"), rows)
    return "\n".join([*table, "", f"Old names are taken with a warning: {old}."])


def build_commands() -> str:
    """Give the help of each command as it is printed."""
    parts = []
    whole = click.Context(crm_sync_command, info_name="crm-sync", **crm_sync_command.context_settings)
    for name, command in sorted(crm_sync_command.commands.items()):
        context = click.Context(command, parent=whole, info_name=name, terminal_width=_HELP_WIDTH)
        parts.append(f"### {name}\n\n```text\n{command.get_help(context)}\n```")
    return "\n\n".join(parts)


def build_pair_table() -> str:
    """Say of each pair of flags whether a run takes both."""
    names = [flag.name for flag in FLAGS if flag.name != "entities"]
    refused = set(forbidden_pairs())
    rows = [
        (
            f"`{row}`",
            *(
                "" if row == column else "no" if frozenset({row, column}) in refused else "yes"
                for column in names
            ),
        )
        for row in names
    ]
    return "\n".join(build_table(("", *(f"`{name}`" for name in names)), rows))


def _field_row(entity: EntityConfig, name: str, field: FieldConfig) -> tuple[str, ...]:
    paths = [f"label `{label}`" for label in field.labels]
    paths = paths or [f"`{path}`" for path in source_paths(name, field.source)]
    shown = ", else ".join(paths)
    notes = [field.description.rstrip(".")] if field.description else []
    notes += [f"default `{field.default}`"] if field.default is not None else []
    notes += [f"format `{field.format}`"] if field.format else []
    notes += ["an unreadable value rejects the record"] if field.on_error is OnError.REJECT else []
    notes += [f"masked: {field.mask}"] if field.mask else []
    notes += ["sensitive: never shown"] if field.sensitive else []
    required = "yes" if field.required or name in entity.primary_key else ""
    return (
        f"`{name}`",
        f"{get_field_type(field.type).pg_type} ({field.type})",
        shown,
        required,
        "; ".join(notes),
    )


def _rule_row(entity: EntityConfig, number: int) -> tuple[str, ...]:
    rule = entity.rules[number]
    where = f"`{rule.field}` " if rule.field else ""
    return (f"`{rule.name}`", f"`{rule.check}`", f"{rule.action}: {where}{rule.message}")


def _flag_row(flag: Flag, crm: str) -> tuple[str, ...]:
    option = f"--{flag.name.replace('_', '-')}"
    bounds = (
        f"{flag.minimum:,} to {flag.maximum:,}" if flag.maximum is not None else f"{flag.minimum:,} or more"
    )
    values = {
        "boolean": ("true or false", option),
        "integer": (bounds, f"{option} N"),
        "date": ("YYYY-MM-DD or ISO 8601", f"{option} 2026-01-31"),
        "entities": ("list of entities", f"{option} contacts,deals"),
        "integers": ("list of whole numbers", f"{option} 17,18"),
        "text": ("text", f"{option} TEXT"),
    }
    shown, example = values[flag.type]
    default = {"None": "none", "False": "false", "()": "all"}.get(str(flag.default), str(flag.default))
    return (f"`{flag.name}`", f"`{example}`", shown, default, crm, flag.help)


def _replace_parts(path: Path, parts: Mapping[str, str]) -> str:
    if not path.exists():
        sys.exit(f"{path}: expected this page, with its markers for the generated parts.")
    text = path.read_text(encoding="utf-8")
    for name, content in parts.items():
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            sys.exit(f"{path}: expected the markers {begin} and {end}.")
        text = f"{before}{begin}\n{content}\n{end}{after}"
    return text


if __name__ == "__main__":
    sys.exit(main())
