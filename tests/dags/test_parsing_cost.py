"""What a parse imports and reaches: paid every few seconds for each file, and once more by every task."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dags.airflow_home import CHECKOUT, CONFIGS, DAGS, PLUGINS, build_settings

pytestmark = pytest.mark.airflow

HEAVY = ("polars", "pandas", "numpy", "pyarrow", "psycopg", "psycopg2", "requests", "phonenumbers")
_PROGRAM = """
import json, runpy, socket, sys
import airflow.sdk
before = set(sys.modules)
reached = []
connects = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo, socket.create_connection
def refuse(*address, **more):
    reached.append(str(address))
    raise OSError("no network while parsing")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = socket.create_connection = refuse
for stub in sys.argv[1:]:
    runpy.run_path(stub)
new = sorted({name.split(".")[0] for name in set(sys.modules) - before})
socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo, socket.create_connection = connects
import airflow.plugins_manager as core
core.ensure_plugins_loaded()
errors = dict(core.get_import_errors())
from airflow.sdk import plugins_manager as sdk
sdk._get_plugins()
files = {name: getattr(module, "__file__", None) or "" for name, module in list(sys.modules.items())}
print("result:" + json.dumps({"new": new, "reached": reached, "errors": errors, "files": files}))
"""
"""A process that parses all DAG files, and then loads the plugins."""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What a fresh process of Airflow finds."""
    return _run(_PROGRAM, tmp_path_factory.mktemp("parsing"), *map(str, sorted(DAGS.glob("*.py"))))


def _run(program: str, home: Path, *arguments: str) -> dict:
    # no connection, no warehouse and no metadata database is there: a parse needs none
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    environment |= build_settings(home) | {"AIRFLOW__CORE__DAGS_FOLDER": str(DAGS)}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment, cwd=home, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("result:"))
    return json.loads(line.removeprefix("result:"))


def test_parse_imports_nothing_heavy_and_reaches_nothing(result):
    assert "crm_sync" in result["new"]
    assert [name for name in result["new"] if name in HEAVY] == []
    assert result["reached"] == []


def test_plugin_loader_leaves_the_package_alone(result):
    assert result["errors"] == {}
    package = PLUGINS / "crm_sync"
    executed = {name for name, file in result["files"].items() if Path(file).is_relative_to(package)}
    assert {name for name in executed if name.split(".")[0] != "crm_sync"} == set()


def test_airflows_inner_modules_are_imported_by_page_and_command_line_alone():
    """A worker has no metadata database; `airflow dags test` would not show it."""
    beside_it = ("web", "live")
    forbidden = ("airflow.models", "airflow.settings", "airflow.utils.session", "airflow.utils.db")
    files = [*PLUGINS.rglob("*.py"), *DAGS.rglob("*.py")]
    assert len(files) > 50
    found = [
        f"{file.relative_to(CHECKOUT)}: {name}"
        for file in files
        if not set(file.relative_to(CHECKOUT).parts).intersection(beside_it)
        for name in _list_imports(file)
        if name.startswith(forbidden)
    ]
    assert found == []


def _list_imports(file: Path) -> list[str]:
    text, names = file.read_text(), []
    if not re.search(r"^\s*(import|from)\s[^#\n]*\bairflow\b", text, re.MULTILINE):
        return []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def test_configuration_files_are_only_yaml():
    assert {path.suffix for path in CONFIGS.rglob("*") if path.is_file()} == {".yaml"}
