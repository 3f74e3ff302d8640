"""One class per way to prove who we are; where the secrets come from is left to `hooks`."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import requests
from requests.auth import AuthBase
from typing_extensions import override


@dataclass(frozen=True)
class Unsigned:
    """A request as it is about to be sent."""

    method: str
    path: str
    """As it is sent: the base URL's path first, the query last."""
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Its own, beside those of the session."""
    base_url: str = ""
    """Where it is sent to; scheme and host count."""


class Signer(Protocol):
    """What a client asks of an auth."""

    @property
    def data_url(self) -> str | None:
        """Give the base URL that the scheme names for data; None: the connection's own."""
        ...

    @property
    def params(self) -> Mapping[str, str]:
        """Give the query parameters of every request."""
        ...

    def sign(self, request: Unsigned) -> Mapping[str, str]:
        """Give the headers of one request; may be called from many threads."""
        ...

    def renew(self, stale: Mapping[str, str], *, ahead_s: float = 0.0) -> bool:
        """Get fresh credentials.

        Args:
            stale: the headers that were refused; when another thread has renewed them since, nothing is done.
            ahead_s: the source's clock minus ours, where the refusal said its time.

        Returns:
            False where the scheme can't renew, so that the refusal is final.
        """
        ...


class Auth(AuthBase, Signer):
    """Base of all auth classes: the same headers for all requests, without a way to renew them.

    Sessions made by Airflow's HttpHook call it like any other auth of requests.
    """

    def build_headers(self) -> Mapping[str, str]:
        """Give the headers of the next request; may be called from many threads."""
        raise NotImplementedError

    @override
    def sign(self, request: Unsigned) -> Mapping[str, str]:
        """Give the same headers for all requests, as most schemes do."""
        return self.build_headers()

    @property
    @override
    def params(self) -> Mapping[str, str]:
        """Give none: most schemes use headers."""
        return {}

    @property
    @override
    def data_url(self) -> str | None:
        """Give None: most schemes name no host."""
        return None

    @override
    def renew(self, stale: Mapping[str, str], *, ahead_s: float = 0.0) -> bool:
        """Say that it can't be done."""
        return False

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the headers to a prepared request."""
        r.headers.update(self.build_headers())
        return r

    def __repr__(self) -> str:
        """Show the scheme, never a secret."""
        return f"{type(self).__name__}(***)"


class HeaderAuth(Auth):
    """Secrets in separate headers.

    Args:
        headers: names to whole values.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)

    def build_headers(self) -> Mapping[str, str]:
        """Give the headers."""
        return self._headers


class NoAuth(HeaderAuth):
    """Nothing: the source is open to everybody."""

    def __init__(self) -> None:
        super().__init__({})


class ParamAuth(HeaderAuth):
    """Secrets in query parameters, for sources that take them nowhere else.

    Args:
        params: names to whole values.
    """

    def __init__(self, params: Mapping[str, str]) -> None:
        super().__init__({})
        self._params = dict(params)

    @property
    @override
    def params(self) -> Mapping[str, str]:
        """Give the parameters."""
        return self._params


class BearerAuth(HeaderAuth):
    """A token that does not expire.

    Args:
        token: without the word Bearer.
    """

    def __init__(self, token: str) -> None:
        super().__init__({"Authorization": f"Bearer {token}"})


class BasicAuth(HeaderAuth):
    """Login and password in every request.

    Args:
        login: user name, may hold any character but a colon.
        password: may be empty.
    """

    def __init__(self, login: str, password: str) -> None:
        pair = base64.b64encode(f"{login}:{password}".encode()).decode("ascii")
        super().__init__({"Authorization": f"Basic {pair}"})
