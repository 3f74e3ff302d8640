"""The only reader of Airflow configuration and of the checkout's folders; nothing is read at import."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from crm_sync.exceptions import ConfigError

_CHECKOUT = Path(__file__).resolve().parents[2]


def configs_beside(stub: Path) -> Path:
    """Find the folder with one folder per CRM that belongs to a stub.

    A DAG bundle may be a copy or another checkout, while plugins/ travels with no bundle: what is beside
    plugins/ can be YAML of another version, so it counts for the stubs of its own checkout alone.

    Args:
        stub: the DAG file; it may be a symbolic link to one in a checkout.

    Raises:
        ConfigError: no such folder is beside it.
    """
    for folder in (stub.parent, stub.resolve().parent):
        if (folder / "configs").is_dir():
            return folder / "configs"
    if stub.resolve().is_relative_to(_CHECKOUT) and (_CHECKOUT / "dags" / "configs").is_dir():
        return _CHECKOUT / "dags" / "configs"
    raise ConfigError(str(stub.parent / "configs"), "", f"this folder to exist beside {stub.name}")


def configs_dir() -> Path:
    """Folder with one folder per CRM where no stub asks: below AIRFLOW__CORE__DAGS_FOLDER, else ours."""
    named = os.environ.get("AIRFLOW__CORE__DAGS_FOLDER")
    if named and (Path(named) / "configs").is_dir():
        return Path(named) / "configs"
    return _CHECKOUT / "dags" / "configs"


def staging_base() -> Any:
    """Where runs stage their files: CRM_SYNC_STAGING (a folder or any fsspec URL), else below AIRFLOW_HOME.

    Returns:
        A pathlib.Path for a local folder, else an ObjectStoragePath; both have pathlib's interface.
    """
    named = os.environ.get("CRM_SYNC_STAGING", "")
    if "://" in named and not named.startswith("file://"):
        from airflow.sdk import ObjectStoragePath

        return ObjectStoragePath(named)
    if named:
        return Path(named.removeprefix("file://"))
    home = os.environ.get("AIRFLOW_HOME", "~/airflow")
    return Path(home).expanduser() / "crm_sync_staging"
