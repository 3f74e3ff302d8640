"""Sends requests to the Salesforce fake with a session that it knows."""

from __future__ import annotations

import csv
import io
from typing import Any

import requests

from sandbox.salesforce import SalesforceSandbox

SMALL = {
    "users": 8,
    "campaigns": 10,
    "accounts": 60,
    "contacts": 80,
    "opportunities": 60,
    "leads": 50,
    "tasks": 90,
}
VERSION = "v62.0"


class SalesforceCaller:
    """One client of one fake."""

    def __init__(self, fake: SalesforceSandbox, token: str | None = None) -> None:
        self.fake = fake
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token or fake.access_token}"

    def send(self, method: str, path: str, **settings: Any) -> requests.Response:
        """Send to a path below the version, or to one that begins with a slash."""
        whole = path if path.startswith("/") else f"/services/data/{VERSION}/{path}"
        return self.session.request(method, self.fake.url + whole, timeout=10, **settings)

    def get(self, path: str, **params: Any) -> requests.Response:
        """GET with query parameters."""
        return self.send("GET", path, params=params)

    def ask(self, soql: str, *, path: str = "queryAll", **headers: str) -> requests.Response:
        """Run a query; headers with underscores for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send("GET", path, params={"q": soql}, headers=named)

    def rows(self, soql: str, *, path: str = "queryAll") -> list[dict[str, Any]]:
        """All rows of a query, over all its pages."""
        page = self.ask(soql, path=path).json()
        rows = list(page["records"])
        while not page["done"]:
            page = self.get(page["nextRecordsUrl"]).json()
            rows += page["records"]
        return rows

    def ids(self, soql: str, *, path: str = "queryAll") -> list[str]:
        """Ids of all rows of a query."""
        return [row["Id"] for row in self.rows(soql, path=path)]

    def start_job(self, soql: str, **body: Any) -> requests.Response:
        """Create a query job."""
        return self.send("POST", "jobs/query", json={"operation": "queryAll", "query": soql, **body})

    def finish_job(self, soql: str, **body: Any) -> str:
        """Create a query job and look at it until it is complete; gives its id."""
        job = self.start_job(soql, **body).json()
        while job["state"] != "JobComplete":
            job = self.get(f"jobs/query/{job['id']}").json()
        return job["id"]

    def results(self, job_id: str, **params: Any) -> list[dict[str, str]]:
        """All rows of a job, over all its pages."""
        rows: list[dict[str, str]] = []
        locator: dict[str, str] = {}
        while True:
            page = self.get(f"jobs/query/{job_id}/results", **params, **locator)
            rows += csv.DictReader(io.StringIO(page.content.decode(), newline=""))
            if page.headers["Sforce-Locator"] == "null":
                return rows
            locator = {"locator": page.headers["Sforce-Locator"]}

    def log_in(self, headers: dict[str, str] | None = None, **form: str) -> requests.Response:
        """Ask for a token, without a session."""
        with requests.Session() as session:
            session.trust_env = False
            return session.post(
                f"{self.fake.url}/services/oauth2/token", data=form, headers=headers, timeout=10
            )


def code(answer: requests.Response) -> tuple[int, str]:
    """Status and code of an error."""
    return answer.status_code, answer.json()[0]["errorCode"]
