"""The deployment files: what docker-compose.yaml mounts, asks for, publishes; no secret is in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
AIRFLOW_SERVICES = ("api-server", "dag-processor", "scheduler", "triggerer")
OF_A_CLUSTER = ("redis", "worker")
_REQUIRED = re.compile(r"\$\{(\w+):\?")
_ASKED = re.compile(r"(?<!\$)\$\{(\w+)[:}]")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yaml").read_text())
    return loaded


def read_requirement(name: str) -> str:
    requirements = (CHECKOUT / "requirements.txt").read_text()
    match = re.search(rf"^{re.escape(name)}==(\S+)", requirements, re.MULTILINE)
    assert match is not None
    return match[1]


def test_compose_has_all_airflow_services_and_postgres(compose: dict[str, Any]):
    services = {name for name, service in compose["services"].items() if "profiles" not in service}
    assert services == {*AIRFLOW_SERVICES, "init", "postgres"}
    for name in AIRFLOW_SERVICES:
        assert compose["services"][name]["command"] == ["airflow", name]


def test_compose_image_has_the_pinned_airflow(compose: dict[str, Any]):
    version = read_requirement("apache-airflow")
    build = compose["x-airflow"]["build"]["dockerfile_inline"]
    assert f"FROM apache/airflow:{version}-python3." in build
    assert "COPY requirements.txt" in build
    assert compose["x-airflow"]["image"].endswith(f":{version}")


@pytest.mark.parametrize("name", [*AIRFLOW_SERVICES, *OF_A_CLUSTER, "postgres"])
def test_compose_long_running_service_is_checked_and_restarted(compose: dict[str, Any], name: str):
    service = compose["services"][name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


def test_compose_init_runs_once_before_the_others(compose: dict[str, Any]):
    assert compose["services"]["init"]["command"] == ["airflow", "db", "migrate"]
    assert compose["services"]["init"]["restart"] == "no"
    for name in (*AIRFLOW_SERVICES, "worker"):
        assert compose["services"][name]["depends_on"]["init"] == {
            "condition": "service_completed_successfully"
        }


def test_compose_publishes_on_loopback_only(compose: dict[str, Any]):
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_compose_mounts_what_the_package_needs(compose: dict[str, Any]):
    mounts = dict(
        volume.rsplit(":", 2)[:2] for volume in compose["x-airflow"]["volumes"] if volume.startswith("./")
    )
    assert mounts == {f"./{name}": f"/opt/airflow/{name}" for name in ("dags", "plugins", "include")}
    assert all((CHECKOUT / source).is_dir() for source in mounts)


def test_compose_named_volumes_are_declared_and_writable(compose: dict[str, Any]):
    build = compose["x-airflow"]["build"]["dockerfile_inline"]
    named = dict(volume.split(":") for volume in compose["x-airflow"]["volumes"] if volume[0].isalpha())
    assert set(named) <= set(compose["volumes"])
    assert all(target in build for target in named.values()), (
        "made in the image, by the user who writes there"
    )
    assert compose["x-airflow"]["environment"]["CRM_SYNC_STAGING"] == f"${{STAGING:-{named['staging']}}}"


def test_compose_profile_celery_has_a_queue_and_two_workers(compose: dict[str, Any]):
    profiled = {
        name: service["profiles"] for name, service in compose["services"].items() if "profiles" in service
    }
    assert profiled == {name: ["celery"] for name in OF_A_CLUSTER}
    worker, settings = compose["services"]["worker"], compose["x-airflow"]["environment"]
    assert (worker["command"], worker["deploy"]["replicas"]) == (["airflow", "celery", "worker"], 2)
    assert worker["environment"] == {**settings, "DUMB_INIT_SETSID": "0"}
    assert settings["AIRFLOW__CORE__EXECUTOR"] == "${EXECUTOR:-LocalExecutor}"
    assert settings["AIRFLOW__CELERY__BROKER_URL"].startswith("redis://redis:6379/")
    # what the profile takes stands together in the example, to be uncommented
    example = (CHECKOUT / "env.example").read_text()
    assert "#COMPOSE_PROFILES=celery\n#EXECUTOR=CeleryExecutor\n" in example
    for name in ("apache-airflow-providers-celery", "apache-airflow-providers-amazon", "s3fs"):
        read_requirement(name)


@pytest.mark.parametrize(
    "setting",
    [
        "AIRFLOW__CORE__FERNET_KEY",
        "AIRFLOW__API__SECRET_KEY",
        "AIRFLOW__API_AUTH__JWT_SECRET",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
        "AIRFLOW_CONN_CRM_WAREHOUSE",
    ],
)
def test_compose_secret_comes_from_the_env_file(compose: dict[str, Any], setting: str):
    assert _REQUIRED.search(compose["x-airflow"]["environment"][setting])


def test_compose_settings_that_several_services_need(compose: dict[str, Any]):
    settings = compose["x-airflow"]["environment"]
    assert settings["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://api-server:8080/execution/"
    assert settings["AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME"] == "0.1"
    assert settings["AIRFLOW__CORE__LOAD_EXAMPLES"] == "False"
    assert "PYTHONDONTWRITEBYTECODE" not in settings


def test_compose_script_makes_both_databases(compose: dict[str, Any]):
    script = compose["configs"]["create_databases"]["content"]
    for role, database in (("airflow", "airflow"), ("crm_sync", "warehouse")):
        assert f"create database {database} owner {role};" in script
    assert "ON_ERROR_STOP=1" in script
    assert compose["services"]["postgres"]["configs"][0]["target"].startswith("/docker-entrypoint-initdb.d/")


def test_env_example_explains_every_variable_and_holds_no_secret():
    compose_text = (CHECKOUT / "docker-compose.yaml").read_text()
    example = (CHECKOUT / "env.example").read_text()
    required = set(_REQUIRED.findall(compose_text))
    values = dict(re.findall(r"^(\w+)=(.*)$", example, re.MULTILINE))
    assert set(values) == required, "each required variable is there"
    assert set(values.values()) == {""}, "and empty"
    assert sorted(name for name in _ASKED.findall(compose_text) if name not in example) == []


def test_env_file_is_ignored():
    assert ".env" in (CHECKOUT / ".gitignore").read_text().splitlines()
    assert ".env" in (CHECKOUT / ".dockerignore").read_text().splitlines()


def test_docker_context_holds_what_an_image_needs():
    ignored = (CHECKOUT / ".dockerignore").read_text().splitlines()
    assert {"dags", "plugins", "include", "requirements.txt", "packages.txt"}.isdisjoint(ignored)


def test_astro_dockerfile_names_a_runtime_of_the_pinned_airflow():
    version = read_requirement("apache-airflow")
    first = next(
        line for line in (CHECKOUT / "Dockerfile").read_text().splitlines() if not line.startswith("#")
    )
    assert first.startswith(f"FROM astrocrpublic.azurecr.io/runtime:{version.rpartition('.')[0]}-")
    assert (CHECKOUT / "packages.txt").exists()
