"""The Airflow plugin of the package, and what a wheel's entry point makes of it.

The loader takes the files of the plugins folder first, then the entry points. A second plugin of the same
name is an import error in the UI; in the loader of the workers, all plugins after it are lost without a word.
So the entry point gives no plugin if `crm_sync_plugin.py` of a plugins folder was loaded.
"""

from __future__ import annotations

import sys

from airflow.plugins_manager import AirflowPlugin

from crm_sync import unselected
from crm_sync.web.mount import URL_PREFIX, app

_IN_FOLDER = "crm_sync_plugin"
"""Name under which the loader runs the file of the plugins folder; a wheel has no such module."""


class CrmSyncPlugin(AirflowPlugin):
    """Registers the listener that skips unselected entities, and the API behind the page."""

    name = "crm_sync"
    fastapi_apps = [{"app": app, "url_prefix": URL_PREFIX, "name": "CRM Sync"}]
    listeners = [unselected]


def __getattr__(name: str) -> type[AirflowPlugin] | None:
    """Give what the entry point names: the plugin, or None if a plugins folder has brought it."""
    if name != "registered":
        raise AttributeError(name)
    return None if hasattr(sys.modules.get(_IN_FOLDER), CrmSyncPlugin.__name__) else CrmSyncPlugin
