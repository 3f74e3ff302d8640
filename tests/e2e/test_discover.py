"""`crm-sync discover` through Airflow's connections: what it prints, and how it ends."""

from __future__ import annotations

import json
import re
import shutil

import pytest
import yaml

from sandbox.salesrabbit import SalesRabbitSandbox
from tests.command_line import run_command
from tests.dags.airflow_home import CHECKOUT

pytestmark = [pytest.mark.e2e, pytest.mark.airflow]
CONFIGS = CHECKOUT / "dags" / "configs"


@pytest.fixture
def fake(airflow_database):
    with SalesRabbitSandbox(counts={"leads": 30, "users": 5}, rate_limits=False).serve() as fake:
        yield fake


@pytest.fixture
def configs(tmp_path):
    """YAML that lacks a column of what the fake's leads have."""
    for name in ("defaults.yaml", "salesrabbit"):
        copy = shutil.copytree if (CONFIGS / name).is_dir() else shutil.copy
        copy(CONFIGS / name, tmp_path / name)
    leads = tmp_path / "salesrabbit" / "leads.yaml"
    leads.write_text(re.sub(r"(?m)^  city: .*\n", "", leads.read_text()))
    return "--configs", tmp_path


@pytest.fixture
def connect(fake, monkeypatch):
    """Name the fake's connection; gives a function that does so with another key."""

    def connect(key: str) -> None:
        connection = json.dumps({"conn_type": "http", "host": fake.url, "password": key})
        monkeypatch.setenv("AIRFLOW_CONN_SALESRABBIT_DEFAULT", connection)

    connect(fake.access_token)
    return connect


def test_command_prints_yaml_and_ends_with_0(connect, configs):
    result = run_command("discover", "salesrabbit", "leads", *configs)
    assert result.exit_code == 0, result.output
    assert "guessed from 30 record(s)" in result.stdout
    assert yaml.safe_load(f"fields:\n{result.stdout}") == {"fields": {"city": {"type": "string"}}}


def test_command_prints_json_of_every_entity(connect, configs):
    result = run_command("discover", "salesrabbit", "--json", *configs)
    assert result.exit_code == 0, result.output
    found = {one["entity"]: one for one in json.loads(result.stdout)}
    assert set(found) == {"lead_statuses", "leads", "users"}
    (new,) = found["leads"]["fields"]
    assert (new["name"], new["source"], new["type"], new["is_guessed"]) == ("city", "city", "string", True)


def test_command_with_a_wrong_key_ends_with_1_and_one_sentence(connect, configs):
    connect("revoked-key-1234")
    result = run_command("discover", "salesrabbit", *configs)
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.strip().splitlines()) == 1
    assert "the API token (password) is missing, wrong or revoked" in result.stderr
    assert "revoked-key-1234" not in result.output


def test_entity_that_can_not_be_asked_is_one_sentence_beside_the_others(connect, configs, fake):
    fake.faults.add("missing_scope", "/users", times=None)
    result = run_command("discover", "salesrabbit", *configs)
    assert result.exit_code == 1
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("salesrabbit.users: ")
    assert "salesrabbit.leads: " in result.stdout


@pytest.mark.parametrize("arguments", [("hupspot",), ("salesrabbit", "leeds")], ids=["crm", "entity"])
def test_unknown_name_is_wrong_use(connect, configs, arguments):
    result = run_command("discover", *arguments, *configs)
    assert (result.exit_code, "expected one of" in result.stderr) == (2, True)


def test_key_that_may_not_read_what_proves_it_is_no_wrong_one(connect, configs, fake):
    fake.faults.add("missing_scope", "/leadStatuses", times=None)
    assert run_command("discover", "salesrabbit", "leads", *configs).exit_code == 0
