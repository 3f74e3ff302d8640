"""Hands the package's plugin to Airflow, which runs the files of its plugins folder."""

from __future__ import annotations

from crm_sync.airflow_plugin import CrmSyncPlugin

__all__ = ["CrmSyncPlugin"]
