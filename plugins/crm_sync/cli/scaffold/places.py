"""Where a new CRM's files go: all of them in a checkout of the project, YAML and DAG in a DAG folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from crm_sync.cli.dag_files import STUB
from crm_sync.cli.scaffold.facts import NewCrm
from crm_sync.config.loader import DEFAULTS_FILE
from crm_sync.exceptions import ConfigError
from crm_sync.settings import shipped_configs

_DAG_FILES = {"configs/{name}/source.yaml": "source.yaml", "configs/{name}/{entity}.yaml": "entity.yaml"}
_CHECKOUT_FILES = {
    "sandbox/{name}/__init__.py": "sandbox_init.py",
    "sandbox/{name}/__main__.py": "sandbox_main.py",
    "sandbox/{name}/store.py": "sandbox_store.py",
    "sandbox/{name}/changes.py": "sandbox_changes.py",
    "sandbox/{name}/lists.py": "sandbox_lists.py",
    "sandbox/{name}/sandbox.py": "sandbox_sandbox.py",
    "tests/conformance/account_{name}.py": "account.py",
    "tests/sandbox/test_{name}_lists.py": "test_lists.py",
    "tests/sources/{name}/conftest.py": "conftest.py",
    "tests/sources/{name}/test_traps.py": "test_traps.py",
    "docs/sources/{name}.md": "page.md",
}
_RUN_ENVIRONMENT, _ACCOUNTS = "sandbox/run_environment.py", "tests/conformance/accounts.py"
_MARKS = (_RUN_ENVIRONMENT, _ACCOUNTS, "sandbox/frame/sandbox.py", "scripts/generate_docs.py")
"""What only a checkout of the project has."""


def is_checkout(folder: Path) -> bool:
    """Tell whether a folder is a checkout of the project."""
    return all((folder / file).is_file() for file in _MARKS)


def find_dags(folder: Path) -> Path:
    """Give the DAG folder that is meant: the folder itself, or `dags` in it.

    Raises:
        ConfigError: neither has a DAG folder's `configs`.
    """
    for one in (folder, folder / "dags"):
        if (one / "configs").is_dir():
            return one
    expected = "a checkout of crm_sync, or a DAG folder with configs/, as `crm-sync init` makes one"
    raise ConfigError("crm-sync new", "FOLDER", expected, got=str(folder))


def plan_files(crm: NewCrm, folder: Path) -> dict[Path, str]:
    """Give the new files of a CRM with their texts; in a checkout also the two that get a line.

    Args:
        crm: what is added.
        folder: a checkout, or a DAG folder or the folder around one.

    Raises:
        ConfigError: it is neither, or something of that name is there already.
    """
    is_whole = is_checkout(folder)
    dags = folder / "dags" if is_whole else find_dags(folder)
    files = {dags / _name(path, crm): _render(template, crm) for path, template in _DAG_FILES.items()}
    files[dags / f"crm_sync_{crm.name}.py"] = STUB.format(crm_source=crm.name)
    if is_whole:
        files |= {folder / _name(path, crm): _render(name, crm) for path, name in _CHECKOUT_FILES.items()}
    fakes = (folder / f"sandbox/{crm.name}{end}" for end in ("", ".py"))
    if there := [path for path in (*files, dags / "configs" / crm.name, *fakes) if path.exists()]:
        expected = f"a name that is free, and {there[0]} is there"
        raise ConfigError("crm-sync new", "NAME", expected, got=f"'{crm.name}'")
    if not is_whole:
        return _with_defaults(files, dags)
    return files | {
        folder / file: edit((folder / file).read_text(encoding="utf-8"), crm) for file, edit in _EDITS.items()
    }


def _with_defaults(files: Mapping[Path, str], dags: Path) -> dict[Path, str]:
    defaults = dags / "configs" / DEFAULTS_FILE
    if defaults.exists():
        return dict(files)
    return {**files, defaults: (shipped_configs() / DEFAULTS_FILE).read_text(encoding="utf-8")}


def _name(path: str, crm: NewCrm) -> str:
    return path.format(name=crm.name, entity=crm.entity)


@cache
def _load_templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=select_autoescape(["html"]),
    )


def _render(template: str, crm: NewCrm) -> str:
    text = _load_templates().get_template(f"{template}.j2").render(crm.slots)
    # where imports of the fake stand among those of the frame depends on the name
    return re.sub(r"(?m)(?:^from sandbox\..*\n)+", lambda found: _sort_lines(found[0]), text)


def _sort_lines(text: str) -> str:
    return "".join(sorted(text.splitlines(keepends=True), key=lambda line: line.split()[1]))


def _add_sandbox(text: str, crm: NewCrm) -> str:
    """Add the starter of the sandbox as the last one."""
    login = '"login": "sandbox-user", ' if crm.auth in ("basic", "oauth") else ""
    extra = '"extra": {"requests_per_minute": 3000}'
    entry = (
        f'    "{crm.name}": _fake(\n        "{crm.name}",\n'
        f'        {{{login}"password": "sandbox-token", {extra}}},\n    ),\n'
    )
    return _insert(text, r"(?ms)^_SANDBOXES: .*?(?=^\}$)", entry, _RUN_ENVIRONMENT)


def _add_account(text: str, crm: NewCrm) -> str:
    """Add the account, its import in the order of the others."""
    line = f"from tests.conformance.account_{crm.name} import open_{crm.name}\n"
    others = re.findall(r"(?m)^from tests\.conformance\.account_.*\n", text)
    before = [one for one in others if one.split()[1] < line.split()[1]]
    if not others:
        raise _unknown(_ACCOUNTS)
    old, new = (before[-1], before[-1] + line) if before else (others[0], line + others[0])
    text = text.replace(old, new)
    entry = f'    "{crm.name}": open_{crm.name},\n'
    return _insert(text, r"(?ms)^ACCOUNTS: .*?(?=^\}$)", entry, _ACCOUNTS)


def _insert(text: str, before: str, entry: str, file: str) -> str:
    found = re.search(before, text)
    if found is None:
        raise _unknown(file)
    return text[: found.end()] + entry + text[found.end() :]


def _unknown(file: str) -> ConfigError:
    expected = f"a checkout whose {file} lists the CRMs as this version's does"
    return ConfigError("crm-sync new", "FOLDER", expected)


_EDITS = {_RUN_ENVIRONMENT: _add_sandbox, _ACCOUNTS: _add_account}
