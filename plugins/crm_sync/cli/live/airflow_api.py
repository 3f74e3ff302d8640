"""The few calls to a running Airflow's REST API that start a run and follow it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import requests

from crm_sync.exceptions import CrmSyncError

TOKEN = "CRM_SYNC_AIRFLOW_TOKEN"  # noqa: S105 - the name of a variable
USER = "CRM_SYNC_AIRFLOW_USER"
PASSWORD = "CRM_SYNC_AIRFLOW_PASSWORD"  # noqa: S105 - the name of a variable
_TIMEOUT_S = 30
_PAGE = 100
_UNAUTHORISED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404


class AirflowApiError(CrmSyncError):
    """Airflow refused a call, in one sentence."""


class AirflowAwayError(AirflowApiError):
    """Airflow can't be reached at the moment."""


@dataclass
class AirflowApi:
    """A running Airflow.

    Args:
        url: of its UI, without the path of the API.
    """

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.url = self.url.rstrip("/")

    def log_in(self) -> None:
        """Take the given token, or get one for the given user.

        Raises:
            AirflowApiError: no token is to be had.
        """
        token = os.environ.get(TOKEN)
        if token is None:
            token = self._fetch_token(os.environ.get(USER), os.environ.get(PASSWORD))
        self.session.headers["Authorization"] = f"Bearer {token}"

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> str:
        """Start a run as the form in the UI does; gives its id."""
        answer = self._call("POST", f"dags/{dag_id}/dagRuns", {"logical_date": None, "conf": conf})
        return str(answer["dag_run_id"])

    def is_paused(self, dag_id: str) -> bool:
        """Tell whether the scheduler leaves the DAG's runs alone."""
        return bool(self._call("GET", f"dags/{dag_id}")["is_paused"])

    def read_state(self, dag_id: str, run_id: str) -> str:
        """Ask how a run is: queued, running, success or failed."""
        return str(self._call("GET", f"dags/{dag_id}/dagRuns/{quote(run_id)}")["state"])

    def read_tasks(self, dag_id: str, run_id: str) -> dict[str, str]:
        """Ask for the state of each task of a run; a task without a state is left out."""
        found: dict[str, str] = {}
        offset, total = 0, 1
        while offset < total:
            path = f"dags/{dag_id}/dagRuns/{quote(run_id)}/taskInstances?limit={_PAGE}&offset={offset}"
            answer = self._call("GET", path)
            tasks, total = answer["task_instances"], answer["total_entries"]
            found |= {task["task_id"]: task["state"] for task in tasks if task["state"] is not None}
            offset += len(tasks) or total
        return found

    def name_page(self, dag_id: str, run_id: str) -> str:
        """Give the address where people see the run."""
        return f"{self.url}/dags/{dag_id}/runs/{quote(run_id)}"

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self._send(method, f"{self.url}/api/v2/{path}", body)
        if answer.status_code == _UNAUTHORISED and os.environ.get(TOKEN) is None:
            self.log_in()  # a run may outlast its token
            answer = self._send(method, f"{self.url}/api/v2/{path}", body)
        if not answer.ok:
            raise AirflowApiError(self._explain(answer, path))
        found: dict[str, Any] = answer.json()
        return found

    def _send(self, method: str, url: str, body: dict[str, Any] | None) -> requests.Response:
        try:
            answer = self.session.request(method, url, json=body, timeout=_TIMEOUT_S)
        except requests.RequestException as error:
            raise AirflowAwayError(f"{self.url} can't be reached: {type(error).__name__}.") from error
        if answer.status_code >= 500:
            raise AirflowAwayError(f"{self.url} answered with {answer.status_code}.")
        return answer

    def _fetch_token(self, user: str | None, password: str | None) -> str:
        url = f"{self.url}/auth/token"
        if user is None or password is None:
            # an Airflow in which everybody is an admin gives one for nothing
            answer = self._send("GET", url, None)
            expected = f"set {TOKEN}, or {USER} and {PASSWORD}"
        else:
            answer = self._send("POST", url, {"username": user, "password": password})
            expected = f"check {USER} and {PASSWORD}"
        try:
            return str(answer.json()["access_token"])
        except (ValueError, KeyError, TypeError):
            raise AirflowApiError(f"{url} gives no token ({answer.status_code}): {expected}.") from None

    def _explain(self, answer: requests.Response, path: str) -> str:
        if answer.status_code == _NOT_FOUND:
            return f"{self.url} knows no {path.partition('?')[0]}: is the DAG in its DAG folder?"
        if answer.status_code in {_UNAUTHORISED, _FORBIDDEN}:
            return f"{self.url} refuses {path.partition('?')[0]}: the user or the token lacks the right."
        try:
            detail = answer.json()["detail"]
        except (ValueError, KeyError, TypeError):
            detail = answer.text
        return f"{self.url} answered with {answer.status_code}: {' '.join(str(detail).split())[:300]}"
