"""Checks one CRM, the warehouse and staging with what Airflow has; the command is `cli/check.py`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crm_sync.airflow_version import check_airflow
from crm_sync.config.loader import load_source
from crm_sync.copies import check_copies
from crm_sync.exceptions import ConfigError, StorageError
from crm_sync.settings import staging_base, ui_url
from crm_sync.storage.staging_place import look_at_place
from crm_sync.warehouses import open_warehouse

if TYPE_CHECKING:
    from crm_sync.config.models import SourceConfig
    from crm_sync.hooks.crm import CrmHook
    from crm_sync.storage.pg_types import PgConnection
    from crm_sync.sync.connection_check import Finding


def check_crm(crm_source: str, configs: Path) -> Iterator[Finding]:
    """Check one CRM and the warehouse for it.

    Args:
        crm_source: one of the folders below `configs`.
        configs: folder with one folder per CRM.

    Yields:
        Findings in the order in which they were made.
    """
    from crm_sync.sync.connection_check import Finding, check_source, check_warehouse

    try:
        check_airflow()
        check_copies()
        source = load_source(configs, crm_source)
    except ConfigError as error:
        yield Finding(f"configuration of {crm_source}", is_good=False, text=str(error))
        return
    yield from check_source(source, open_hook(source).open_door)
    yield from check_warehouse(source, open_warehouse(source))
    yield from _check_alerts(source)


def _check_alerts(source: SourceConfig) -> Iterator[Finding]:
    """Make each notifier of a CRM, and let it tell nothing."""
    from crm_sync.alerts.messages import build_sample
    from crm_sync.alerts.notifiers import NotifierError, build_notifier
    from crm_sync.sync.connection_check import Finding

    sample = build_sample(source, ui_url(), datetime.now(UTC))
    for way in source.alerts:
        about = f"alerts of {source.crm_source}"
        try:
            build_notifier(way, sample)
        except NotifierError as error:
            yield Finding(about, is_good=False, text=str(error))
        else:
            yield Finding(about, is_good=True, text=f"{way.label} can be made; it was not asked to send")


def open_hook(source: SourceConfig) -> CrmHook:
    """Give the hook of a CRM for looks that write nothing, not even to the rate budget."""
    from crm_sync.hooks.crm import CrmHook

    return CrmHook(source, connect=_refuse_writing)


def check_staging() -> Finding:
    """Check the place of the files between the tasks, as far as this machine and this user see it."""
    from crm_sync.sync.connection_check import Finding

    about = "staging"
    try:
        base = staging_base(is_alone=False)
        about = f"staging {base}"
        return Finding(about, is_good=True, text=look_at_place(base))
    except (ConfigError, StorageError) as error:
        return Finding(about, is_good=False, text=str(error))


def _refuse_writing() -> PgConnection:
    message = "a check has no rate budget"
    raise RuntimeError(message)
