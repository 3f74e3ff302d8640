"""The only reader of Airflow's configuration and of the package's folders; nothing is read at import."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from crm_sync.exceptions import ConfigError

_STAGING = "CRM_SYNC_STAGING"
_POD = "AIRFLOW_IS_K8S_EXECUTOR_POD"
"""Environment variable of a pod that Airflow made for one task; older charts give it another executor."""
_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1]


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
    expected = f"this folder to exist beside {stub.name}; `crm-sync init` writes it"
    raise ConfigError(str(stub.parent / "configs"), "", expected)


def configs_dir() -> Path:
    """Folder with one folder per CRM where no stub asks: in Airflow's DAG folder, else what we ship."""
    folder = dags_folder()
    if folder is not None and (folder / "configs").is_dir():
        return folder / "configs"
    return shipped_configs()


def dags_folder() -> Path | None:
    """Airflow's DAG folder, None where its configuration names none."""
    named = os.environ.get("AIRFLOW__CORE__DAGS_FOLDER") or _read_option("core", "dags_folder")
    return Path(named) if named else None


def airflow_home() -> Path:
    """Airflow's own folder, which need not be there yet."""
    return Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser()


def shipped_configs() -> Path:
    """Folder with one folder per CRM that came with this code: in the wheel's package or the checkout."""
    inside = _PACKAGE / "dags" / "configs"
    return inside if inside.is_dir() else _CHECKOUT / "dags" / "configs"


def staging_base(*, is_alone: bool) -> Any:
    """Where runs stage their files: CRM_SYNC_STAGING, else `staging` of Airflow's section [crm_sync].

    Both take a folder or any fsspec URL. Without them it is a folder below AIRFLOW_HOME.

    Args:
        is_alone: all tasks of the run are executed by this process.

    Returns:
        A pathlib.Path for a local folder, else an ObjectStoragePath; both have pathlib's interface.

    Raises:
        ConfigError: nobody can write to such a URL here, or other workers can't reach the default.
    """
    named = os.environ.get(_STAGING) or _read_option("crm_sync", "staging")
    if "://" in named and not named.startswith("file://"):
        from airflow.sdk import ObjectStoragePath

        try:
            return ObjectStoragePath(named)
        except (ImportError, ValueError) as error:
            expected = "a folder, or a URL of a file system that is installed here"
            raise ConfigError(_STAGING, "", expected, got=f"{named!r} ({error})") from error
    if named:
        return Path(named.removeprefix("file://"))
    if not is_alone and (executor := _find_distant_executor()) is not None:
        expected = f"a folder or URL that all workers reach, because tasks run with {executor}"
        raise ConfigError(_STAGING, "", expected, got="nothing")
    return airflow_home() / "crm_sync_staging"


def ui_url() -> str:
    """Address of Airflow's UI as people open it, for links: `base_url` of the section [api]."""
    return _read_option("api", "base_url") or "http://localhost:8080"


def _find_distant_executor() -> str | None:
    """Name an executor that spreads the tasks of a run over machines, None where there is none."""
    if os.environ.get(_POD):
        return "KubernetesExecutor"
    names = (part.rpartition(".")[2] for part in re.split("[,;:]", _read_option("core", "executor")))
    return next((name for name in names if name.endswith("Executor") and name != "LocalExecutor"), None)


def _read_option(section: str, key: str) -> str:
    """Give an option of airflow.cfg, or of the variable that Airflow reads for it; empty without one."""
    from airflow.sdk.configuration import conf

    return conf.get(section, key, fallback=None) or ""
