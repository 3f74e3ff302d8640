"""The contents of a request for an OAuth token, one class per grant; `oauth.py` sends the request."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import uuid4

from typing_extensions import override

from crm_sync.exceptions import AuthenticationError

_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
"""Source: RFC 7523 section 2.1."""


class Grant(Protocol):
    """One way to get an access token."""

    token_url: str
    what: str
    """The user's input, for the message of a refusal."""

    def build_form(self) -> dict[str, str]:
        """Give the form to send; made anew for each request."""
        ...

    def build_headers(self) -> Mapping[str, str]:
        """Give the headers to send with it."""
        ...

    def take_refresh_token(self, token: str) -> bool:
        """Take a refresh token that came with an answer, and say whether it differs from the one before."""
        ...


@dataclass
class ClientGrant(Grant):
    """An application that asks for itself.

    Args:
        token_url: where.
        client_id: of the application.
        client_secret: of it.
        uses_basic: id and secret go into the Authorization header, instead of the form.
        scope: rights to ask for; empty: all that it may have.
    """

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    uses_basic: bool = False
    scope: str = ""
    what: str = "client id and client secret"

    @override
    def build_form(self) -> dict[str, str]:
        """Give the form of a client credentials request."""
        return {"grant_type": "client_credentials", **self._build_client(), **self._build_scope()}

    @override
    def build_headers(self) -> Mapping[str, str]:
        """Give the Basic header, where that is the way."""
        pair = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode("ascii")
        return {"Authorization": f"Basic {pair}"} if self.uses_basic else {}

    @override
    def take_refresh_token(self, token: str) -> bool:
        """Ignore it: this grant needs no refresh token."""
        return False

    def _build_client(self) -> dict[str, str]:
        return {} if self.uses_basic else {"client_id": self.client_id, "client_secret": self.client_secret}

    def _build_scope(self) -> dict[str, str]:
        return {"scope": self.scope} if self.scope else {}


@dataclass
class RefreshGrant(ClientGrant):
    """A long-lived refresh token, which the source may replace.

    Args:
        refresh_token: the latest one.
    """

    refresh_token: str = field(default="", repr=False)
    what: str = "client id, client secret and refresh token"

    @override
    def build_form(self) -> dict[str, str]:
        """Give the form of a refresh."""
        return {"grant_type": "refresh_token", **self._build_client(), "refresh_token": self.refresh_token}

    @override
    def take_refresh_token(self, token: str) -> bool:
        """Keep the token, which is valid from now on."""
        is_new = token != self.refresh_token
        self.refresh_token = token
        return is_new


@dataclass
class JwtGrant(Grant):
    """A statement about ourselves that we sign with a private key.

    Args:
        token_url: where it is sent.
        claims: issuer, subject, audience, scope by their short names.
        private_key: PEM.
        key_id: names the key; empty: the source knows it.
        algorithm: of the signature.
        life_s: for how long the statement holds.
        what: the user gave, for the message of a refusal.
        clock: seconds since the epoch.
    """

    token_url: str
    claims: Mapping[str, str]
    private_key: str = field(repr=False)
    key_id: str = ""
    algorithm: str = "RS256"
    life_s: int = 180
    what: str = "issuer, subject, audience and private key"
    clock: Callable[[], float] = time.time

    @override
    def build_form(self) -> dict[str, str]:
        """Give the form with a statement that is made now.

        Raises:
            AuthenticationError: the key is not a private key.
        """
        import jwt  # noqa: PLC0415 - with cryptography 9 MB, and most sources sign nothing

        now = int(self.clock())
        claims = {**self.claims, "iat": now, "exp": now + self.life_s, "jti": uuid4().hex}
        headers = {"kid": self.key_id} if self.key_id else None
        # keys in JSON often have their line breaks written out
        key = self.private_key.replace("\\n", "\n")
        try:
            assertion = jwt.encode(claims, key, self.algorithm, headers)
        except (ValueError, TypeError, jwt.PyJWTError):
            message = f"OAuth token request: the private key is not a PEM key for {self.algorithm}"
            raise AuthenticationError(message) from None
        return {"grant_type": _JWT_GRANT, "assertion": assertion}

    @override
    def build_headers(self) -> Mapping[str, str]:
        """Give none."""
        return {}

    @override
    def take_refresh_token(self, token: str) -> bool:
        """Ignore it: this grant needs no refresh token."""
        return False
