"""A run that is pinned to an old version of its DAG bundle reads that version's YAML."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path

import pytest

from tests.dags.airflow_home import DAGS, dags_folder
from tests.dags.test_configs_beside_stub import STUB, _copy, _run_of

pytestmark = pytest.mark.airflow

NAME = "team"


def _set_bundle(monkeypatch, classpath, **kwargs):
    config = json.dumps([{"name": NAME, "classpath": classpath, "kwargs": kwargs}])
    monkeypatch.setenv("AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST", config)


def _load(version=None):
    """Load the DAG of a version as a worker does, which is told the version that its run is pinned to."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag

    bundle = DagBundlesManager().get_bundle(name=NAME, version=version)
    bundle.initialize()
    # Airflow's variable names another folder with YAML, which must not be read
    with dags_folder(DAGS):
        bag = BundleDagBag(bundle.path / STUB, bundle_path=bundle.path, bundle_name=NAME)
        assert bag.import_errors == {}
        return Path(bundle.path), bag.dags["crm_sync_csv"]


def _check(versions):
    for version, page_size in versions.items():
        path, dag = _load(version)
        with dags_folder(DAGS):
            assert _run_of(dag).entity.page_size == page_size
        assert {task.configs for task in dag.tasks if hasattr(task, "configs")} == {path / "configs"}


def test_each_version_of_a_bundle_is_run_with_its_own_yaml(tmp_path, monkeypatch):
    for version, page_size in (("v1", 111), ("v2", 222)):
        _copy(tmp_path / version, batch_size=page_size)
    _set_bundle(monkeypatch, "tests.dags.versioned_folder.VersionedFolder", root=str(tmp_path))
    _check({"v1": 111, "v2": 222, None: 222})


@pytest.mark.skipif(
    not importlib.util.find_spec("airflow.providers.git"),
    reason="apache-airflow-providers-git is not installed",
)
def test_each_commit_of_a_git_bundle_is_run_with_its_own_yaml(tmp_path, monkeypatch):
    repository = tmp_path / "repository"
    repository.mkdir()

    def git(*arguments):
        names = ["-c", "user.name=Made Up", "-c", "user.email=made.up@example.com"]
        done = subprocess.run(
            ["git", *names, *arguments], cwd=repository, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    git("init", "--initial-branch", "main")
    _copy(repository / "dags", batch_size=111)
    git("add", ".")
    git("commit", "--message", "One")
    first = git("rev-parse", "HEAD")
    yaml = repository / "dags/configs/csv/zip_codes.yaml"
    yaml.write_text(yaml.read_text().replace("page_size: 111", "page_size: 222"))
    git("commit", "--all", "--message", "Two")
    monkeypatch.setenv("AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH", str(tmp_path / "bundles"))
    _set_bundle(
        monkeypatch,
        "airflow.providers.git.bundles.git.GitDagBundle",
        repo_url=str(repository), tracking_ref="main", subdir="dags",
    )  # fmt: skip
    _check({first: 111, git("rev-parse", "HEAD"): 222, None: 222})
