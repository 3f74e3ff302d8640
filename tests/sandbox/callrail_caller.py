"""Sends requests to a CallRail fake with its key; a small fake of each test's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import requests

from sandbox.callrail import CallRailSandbox

SMALL = {
    "companies": 6,
    "trackers": 8,
    "tags": 9,
    "users": 7,
    "calls": 420,
    "form_submissions": 60,
    "text_messages": 40,
}


class CallRailCaller:
    """Sends requests to one fake."""

    def __init__(self, fake: CallRailSandbox, *, key: str | None = None) -> None:
        self.fake = fake
        self.account, *self.other_accounts = fake.store.ids("accounts")
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f'Token token="{key or fake.api_key}"'

    def get(self, path: str, **params: Any) -> requests.Response:
        """GET below `/v3`; `{a}` in the path is the first account, a parameter that is None is left out."""
        return self.session.get(
            f"{self.fake.url}/v3{path.format(a=self.account)}",
            params=params,
            timeout=10,
            allow_redirects=False,
        )

    def page(self, path: str, **params: Any) -> dict[str, Any]:
        """One page that has to be there."""
        response = self.get(path, **params)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def list_ids(self, path: str, key: str, **params: Any) -> list[str]:
        """Ids over all pages, read until one is empty."""
        ids: list[str] = []
        page = 1
        while True:
            records = self.page(path, page=page, **params)[key]
            if not records:
                return ids
            ids += [str(record["id"]) for record in records]
            page += 1

    def days(self, back: int = 729) -> dict[str, str]:
        """Window parameters of the latest days, in UTC."""
        today = self.fake.clock.now().date()
        first = today - timedelta(days=back)
        return {"start_date": first.isoformat(), "end_date": today.isoformat(), "time_zone": "UTC"}


@contextmanager
def open_callrail(*, key: str | None = None, **settings: Any) -> Iterator[CallRailCaller]:
    """Serve a small fake without limits unless the settings say otherwise."""
    with CallRailSandbox(**{"counts": SMALL, "rate_limits": False, **settings}).serve() as fake:
        yield CallRailCaller(fake, key=key)
