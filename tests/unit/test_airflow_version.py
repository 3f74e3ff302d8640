"""Which Airflow is refused, and that pip asks for the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from crm_sync.airflow_version import OLDEST, check_airflow
from crm_sync.exceptions import ConfigError
from tests.command_line import run_command

CHECKOUT = Path(__file__).resolve().parents[2]
OF_ALL_CRMS = sorted(path.name for path in (CHECKOUT / "dags").glob("*.py") if "own_dags" in path.read_text())
"""DAG files that belong to no CRM; those of the CRMs are alike."""


@pytest.mark.parametrize("version", ["3.3.1", "3.3.2", "3.4.0rc1", "3.10.0", "4.0"])
def test_airflow_that_is_new_enough_is_taken(version: str):
    check_airflow(version)


@pytest.mark.parametrize("version", ["2.11.0", "3.0.6", "3.2.9", "3.3.0", ""])
def test_airflow_that_is_too_old_is_refused_in_one_sentence(version: str):
    with pytest.raises(ConfigError) as caught:
        check_airflow(version)
    got = version or "none"
    assert str(caught.value) == f"Airflow: expected version 3.3.1 or later for crm_sync, got {got}"


def test_requirement_admits_no_airflow_that_is_refused():
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    (bounds,) = (
        re.findall(r"(?:>=|==)([\d.]+)", one)
        for one in project["dependencies"]
        if re.match(r"apache-airflow[>=<~]", one)
    )
    lowest = min(tuple(map(int, bound.split(".")[:3])) for bound in bounds)
    assert lowest >= OLDEST


@pytest.fixture
def run_beside_old_airflow(tmp_path):
    """Run Python where Airflow has nothing but its version; gives the last line of the errors."""
    (tmp_path / "airflow").mkdir()
    (tmp_path / "airflow" / "__init__.py").write_text('__version__ = "2.11.0"\n')
    own = {name: text for name, text in os.environ.items() if not name.startswith(("AIRFLOW", "CRM_SYNC"))}
    environment = own | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(CHECKOUT / "plugins")])}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        return done.stderr.splitlines()[-1]

    return run


SENTENCE = "Airflow: expected version 3.3.1 or later for crm_sync, got 2.11.0"


@pytest.mark.parametrize("file", ["crm_sync_csv.py", *OF_ALL_CRMS])
def test_dag_file_beside_an_old_airflow_ends_with_the_sentence(run_beside_old_airflow, file: str):
    line = run_beside_old_airflow(str(CHECKOUT / "dags" / file))
    assert line == f"crm_sync.exceptions.ConfigError: {SENTENCE}"


def test_command_beside_an_old_airflow_is_the_sentence(run_beside_old_airflow):
    assert run_beside_old_airflow("-m", "crm_sync", "check", "csv") == f"Error: {SENTENCE}"


def test_airflow_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "airflow", None)
    with pytest.raises(ConfigError, match="for crm_sync, got none"):
        check_airflow()


def test_command_shows_where_a_fault_of_another_kind_is(monkeypatch):
    monkeypatch.setitem(sys.modules, "crm_sync.connection_check", None)
    monkeypatch.setitem(sys.modules, "airflow", SimpleNamespace(__version__="3.3.1"))
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(CHECKOUT / "dags"))
    assert isinstance(run_command("check", "csv").exception, ImportError)
