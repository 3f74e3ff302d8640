"""Sends requests to the Arrivy fake with its key and token."""

from __future__ import annotations

from typing import Any

import requests

from sandbox.arrivy import ArrivySandbox

SMALL = {"tasks": 240, "bookings": 60, "customers": 80, "entities": 60, "groups": 40}


class ArrivyCaller:
    """One client of one fake."""

    def __init__(self, fake: ArrivySandbox, *, key: str | None = None, token: str | None = None) -> None:
        self.fake = fake
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["X-Auth-Key"] = fake.config.auth_key if key is None else key
        self.session.headers["X-Auth-Token"] = fake.config.auth_token if token is None else token

    def get(self, path: str, **params: Any) -> requests.Response:
        """GET below the base path; the library encodes the parameters once, `from_` is sent as `from`."""
        named = {name.rstrip("_"): value for name, value in params.items()}
        return self.session.get(self.fake.api_url + path, params=named, timeout=10)

    def get_raw(self, path_and_query: str) -> requests.Response:
        """GET with a query that is sent as it is."""
        return self.session.get(self.fake.api_url + path_and_query, timeout=10)

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Call an endpoint under `/_sandbox`."""
        return self.session.request(method, f"{self.fake.url}/_sandbox{path}", json=body, timeout=10)

    def walk(self, path: str, **params: Any) -> list[int]:
        """All ids of a list, page by page up to the empty one."""
        ids: list[int] = []
        page = 1
        while records := self.get(path, page=page, **params).json():
            ids += [int(record["id"]) for record in records]
            page += 1
        return ids
