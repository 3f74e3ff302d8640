"""Four deployments, with the folders and files that each has: the line of the page brings a DAG into each."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.wheel.conftest import CHECKOUT
from tests.wheel.loading import build_environment, load_deployment, run_crm_sync

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(900)]

MOST_COMMANDS, MOST_FILES = 5, 2
SCHEMA_FILES = len(list((CHECKOUT / "include/sql/schema").glob("*.sql")))
_THEIRS = '''"""A DAG that was there before: Airflow."""

from airflow.sdk import DAG

with DAG("theirs"):
    pass
'''
_PLUGIN = '''"""A plugin that was there before."""

from airflow.plugins_manager import AirflowPlugin


class TheirPlugin(AirflowPlugin):
    name = "theirs"
'''


@dataclass
class Deployment:
    """One laid out deployment."""

    project: Path
    """Where its user types the commands; the DAG folder is dags/ in it."""
    environment: dict[str, str]
    read_through: Path
    """The DAG folder as Airflow sees it."""


def lay_out_git_bundle(root: Path, *site: Path) -> Deployment:
    """A repository's folder as a bundle; Airflow's own DAG folder is empty."""
    bundle = {
        "name": "team",
        "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
        "kwargs": {"path": str(root / "repository" / "dags")},
    }
    for name in ("dags", "plugins"):
        (root / "airflow" / name).mkdir(parents=True)
    (root / "airflow" / "plugins" / "their_plugin.py").write_text(_PLUGIN)
    settings = {"AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([bundle])}
    environment = build_environment(root / "airflow", *site, **settings)
    return Deployment(root / "repository", environment, root / "repository" / "dags")


def lay_out_helm(root: Path, *site: Path) -> Deployment:
    """git-sync: a link that moves to another worktree with each commit."""
    home = root / "opt" / "airflow"
    checkout = home / "dags" / ".worktrees" / "4f1c2d"
    (checkout / "dags").mkdir(parents=True)
    (home / "dags" / "repo").symlink_to(Path(".worktrees") / "4f1c2d")
    folder = home / "dags" / "repo" / "dags"
    environment = build_environment(home, *site, AIRFLOW__CORE__DAGS_FOLDER=str(folder))
    return Deployment(checkout, environment, folder)


def lay_out_astro(root: Path, *site: Path) -> Deployment:
    """An Astro project, whose folder is Airflow's home."""
    home = root / "usr" / "local" / "airflow"
    for name in ("dags", "plugins", "include"):
        (home / name).mkdir(parents=True)
    (home / "plugins" / "their_plugin.py").write_text(_PLUGIN)
    (home / "dags" / ".airflowignore").write_text("drafts/\n")
    return Deployment(home, build_environment(home, *site), home / "dags")


def lay_out_mwaa(root: Path, *site: Path) -> Deployment:
    """An environment of MWAA: plugins.zip unpacked into plugins/, the wheel among its files."""
    home = root / "usr" / "local" / "airflow"
    for name in ("dags", "plugins"):
        (home / name).mkdir(parents=True)
    (home / "requirements.txt").write_text(f"{home}/plugins/crm_sync-0.1.0-py3-none-any.whl\n")
    return Deployment(home, build_environment(home, *site), home / "dags")


LAYOUTS: dict[str, Callable[..., Deployment]] = {
    "Git bundle": lay_out_git_bundle,
    "Astro project": lay_out_astro,
    "Helm chart": lay_out_helm,
    "MWAA": lay_out_mwaa,
}
layout = pytest.mark.parametrize("name", LAYOUTS)
# each is two processes of Airflow; what the others have of their own is tested closer to it, too
layout_loaded = pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name == "Git bundle" else pytest.mark.thorough) for name in LAYOUTS],
)


def read_commands(name: str) -> list[str]:
    """Give the commands of a layout's section of the page."""
    section = (
        (CHECKOUT / "docs/deployment.md").read_text().partition(f"### {name}\n")[2].partition("\n### ")[0]
    )
    return re.split(r"^```\n", section, flags=re.MULTILINE)[1].splitlines()


def run_line_of_the_page(name: str, deployment: Deployment) -> None:
    """Run the page's line with `crm-sync init`."""
    (line,) = (line for line in read_commands(name) if line.startswith("crm-sync init "))
    done = run_crm_sync(deployment.environment, shlex.split(line)[1:], deployment.project)
    assert done.returncode == 0, done.stdout + done.stderr


@layout_loaded
def test_layout_with_the_wheel_loads_the_dag_with_its_yaml_and_sql(
    name, tmp_path, installed_wheel, wheel_file
):
    deployment = LAYOUTS[name](tmp_path, installed_wheel)
    (deployment.project / "dags").mkdir(exist_ok=True, parents=True)
    (deployment.project / "dags" / "theirs.py").write_text(_THEIRS)
    plugins = Path(deployment.environment["AIRFLOW_HOME"]) / "plugins"
    if name == "MWAA":
        shutil.copy(wheel_file, plugins)
    run_line_of_the_page(name, deployment)
    found = load_deployment(deployment.environment)
    assert found["errors"] == {}
    configs = deployment.read_through / "configs"
    assert found["dags"] == {"theirs": "", "crm_sync_hubspot": str(configs)}
    assert Path(found["package"]) == installed_wheel / "crm_sync" / "__init__.py"
    assert found["sql"] == [str(installed_wheel / "crm_sync" / "include" / "sql"), SCHEMA_FILES]
    theirs = ["theirs"] if (plugins / "their_plugin.py").exists() else []
    assert (found["core"], found["workers"]) == ([*theirs, "crm_sync"], [*theirs, "crm_sync"])
    assert found["core_errors"] == {}
    # nothing of a bundle is in Airflow's DAG folder: without a stub, the YAML is the shipped one
    shipped = installed_wheel / "crm_sync" / "dags" / "configs"
    assert Path(found["configs_dir"]) == (shipped if name == "Git bundle" else configs)


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        # as in the checkout itself
        pytest.param("Astro project", "include/sql", id="Astro project", marks=pytest.mark.thorough),
        pytest.param("MWAA", "plugins/include/sql", id="MWAA"),
    ],
)
def test_layout_with_the_folders_loads_the_dag_with_its_yaml_and_sql(name, sql, tmp_path):
    deployment = LAYOUTS[name](tmp_path)
    home = deployment.project
    copy_folders(home / "plugins", home / sql)
    shutil.copytree(CHECKOUT / "dags", home / "dags", dirs_exist_ok=True)
    del deployment.environment["PYTHONPATH"]  # Airflow finds plugins/ by itself
    found = load_deployment(deployment.environment)
    assert found["errors"] == {}
    assert found["dags"]["crm_sync_hubspot"] == str(home / "dags" / "configs")
    assert found["sql"] == [str(home / sql), SCHEMA_FILES]
    assert Path(found["package"]).is_relative_to(home / "plugins")
    assert "crm_sync" in found["core"]
    assert sorted(found["core"]) == sorted(found["workers"])
    assert found["core_errors"] == {}


def copy_folders(plugins: Path, sql: Path) -> None:
    """Bring the folders of the checkout into a deployment."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "plugins", plugins, dirs_exist_ok=True, ignore=ignored)
    shutil.copytree(CHECKOUT / "include" / "sql", sql)


@layout
def test_page_needs_few_commands_and_says_how_many(name):
    text = (CHECKOUT / "docs/deployment.md").read_text()
    (row,) = re.findall(rf"^\| \[{name}\]\(#[a-z-]+\) \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    commands, files = map(int, row)
    assert commands == len(read_commands(name))
    assert commands <= MOST_COMMANDS
    assert files <= MOST_FILES
