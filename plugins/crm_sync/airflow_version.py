"""Refuses an Airflow that is too old before any other import of it could fail."""

from __future__ import annotations

import re

from crm_sync.exceptions import ConfigError

OLDEST = (3, 3, 1)
"""pyproject.toml asks pip for the same."""


def check_airflow(found: str | None = None) -> None:
    """Say in one sentence that Airflow is too old; a DAG file's import error and `crm-sync` show it.

    Args:
        found: the version; None: the one that is installed.

    Raises:
        ConfigError: it is older than `OLDEST`.
    """
    if found is None:
        found = _find_version()
    numbers = tuple(int(digits) for digits in re.findall(r"\d+", found)[:3])
    if numbers < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise ConfigError("Airflow", "", f"version {oldest} or later for crm_sync", got=found or "none")


def _find_version() -> str:
    try:
        import airflow
    except ImportError:
        return ""
    return str(getattr(airflow, "__version__", ""))
