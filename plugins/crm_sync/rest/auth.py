"""One class per way to prove who we are; where the secrets come from is left to `hooks`."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

import requests
from requests.auth import AuthBase


@dataclass(frozen=True)
class Unsigned:
    """A request as it is about to be sent."""

    method: str
    path: str
    """As it is sent: the base URL's path first, the query last."""
    body: bytes | None = field(default=None, repr=False)


class Auth(AuthBase):
    """Base of all auth classes: headers for a request, and a way to renew them where the scheme has one.

    Sessions made by Airflow's HttpHook call it like any other auth of requests.
    """

    def build_headers(self) -> Mapping[str, str]:
        """Give the headers of the next request; may be called from many threads."""
        raise NotImplementedError

    def sign(self, request: Unsigned) -> Mapping[str, str]:  # noqa: ARG002
        """Give the headers of one request; most schemes have the same for all."""
        return self.build_headers()

    @property
    def data_url(self) -> str | None:
        """Give the base URL that the scheme names for data; None: the connection's own."""
        return None

    def renew(self, stale: Mapping[str, str]) -> bool:  # noqa: ARG002
        """Get fresh credentials.

        Args:
            stale: the headers that were refused; when another thread has renewed them since, nothing is done.

        Returns:
            False where the scheme can't renew, so that the refusal is final.
        """
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
