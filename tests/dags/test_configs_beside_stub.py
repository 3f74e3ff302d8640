"""Which folder's YAML a stub builds from, and its tasks read: the one beside it, wherever it was copied."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import pytest

from crm_sync.exceptions import ConfigError
from crm_sync.settings import configs_beside
from tests.dags.airflow_home import CHECKOUT, CONFIGS, DAGS, dags_folder, replace_text

pytestmark = pytest.mark.airflow

STUB = "crm_sync_csv.py"


def _copy(target, *, batch_size: int):
    """Copy the stub and YAML of CSV files, with a page size to know the copy by."""
    shutil.copytree(CONFIGS / "csv", target / "configs" / "csv")
    shutil.copy(CONFIGS / "defaults.yaml", target / "configs")
    shutil.copy(DAGS / STUB, target)
    replace_text(target / "configs/csv/zip_codes.yaml", "read:\n", f"page_size: {batch_size}\nread:\n")
    return target


def _parse(file):
    from airflow.dag_processing.dagbag import DagBag

    # the variable names another checkout, as it does where Airflow loads bundles
    with dags_folder(DAGS):
        return DagBag(file)


def _run_of(dag):
    from crm_sync.run_context import build_run

    ti = SimpleNamespace(dag_id=dag.dag_id, run_id="one", try_number=1)
    context = {"task": dag.get_task("zip_codes.save"), "params": {}, "ti": ti, "dag_run": None}
    return build_run(context)[0]


def test_two_bundles_each_build_and_run_from_their_own_yaml(tmp_path):
    for name, batch_size in (("one", 111), ("two", 222)):
        bag = _parse(_copy(tmp_path / name, batch_size=batch_size) / STUB)
        assert bag.import_errors == {}
        dag = bag.dags["crm_sync_csv"]
        assert _run_of(dag).entity.page_size == batch_size
        assert dag.get_task("close_history").configs == tmp_path / name / "configs"


def test_stub_without_yaml_beside_it_is_an_import_error_that_names_the_folder(tmp_path):
    shutil.copy(DAGS / STUB, tmp_path)
    bag = _parse(tmp_path / STUB)
    assert bag.dags == {}
    (error,) = bag.import_errors.values()
    sentence = f"{tmp_path}/configs: expected this folder to exist beside {STUB}; `crm-sync init` writes it"
    assert error.strip().splitlines()[-1] == f"crm_sync.exceptions.ConfigError: {sentence}"


def test_yaml_of_a_linked_stub_is_beside_the_file_that_the_link_leads_to(tmp_path):
    copied = _copy(tmp_path / "checkout", batch_size=333)
    (tmp_path / STUB).symlink_to(copied / STUB)
    assert _run_of(_parse(tmp_path / STUB).dags["crm_sync_csv"]).entity.page_size == 333


def test_yaml_of_a_linked_folder_is_read_through_the_link(tmp_path):
    """git-sync moves such a link to another folder with each commit."""
    _copy(tmp_path / "worktree", batch_size=444)
    (tmp_path / "repo").symlink_to("worktree")
    dag = _parse(tmp_path / "repo" / STUB).dags["crm_sync_csv"]
    assert _run_of(dag).entity.page_size == 444
    assert dag.get_task("close_history").configs == tmp_path / "repo" / "configs"


def test_only_stubs_of_this_checkout_fall_back_to_its_yaml(tmp_path):
    assert configs_beside(DAGS / "team" / STUB) == CONFIGS
    assert configs_beside(DAGS / STUB) == CHECKOUT / "dags" / "configs"
    with pytest.raises(ConfigError, match="expected this folder to exist"):
        configs_beside(tmp_path / STUB)
