"""The only reader of Airflow configuration and of the checkout's folders; nothing is read at import."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

_CHECKOUT = Path(__file__).resolve().parents[2]


def configs_dir() -> Path:
    """Folder with one folder per CRM: below AIRFLOW__CORE__DAGS_FOLDER, else this checkout's."""
    named = os.environ.get("AIRFLOW__CORE__DAGS_FOLDER")
    if named and (Path(named) / "configs").is_dir():
        return Path(named) / "configs"
    return _CHECKOUT / "dags" / "configs"


def include_dir() -> Path:
    """Folder of the SQL files, beside plugins/."""
    return _CHECKOUT / "include"


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
