"""Lets a foreign client, whose addresses are fixed, ask a fake instead of the vendor."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter


class Rerouted(HTTPAdapter):
    """Sends what is meant for some host to a fake; path, query, headers and body stay as they are."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.hosts: set[str] = set()
        """Hosts that the client meant."""

    def send(self, request: requests.PreparedRequest, *given: Any, **options: Any) -> requests.Response:
        meant = urlsplit(request.url or "")
        self.hosts.add(meant.netloc)
        request.url = f"{self.url}{meant.path}{'?' if meant.query else ''}{meant.query}"
        return super().send(request, *given, **options)


def reroute(session: requests.Session, url: str) -> Rerouted:
    """Reroute all that a session sends by TLS."""
    adapter = Rerouted(url)
    session.trust_env = False
    session.mount("https://", adapter)
    return adapter
