"""A wheel and the folders in one Airflow: one plugin and one package, or a sentence that names both."""

from __future__ import annotations

import shutil

import pytest

from tests.wheel.conftest import CHECKOUT
from tests.wheel.loading import build_environment, load_deployment, run_crm_sync
from tests.wheel.test_deployments import copy_folders

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(900)]

# Airflow takes entry points by the order of the import path: this one comes after ours
_LATER = '''"""A plugin by entry point, beside ours."""

from airflow.plugins_manager import AirflowPlugin


class LaterPlugin(AirflowPlugin):
    name = "later"
'''


@pytest.fixture
def environment(tmp_path, installed_wheel):
    """An Airflow with the wheel, with the folders of the checkout, and with another package's plugin."""
    home, other = tmp_path / "airflow", tmp_path / "other"
    copy_folders(home / "plugins", home / "include" / "sql")
    (other / "later-1.0.dist-info").mkdir(parents=True)
    (other / "later_plugin.py").write_text(_LATER)
    (other / "later-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: later\nVersion: 1.0\n"
    )
    (other / "later-1.0.dist-info" / "entry_points.txt").write_text(
        "[airflow.plugins]\nlater = later_plugin:LaterPlugin\n"
    )
    (home / "dags" / "configs").mkdir(parents=True)
    for name in ("crm_sync_csv.py", "configs/defaults.yaml"):
        shutil.copy(CHECKOUT / "dags" / name, home / "dags" / name)
    shutil.copytree(CHECKOUT / "dags/configs/csv", home / "dags/configs/csv")
    return build_environment(home, installed_wheel, other)


@pytest.mark.thorough  # the next one has the plugins, tests/unit/test_copies.py the equal copies
def test_equal_ones_are_one_package_and_one_plugin_and_hide_no_other(environment, installed_wheel):
    found = load_deployment(environment)
    assert found["errors"] == {}
    assert found["package"] == str(installed_wheel / "crm_sync" / "__init__.py")
    assert (found["core"], found["workers"]) == (["crm_sync", "later"], ["crm_sync", "later"])
    assert found["core_errors"] == {}


@pytest.fixture
def sentence(environment, installed_wheel, tmp_path):
    """Let the folders differ; gives what is said of it."""
    folder = tmp_path / "airflow" / "plugins" / "crm_sync"
    (folder / "sync" / "save.py").write_text('"""Older."""\n')
    places = f"{installed_wheel}/crm_sync and {folder}, which differ in sync/save.py"
    return f"crm_sync: expected one version where Airflow runs, got {places}; remove one of them"


def test_differing_ones_are_an_import_error_that_names_both(environment, sentence):
    found = load_deployment(environment)
    (error,) = found["errors"].values()
    assert error.strip().splitlines()[-1] == f"crm_sync.exceptions.ConfigError: {sentence}"
    assert found["dags"] == {}
    assert (found["core"], found["workers"]) == (["crm_sync", "later"], ["crm_sync", "later"])


@pytest.mark.thorough  # tests/e2e/test_connection_check.py has it without a process
def test_differing_ones_are_a_failed_check(environment, sentence, tmp_path):
    done = run_crm_sync(environment, ["check", "csv"], tmp_path / "airflow")
    assert (done.returncode, done.stdout) == (1, f"FAILED  configuration of csv: {sentence}\n"), done.stderr
