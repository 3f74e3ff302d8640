"""Who asks, and what Airflow lets them see: the dependency of the whole app."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import GetUserDep
from airflow.models.dag import DagModel
from fastapi import Depends, HTTPException, status

DAG_PREFIX = "crm_sync_"


@dataclass(frozen=True)
class Viewer:
    """A user who has logged in, with the rights that Airflow's auth manager gives them.

    Args:
        user: as the auth manager knows them.
    """

    user: BaseUser

    @cached_property
    def _readable(self) -> set[str]:
        return get_auth_manager().get_authorized_dag_ids(user=self.user, method="GET")

    @cached_property
    def _editable(self) -> set[str]:
        return get_auth_manager().get_authorized_dag_ids(user=self.user, method="PUT")

    def may_see(self, crm_source: str) -> bool:
        """Tell whether the user may read the CRM's DAG."""
        return name_dag(crm_source) in self._readable

    def may_edit(self, crm_source: str) -> bool:
        """Tell whether the user may edit the CRM's DAG, and so see what records say."""
        return self.may_see(crm_source) and name_dag(crm_source) in self._editable

    def may_read_xcoms(self, crm_source: str) -> bool:
        """Tell whether the user may see what tasks of the CRM's DAG have left."""
        dag_id = name_dag(crm_source)
        if not self.may_see(crm_source):
            return False
        details = DagDetails(id=dag_id, team_name=DagModel.get_team_name(dag_id))
        return get_auth_manager().is_authorized_dag(
            method="GET", access_entity=DagAccessEntity.XCOM, details=details, user=self.user
        )

    def keep_visible(self, crm_sources: Iterable[str]) -> list[str]:
        """Give those CRMs whose DAG the user may read."""
        return [name for name in crm_sources if self.may_see(name)]

    def require(self, crm_source: str, what: str) -> None:
        """Refuse what belongs to a CRM that the user may not see; it does not say whether there is one.

        Raises:
            HTTPException: 404.
        """
        if not self.may_see(crm_source):
            raise not_found(what)


def get_viewer(user: GetUserDep) -> Viewer:
    """Give the user of a request; without a valid login the request ends here, with 401 or 403."""
    return Viewer(user)


ViewerDep = Annotated[Viewer, Depends(get_viewer)]


def name_dag(crm_source: str) -> str:
    """Name the DAG of a CRM."""
    return f"{DAG_PREFIX}{crm_source}"


def not_found(what: str) -> HTTPException:
    """Say that there is no such thing, or that the user may not see it: both in the same words."""
    return HTTPException(status.HTTP_404_NOT_FOUND, f"There is no {what}, or you may not see it.")
