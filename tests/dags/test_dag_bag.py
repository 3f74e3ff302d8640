"""Which DAGs the folder gives, and what one wrong YAML file does to the others."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crm_sync.config.loader import list_sources
from tests.dags.airflow_home import CONFIGS, DAGS, add_account, copy_dags, dags_folder, leave_only

pytestmark = pytest.mark.airflow
OWN = ("health", "maintenance", "verify")
"""DAGs that belong to no CRM."""
PAIR = ("crm_sync_hubspot", "crm_sync_csv")
"""One that is broken, and one that must not mind: the others would be parsed for nothing."""


def _parse(folder: Path):
    from airflow.dag_processing.dagbag import DagBag

    with dags_folder(folder):
        return DagBag(folder)


def test_folder_parses_without_import_errors(dag_bag):
    assert dag_bag.import_errors == {}
    assert set(dag_bag.dags) == {f"crm_sync_{name}" for name in (*list_sources(CONFIGS), *OWN)}


def test_stubs_are_exactly_the_configured_crms():
    crms = {f"crm_sync_{path.name}" for path in CONFIGS.iterdir() if path.is_dir()}
    assert {path.stem for path in DAGS.glob("crm_sync_*.py")} == {
        *crms,
        *(f"crm_sync_{name}" for name in OWN),
    }


def test_entities_of_each_dag_are_its_yaml_files_that_are_not_switched_off(dag_bag):
    for name in list_sources(CONFIGS):
        paths = [path for path in (CONFIGS / name).glob("*.yaml") if path.stem != "source"]
        files = {path.stem for path in paths if "\nenabled: false\n" not in path.read_text()}
        groups = set(dag_bag.dags[f"crm_sync_{name}"].task_group.children) - {"all_saved", "close_history"}
        assert groups == files


WRONG_YAML = [
    pytest.param(
        "contacts.yaml",
        ("object: contacts", "object: 5"),
        ["hubspot/contacts.yaml", "read.slots.object", "expected text", "got 5"],
        id="wrong type",
    ),
    pytest.param(
        "deals.yaml",
        ("amount >= 0\n", "amount >= 0\n    severity: low\n"),
        ["hubspot/deals.yaml", "rules.0", "expected only known keys", "'severity'"],
        id="unknown key",
    ),
    pytest.param(
        "associations.yaml",
        ("after: [contacts,", "after: [kontacts,"),
        ["hubspot/associations.yaml", "after", "expected names of other entities", "'kontacts'"],
        id="unknown entity",
    ),
    pytest.param(
        "source.yaml",
        ("kind: rest\n", "kind: rest\nkind: files\n"),
        ["hubspot/source.yaml", "kind", "expected each key once", "second time"],
        id="key twice",
    ),
    pytest.param(
        "owners.yaml",
        ("fields:\n", "fields: [\n"),
        ["hubspot/owners.yaml", "expected valid YAML at line"],
        id="no YAML",
    ),
    pytest.param(
        "source.yaml",
        ('schedule: "0 * * * *"', 'schedule: "every hour"'),
        ["hubspot/source.yaml", "dag.schedule", "'every hour'"],
        id="no schedule",
    ),
    pytest.param(
        "source.yaml",
        ("dag:\n", 'dag:\n  start_date: "soon"\n'),
        ["hubspot/source.yaml", "dag.start_date", "'soon'"],
        id="no date",
    ),
]


@pytest.mark.parametrize(("file", "change", "said"), WRONG_YAML)
def test_wrong_yaml_is_one_sentence_and_leaves_the_other_dags_up(tmp_path, file, change, said):
    folder = leave_only(copy_dags(tmp_path / "dags"), *PAIR)
    path = folder / "configs" / "hubspot" / file
    text = path.read_text()
    assert change[0] in text
    path.write_text(text.replace(*change, 1))
    bag = _parse(folder)
    # the CSV files have nothing to do with it
    assert set(bag.dags) == {"crm_sync_csv"}
    (error,) = bag.import_errors.values()
    sentence = error.strip().splitlines()[-1]
    assert [part for part in said if part not in sentence] == []
    assert sentence.startswith("crm_sync.exceptions.ConfigError: hubspot/")


def test_missing_folder_is_named_in_the_stubs_own_error(tmp_path):
    folder = leave_only(copy_dags(tmp_path / "dags"), *PAIR)
    shutil.rmtree(folder / "configs" / "csv")
    bag = _parse(folder)
    assert set(bag.dags) == {"crm_sync_hubspot"}
    (error,) = bag.import_errors.values()
    assert f"csv/source.yaml: expected this file to exist in {folder}/configs" in error


def test_second_account_is_a_folder_that_extends_the_first(tmp_path):
    folder = tmp_path / "dags"
    shutil.copytree(DAGS, folder)
    add_account(folder)
    bag = _parse(leave_only(folder, "crm_sync_hubspot", "crm_sync_hubspoteu"))
    assert bag.import_errors == {}
    first, second = bag.dags["crm_sync_hubspot"], bag.dags["crm_sync_hubspoteu"]
    assert second.task_ids == first.task_ids
    assert {task.crm_source for task in second.tasks if hasattr(task, "crm_source")} == {"hubspoteu"}
    own = {asset.name for task in second.tasks for asset in task.outlets}
    assert not own & {asset.name for task in first.tasks for asset in task.outlets}
    assert "hubspoteu" in second.tags
    from crm_sync.config.loader import load_source

    source = load_source(folder / "configs", "hubspoteu")
    assert (source.connection_id, source.table_schema) == ("hubspoteu_default", "hubspoteu")
    assert {entity.table_schema for entity in source.entities.values()} == {"hubspoteu"}
