"""Where things lie: stubs and config folders match, the core imports no Airflow, names and sizes hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from crm_sync.config.loader import list_sources
from crm_sync.constants import FieldType
from crm_sync.fields.types import get_field_type
from tests.shipped import CONFIGS, read_shipped

CHECKOUT = Path(__file__).resolve().parents[2]
PLUGINS = CHECKOUT / "plugins"
CORE = ("config", "fields", "rest", "storage", "sources", "sync")
OWN_DAGS = frozenset({"maintenance", "health", "verify"})
"""DAGs that belong to no CRM."""
MOST_LINES = 400


def list_python(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (CHECKOUT / folder).rglob("*.py"))


def test_stubs_and_config_folders_are_the_same():
    stubs = {path.stem.removeprefix("crm_sync_") for path in (CHECKOUT / "dags").glob("*.py")} - OWN_DAGS
    assert stubs == set(list_sources(CONFIGS))
    assert stubs == {path.name for path in CONFIGS.iterdir() if path.is_dir()}


@pytest.mark.parametrize("crm_source", list_sources(CONFIGS))
def test_stub_is_found_by_airflow_and_builds_its_own_crm(crm_source: str):
    text = (CHECKOUT / "dags" / f"crm_sync_{crm_source}.py").read_text()
    assert "airflow" in text.lower(), "Airflow skips a file without these two words, and says nothing"
    assert "dag" in text.lower()
    assert f'dag = build_dag("{crm_source}")' in text


@pytest.mark.parametrize("crm_source", list_sources(CONFIGS))
def test_config_folder_loads_and_names_are_valid(crm_source: str):
    source = read_shipped(crm_source, with_disabled=True)
    assert re.fullmatch(r"[a-z0-9]+", source.crm_source)
    assert source.connection_id == f"{crm_source}_default"
    for name, entity in source.entities.items():
        assert not name.endswith("_sync")
        assert entity.page_size <= entity.max_page_size


@pytest.mark.parametrize("crm_source", list_sources(CONFIGS))
def test_config_columns_that_decide_have_the_right_type(crm_source: str):
    for entity in read_shipped(crm_source, with_disabled=True).entities.values():
        if entity.modified_column:
            assert entity.fields[entity.modified_column].type is FieldType.DATETIME, entity.table
        if entity.deleted:
            flags = {FieldType.BOOLEAN, FieldType.DATETIME}
            assert entity.fields[entity.deleted.column].type in flags, entity.table
        for column in entity.primary_key:
            assert get_field_type(entity.fields[column].type).pg_type != "jsonb", entity.table


def test_plugins_folder_hides_the_package_from_airflows_loader():
    assert (PLUGINS / ".airflowignore").read_text().split() == ["crm_sync/"]


def test_core_needs_no_airflow_and_nothing_heavy_before_it_is_used():
    modules = [
        ".".join(path.relative_to(PLUGINS).with_suffix("").parts).removesuffix(".__init__")
        for folder in CORE
        for path in (PLUGINS / "crm_sync" / folder).rglob("*.py")
    ]
    program = f"import importlib, sys; [importlib.import_module(m) for m in {modules!r}]; "
    # a stage's process would carry the others along, and few sources need them
    unwanted = ("airflow", "fastapi", "jwt", "cryptography", "croniter", "openpyxl")
    program += f"print([m for m in sys.modules if m.split('.')[0] in {unwanted}])"
    result = subprocess.run(  # own command line
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(PLUGINS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.stdout.strip(), result.stderr) == ("[]", "")


@pytest.mark.parametrize("folder", ["plugins", "dags", "sandbox", "scripts", "bench"])
def test_python_files_say_their_job_and_stay_small(folder: str):
    for path in list_python(folder):
        text = path.read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(text)), path
        assert len(text.splitlines()) < MOST_LINES, f"{path}: split it"


def test_docstrings_name_files_that_exist():
    names = {
        path.name for path in [*list_python("plugins", "scripts"), *(CHECKOUT / "include").rglob("*.sql")]
    }
    for path in list_python("plugins", "scripts"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
        texts = [ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, kinds)]
        named = re.findall(r"`(?:[\w.]+/)*(\w+\.(?:py|sql))`", "\n".join(texts))
        assert [name for name in named if name not in names] == [], path


def test_python_files_have_telling_names():
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "base_utils"}
    paths = list_python("plugins", "dags", "sandbox", "scripts", "bench", "tests")
    assert [path for path in paths if path.stem in vague] == []


def test_plugin_modules_hide_no_module_of_python():
    # Airflow's plugin loader runs files below plugins/ under their bare names
    top = [path.stem for path in PLUGINS.glob("*.py")]
    assert [name for name in top if name in sys.stdlib_module_names] == []


@pytest.mark.parametrize(
    ("folder", "pattern"),
    [("schema", r"\d{3}_[a-z_]+"), ("views", r"[a-z_]+"), ("queries", r"[a-z]+_[a-z_]+")],
)
def test_sql_files_are_named_by_their_job(folder: str, pattern: str):
    names = [path.stem for path in (CHECKOUT / "include/sql" / folder).iterdir()]
    assert names
    assert [name for name in names if not re.fullmatch(pattern, name)] == []


def test_every_query_file_is_used():
    code = "\n".join(path.read_text() for path in list_python("plugins"))
    queries = [path.stem for path in (CHECKOUT / "include/sql/queries").glob("*.sql")]
    assert [name for name in queries if f"queries/{name}" not in code] == []


@pytest.mark.parametrize("folder", ["plugins", "include"])
def test_no_crm_is_named_outside_its_yaml_and_its_sandbox(folder: str):
    """What is true of one CRM alone is said in its YAML; `csv` is a format, and an extra has a CRM's name."""
    names = "|".join(rf"(?<!crm-sync\[){name}" for name in list_sources(CONFIGS) if name != "csv")
    named = {
        f"{path.relative_to(CHECKOUT)}: {found.group()}"
        for path in (CHECKOUT / folder).rglob("*")
        if path.suffix in (".py", ".sql", ".yaml")
        for found in re.finditer(names, f"{path.name}\n{path.read_text()}", re.IGNORECASE)
    }
    assert named == set()
