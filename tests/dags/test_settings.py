"""Where the package looks: Airflow's own options work, and the variables come first."""

from __future__ import annotations

from pathlib import Path

import pytest

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
    assert staging_base() == Path(found)


def test_staging_may_be_object_storage(monkeypatch):
    monkeypatch.setenv("CRM_SYNC_STAGING", "")
    monkeypatch.setenv("AIRFLOW__CRM_SYNC__STAGING", "memory://bucket/stage")
    assert str(staging_base()) == "memory://bucket/stage"


def test_yaml_is_looked_for_in_airflows_dag_folder_however_it_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv("AIRFLOW__CORE__DAGS_FOLDER", raising=False)
    # the session's Airflow has its DAG folder by default below its home
    assert configs_dir() == HOME / "dags" / "configs"
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(tmp_path))
    assert configs_dir() == shipped_configs() == CONFIGS
