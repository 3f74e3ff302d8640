"""Plain requests to the Pipedrive fake."""

from __future__ import annotations

from typing import Any

import requests

from sandbox.pipedrive import PipedriveSandbox

SMALL = {
    "users": 6,
    "organizations": 20,
    "persons": 60,
    "products": 12,
    "leads": 40,
    "deals": 60,
    "activities": 30,
}


def get(
    fake: PipedriveSandbox, path: str, *, headers: dict[str, str] | None = None, **params: Any
) -> requests.Response:
    """Ask with the fake's own API token, unless other headers are given."""
    session = requests.Session()
    session.trust_env = False
    key = {"x-api-token": fake.config.api_token} if headers is None else headers
    return session.get(fake.url + path, params=params, headers=key, timeout=10)


def ids(answer: requests.Response) -> list[Any]:
    """Ids of a list."""
    return [record["id"] for record in answer.json()["data"]]
