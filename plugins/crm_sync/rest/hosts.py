"""Hosts of addresses: which is the same as another, and which are allowed beside the connection's own."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit


def allows_host(host: str, allowed: Collection[str]) -> bool:
    """Tell whether a host is one of those that are allowed; a leading dot allows all hosts below a domain."""
    return any(host.endswith(one) and host != one if one.startswith(".") else host == one for one in allowed)


def find_origin(url: str) -> tuple[str, str | None, int | None]:
    """Give scheme, host and port of an address.

    Raises:
        ValueError: its port is none.
    """
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
