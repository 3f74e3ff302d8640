"""What the doors of all strategies over REST share: the host's address, the key, a client in haste."""

from __future__ import annotations

from dataclasses import replace
from typing import Self
from urllib.parse import urlsplit

from crm_sync.rest.client import RestClient
from crm_sync.rest.messages import Request
from crm_sync.rest.retries import RetryPolicy
from crm_sync.sources.door import Door

_LONGEST_WAIT_S = 5.0
_PATIENCE = RetryPolicy(max_retries=1)
"""Somebody waits for the answer: one repetition, where a sync has many."""


class ClientDoor(Door[RestClient]):
    """Base of the doors to what is read through a REST client."""

    @property
    def address(self) -> str:
        """Scheme, host and port."""
        parts = urlsplit(self.connection.transport.base_url)
        return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")

    def in_haste(self) -> Self:
        """Give the same door with a client that repeats once and does not wait long."""
        pacer = replace(self.connection.pacer, longest_wait_s=_LONGEST_WAIT_S)
        return type(self)(self.source, replace(self.connection, policy=_PATIENCE, pacer=pacer))

    def probe_key(self) -> str | None:
        """Send the request that proves the key, where source.yaml has one."""
        rest = self.source.rest
        if rest is None or not rest.verify_path:
            return None
        path = rest.verify_path.replace("{api_version}", self.connection.api_version)
        self.connection.send(Request("GET", path))
        return "the host answers and the key is valid"

    def build_paths(self) -> dict[str, str]:
        """Give the pieces of paths that configs name by a placeholder."""
        version, rest = self.connection.api_version, self.source.rest
        return {"api_version": version} if rest is None else rest.fill_paths(version)
