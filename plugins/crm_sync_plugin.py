"""The Airflow plugin of the package: what Airflow calls by itself."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from crm_sync import unselected


class CrmSyncPlugin(AirflowPlugin):
    """Registers the listener that skips unselected entities."""

    name = "crm_sync"
    listeners = [unselected]
