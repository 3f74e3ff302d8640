"""The hosts to which a token answer may send us; `oauth.py` handles the token itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.rest.hosts import allows_host, find_origin
from crm_sync.rest.messages import describe_value, find_path


@dataclass(frozen=True)
class DataHosts:
    """The data hosts that a connection allows.

    Args:
        path: where a token answer names one.
        own_url: the connection's, which is always allowed.
        allowed: further hosts; a leading dot allows all hosts below a domain.
    """

    path: str
    own_url: str
    allowed: tuple[str, ...] = ()

    def read(self, content: Mapping[str, Any]) -> str:
        """Give the base URL of the data.

        Raises:
            UnexpectedResponseError: the answer names none, or one that is not allowed.
        """
        named = find_path(content, self.path)
        if not isinstance(named, str) or not named:
            raise UnexpectedResponseError(
                f"OAuth token request: the answer has {describe_value(named)} at '{self.path}', expected the "
                "address of the data"
            )
        try:
            there, own = urlsplit(named), urlsplit(self.own_url)
            port, is_own = there.port, find_origin(named) == find_origin(self.own_url)
        except ValueError:
            raise UnexpectedResponseError(f"OAuth token request: '{self.path}' is not an address") from None
        host = (there.hostname or "").lower().rstrip(".")
        is_plain = not (there.username or there.password or there.query or there.fragment)
        is_allowed = there.scheme == "https" and port in (None, 443) and allows_host(host, self.allowed)
        if not is_plain or not (is_own or is_allowed):
            raise UnexpectedResponseError(
                f"OAuth token request: the data is said to be on {there.scheme}://{host}, which is not "
                f"allowed; allowed are the connection's own host {own.hostname} and "
                f"{', '.join(self.allowed) or 'no other'}"
            )
        return named.rstrip("/")
