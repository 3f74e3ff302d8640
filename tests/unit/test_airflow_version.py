"""Which Airflow is refused, and that pip asks for the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from crm_sync.airflow_version import OLDEST, check_airflow
from crm_sync.exceptions import ConfigError

CHECKOUT = Path(__file__).resolve().parents[2]


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
