"""Which second copy of the package stops a DAG file, and what it says."""

from __future__ import annotations

import shutil

import pytest

from crm_sync.copies import check_copies
from crm_sync.exceptions import ConfigError


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "site" / "crm_sync"
    (folder / "sync").mkdir(parents=True)
    (folder / "__init__.py").write_text('__version__ = "1"\n')
    (folder / "sync" / "save.py").write_text("ROWS = 1\n")
    (folder / "include" / "sql").mkdir(parents=True)
    (folder / "include" / "sql" / "one.sql").write_text("select 1\n")
    return folder


@pytest.fixture
def checkout(tmp_path, package):
    """The same code as folders: the package in plugins/, its SQL beside plugins/."""
    root = tmp_path / "checkout"
    shutil.copytree(package, root / "plugins" / "crm_sync", ignore=shutil.ignore_patterns("include"))
    shutil.copytree(package / "include", root / "include")
    return root


def _check(*folders, package):
    check_copies([str(folder) for folder in folders], package=package)


def test_one_copy_is_never_read(package, tmp_path):
    _check(package.parent, tmp_path, tmp_path / "missing", package=package)


def test_same_copy_by_two_ways_is_one(package, tmp_path):
    (tmp_path / "link").symlink_to(package.parent)
    _check(package.parent, tmp_path / "link", package=package)


def test_wheel_beside_equal_folders_is_fine(package, checkout):
    _check(package.parent, checkout / "plugins", package=package)


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("plugins/crm_sync/sync/save.py", "sync/save.py"),
        ("plugins/crm_sync/sync/new.py", "sync/new.py"),
        ("include/sql/one.sql", "include/sql/one.sql"),
    ],
)
def test_wheel_beside_other_folders_is_refused_with_both_and_a_file(package, checkout, file, named):
    (checkout / file).write_text("something else\n")
    other = checkout / "plugins" / "crm_sync"
    sentence = f"expected one version where Airflow runs, got {package} and {other}, which differ in {named};"
    with pytest.raises(ConfigError) as caught:
        _check(package.parent, checkout / "plugins", package=package)
    assert str(caught.value) == f"crm_sync: {sentence} remove one of them"


def test_folder_of_another_kind_with_our_name_is_no_copy(package, tmp_path):
    (tmp_path / "dags" / "crm_sync").mkdir(parents=True)
    _check(package.parent, tmp_path / "dags", package=package)
