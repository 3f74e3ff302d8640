"""What lies in the wheel: the folders of the checkout, nothing else, and what Airflow and pip find it by."""

from __future__ import annotations

import configparser
import email
from pathlib import Path

import pytest

from crm_sync import __version__
from tests.wheel.conftest import CHECKOUT


def list_files(folder: Path, *suffixes: str) -> dict[str, bytes]:
    """Give the contents of files by their path below a folder."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.suffix in suffixes
    }


@pytest.mark.parametrize(
    ("inside", "folder", "suffixes"),
    [
        ("crm_sync/include/sql", "include/sql", [".sql"]),
        ("crm_sync/dags/configs", "dags/configs", [".yaml"]),
        ("crm_sync", "plugins/crm_sync", [".py", ".json", ".j2", ".js", ".css"]),
    ],
    ids=["sql", "yaml", "code"],
)
def test_wheel_holds_the_same_files_as_the_folders(installed_wheel, inside, folder, suffixes):
    files = list_files(CHECKOUT / folder, *suffixes)
    assert files
    assert list_files(installed_wheel / inside, *suffixes) == files


def test_wheel_installs_one_package_and_its_metadata(installed_wheel):
    top = {path.name for path in installed_wheel.iterdir()}
    assert top == {"crm_sync", f"crm_sync-{__version__}.dist-info"}


def test_wheel_is_found_by_airflow_and_by_the_shell(installed_wheel):
    (info,) = installed_wheel.glob("*.dist-info")
    points = configparser.ConfigParser()
    points.read(info / "entry_points.txt")
    assert dict(points["apache_airflow_provider"]) == {
        "provider_info": "crm_sync.provider_info:get_provider_info"
    }
    assert dict(points["airflow.plugins"]) == {"crm_sync": "crm_sync.airflow_plugin:registered"}
    assert dict(points["console_scripts"]) == {"crm-sync": "crm_sync.cli.main:main"}
    metadata = email.message_from_string((info / "METADATA").read_text())
    assert (metadata["Name"], metadata["Version"]) == ("crm-sync", __version__)
