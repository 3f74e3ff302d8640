"""The Airflow plugin of the package, and what a wheel's entry point makes of it.

The loader takes the files of the plugins folder first, then the entry points. A second plugin of the same
name is an import error in the UI; in the loader of the workers, all plugins after it are lost without a word.
So the entry point gives no plugin if `crm_sync_plugin.py` of a plugins folder was loaded.
"""

from __future__ import annotations

import sys

from airflow.plugins_manager import AirflowPlugin

from crm_sync import unselected
from crm_sync.operator_links import EntityLink, RunLink
from crm_sync.web.mount import URL_PREFIX, app

_IN_FOLDER = "crm_sync_plugin"
"""Name under which the loader runs the file of the plugins folder; a wheel has no such module."""
_PAGE = {"name": "CRM Sync", "bundle_url": f"{URL_PREFIX.removeprefix('/')}/static/crm_sync.js"}
"""One component for all places; the browser resolves its address against Airflow's base URL."""


class CrmSyncPlugin(AirflowPlugin):
    """Registers the listener that skips unselected entities, the page with its API, and the links to it.

    Airflow can't show a tab on some DAGs alone; on a foreign DAG the tab shows all entities. An icon would
    stand in the navigation without a text for screen readers, so the page takes Airflow's own.
    """

    name = "crm_sync"
    fastapi_apps = [{"app": app, "url_prefix": URL_PREFIX, "name": "CRM Sync"}]
    react_apps = [
        {**_PAGE, "destination": "nav", "url_route": "crm-sync", "nav_top_level": True},
        {**_PAGE, "destination": "dag", "url_route": "crm-sync-dag"},
        {**_PAGE, "destination": "task_instance", "url_route": "crm-sync-task"},
    ]
    operator_extra_links = [EntityLink(), RunLink()]
    listeners = [unselected]


def __getattr__(name: str) -> type[AirflowPlugin] | None:
    """Give what the entry point names: the plugin, or None if a plugins folder has brought it."""
    if name != "registered":
        raise AttributeError(name)
    return None if hasattr(sys.modules.get(_IN_FOLDER), CrmSyncPlugin.__name__) else CrmSyncPlugin
