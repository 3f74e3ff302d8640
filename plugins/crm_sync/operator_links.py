"""Buttons on the page of a task in Airflow: to its entity, and to its run, on the page of crm_sync.

Airflow's web server asks for the addresses when somebody looks at a task. So nothing is stored with the task,
and the buttons are there for tasks that were skipped or killed, too. They lie below Airflow's own base URL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from airflow.sdk.types import TaskInstanceKey

_PAGE = "plugin/crm-sync#"
"""The page's address in Airflow's UI; `airflow_plugin.py` registers it."""
_PREFIX = "crm_sync_"


class _PageLink(BaseOperatorLink):
    """What both buttons share."""

    @property
    def operators(self) -> list[type[Any]]:  # type: ignore[override]  # the base has a class variable
        """The operators that have the button; task processes load the plugin, too, and need none of them."""
        from crm_sync.operators.fetch import CrmFetchOperator
        from crm_sync.operators.save import CrmSaveOperator
        from crm_sync.operators.transform import CrmTransformOperator
        from crm_sync.operators.validate import CrmValidateOperator

        return [CrmFetchOperator, CrmTransformOperator, CrmValidateOperator, CrmSaveOperator]


class EntityLink(_PageLink):
    """The button to the entity's history."""

    name = "Entity in CRM Sync"

    def get_link(self, operator: Any, *, ti_key: TaskInstanceKey) -> str:
        """Give the address, relative to Airflow's base URL."""
        return _build("entity", ti_key.dag_id.removeprefix(_PREFIX), _entity_of(ti_key))


class RunLink(_PageLink):
    """The button to what this run of the DAG did with the entity."""

    name = "Run in CRM Sync"

    def get_link(self, operator: Any, *, ti_key: TaskInstanceKey) -> str:
        """Give the address, relative to Airflow's base URL."""
        return _build("airflow-run", ti_key.dag_id, ti_key.run_id, _entity_of(ti_key))


def _entity_of(ti_key: TaskInstanceKey) -> str:
    return ti_key.task_id.rpartition(".")[0]


def _build(*parts: str) -> str:
    return _PAGE + "".join(f"/{quote(part, safe='')}" for part in parts)
