"""Where the package looks: Airflow's own options work, and the variables come first."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_sync.exceptions import ConfigError
from crm_sync.settings import configs_dir, shipped_configs, staging_base
from tests.dags.airflow_home import CONFIGS, HOME

pytestmark = pytest.mark.airflow


@pytest.mark.parametrize(
    ("variable", "option", "found"),
    [
        ("", "", f"{HOME}/crm_sync_staging"),
        ("", "/shared/stage", "/shared/stage"),
        ("file:///mine", "/shared/stage", "/mine"),
    ],
    ids=["neither", "option", "both"],
)
def test_staging_is_named_by_the_variable_or_by_airflows_option(monkeypatch, variable, option, found):
    monkeypatch.setenv("CRM_SYNC_STAGING", variable)
    monkeypatch.setenv("AIRFLOW__CRM_SYNC__STAGING", option)
    assert staging_base(is_alone=False) == Path(found)


def test_staging_may_be_object_storage(monkeypatch):
    monkeypatch.setenv("CRM_SYNC_STAGING", "")
    monkeypatch.setenv("AIRFLOW__CRM_SYNC__STAGING", "memory://bucket/stage")
    assert str(staging_base(is_alone=False)) == "memory://bucket/stage"


@pytest.mark.parametrize(
    ("executor", "pod"),
    [
        ("CeleryExecutor", ""),
        ("LocalExecutor,KubernetesExecutor", ""),
        ("mine:some.module.EdgeExecutor", ""),
        ("LocalExecutor", "True"),
    ],
)
def test_default_staging_is_refused_where_tasks_of_a_run_are_on_several_machines(monkeypatch, executor, pod):
    monkeypatch.setenv("CRM_SYNC_STAGING", "")
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", executor)
    monkeypatch.setenv("AIRFLOW_IS_K8S_EXECUTOR_POD", pod)
    with pytest.raises(ConfigError, match="expected a folder or URL that all workers reach") as caught:
        staging_base(is_alone=False)
    assert "\n" not in str(caught.value)
    assert staging_base(is_alone=True) == Path(f"{HOME}/crm_sync_staging")
    monkeypatch.setenv("CRM_SYNC_STAGING", "/shared")
    assert staging_base(is_alone=False) == Path("/shared")


def test_yaml_is_looked_for_in_airflows_dag_folder_however_it_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv("AIRFLOW__CORE__DAGS_FOLDER", raising=False)
    # the session's Airflow has its DAG folder by default below its home
    assert configs_dir() == HOME / "dags" / "configs"
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(tmp_path))
    assert configs_dir() == shipped_configs() == CONFIGS
