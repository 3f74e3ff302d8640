"""A small fake account for each test, and one of usual size that tests only read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from sandbox.hubspot import HubSpotSandbox

SMALL = {
    "contacts": 250,
    "companies": 60,
    "deals": 60,
    "tickets": 30,
    "products": 10,
    "line_items": 40,
    "calls": 40,
    "notes": 5,
    "2-1234567": 5,
}


class Caller:
    """Sends requests to one fake with its token."""

    def __init__(self, fake: HubSpotSandbox, token: str | None = None) -> None:
        self.fake = fake
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token or fake.access_token}"

    def get(self, path: str, **params: Any) -> requests.Response:
        """GET with query parameters; `None` values are left out."""
        return self.session.get(self.fake.url + path, params=params, timeout=10)

    def post(self, path: str, body: Any = None) -> requests.Response:
        """POST a JSON body."""
        return self.session.post(self.fake.url + path, json=body, timeout=10)

    def search(self, type_name: str, *filters: dict[str, Any], **body: Any) -> dict[str, Any]:
        """One search page; the filters form one group."""
        groups = [{"filters": list(filters)}] if filters else []
        response = self.post(f"/crm/v3/objects/{type_name}/search", {"filterGroups": groups, **body})
        assert response.status_code == 200, response.text
        return response.json()

    def list_ids(self, type_name: str, **params: Any) -> list[str]:
        """All ids of a type, over all pages."""
        ids, after = [], None
        while True:
            page = self.get(f"/crm/v3/objects/{type_name}", limit=100, after=after, **params).json()
            ids += [record["id"] for record in page["results"]]
            if "paging" not in page:
                return ids
            after = page["paging"]["next"]["after"]


@pytest.fixture
def start_fake() -> Iterator[Callable[..., Caller]]:
    """Start fakes that end with the test; small and without rate limits unless the settings say otherwise."""
    with ExitStack() as stack:

        def start(**settings: Any) -> Caller:
            settings = {"counts": SMALL, "rate_limits": False, **settings}
            return Caller(stack.enter_context(HubSpotSandbox(**settings).serve()))

        yield start


@pytest.fixture
def caller(start_fake: Callable[..., Caller]) -> Caller:
    """A small fake of the test's own."""
    return start_fake()


@pytest.fixture(scope="session")
def shared() -> Iterator[Caller]:
    """The default account of 20,000 records; tests must not change it."""
    with HubSpotSandbox(rate_limits=False, many_links=250).serve() as fake:
        yield Caller(fake)
