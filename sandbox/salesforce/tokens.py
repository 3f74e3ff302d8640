"""Sessions: which tokens are known, when they end, and the grants that bring new ones.

Source: Salesforce Help "OAuth 2.0 flows" and code of public connectors, read 2026-11.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.frame.clock import SandboxClock
from sandbox.frame.messages import Request, Response, json_response
from sandbox.salesforce.config import SalesforceConfig
from sandbox.salesforce.errors import invalid_auth_header, invalid_session, refuse_token
from sandbox.salesforce.ids import make_id
from sandbox.salesforce.object_types import INTEGRATION_USER

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_ASSERTION_S = 180.0
CLOCK_SLACK_S = 5.0


@dataclass
class Session:
    """What one access token opens."""

    last_call_s: float
    calls_left: int | None


class TokenStore:
    """The org's sessions and the refresh token that is alive.

    Args:
        config: Credentials, and how long a session lasts.
        clock: By which it ends.
    """

    def __init__(self, config: SalesforceConfig, clock: SandboxClock) -> None:
        self._config = config
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self.refresh_token = config.refresh_token
        self.logins = 0
        """How often a token was given out."""
        self._open(config.access_token)
        self._grants: Mapping[str, Callable[[Request, dict[str, str]], Response]] = {
            "refresh_token": self._refresh,
            "client_credentials": self._give_to_client,
            JWT_GRANT: self._give_to_signer,
        }

    def check(self, request: Request) -> None:
        """Let a request with the token of a living session through, and count it.

        Raises:
            ApiError: 401, no token, an unknown one, or one whose session is over.
        """
        scheme, _, token = (request.header(b"authorization") or "").partition(" ")
        if scheme.lower() not in ("bearer", "oauth", ""):
            raise invalid_auth_header()
        session = self._sessions.get(token.strip())
        now_s = self._clock.now_s()
        if session is None or now_s - session.last_call_s > self._config.session_timeout_s:
            raise invalid_session()
        if session.calls_left is not None:
            if session.calls_left <= 0:
                raise invalid_session()
            session.calls_left -= 1
        session.last_call_s = now_s

    def expire_all(self) -> None:
        """End every session now."""
        self._sessions.clear()

    def answer(self, request: Request) -> Response:
        """Answer `POST /services/oauth2/token`."""
        form = request.form()
        grant = self._grants.get(form.get("grant_type", ""))
        if grant is None:
            return refuse_token("unsupported_grant_type", "grant type not supported")
        return grant(request, form)

    def _refresh(self, request: Request, form: dict[str, str]) -> Response:
        refusal = self._check_client(request, form)
        if refusal is not None:
            return refusal
        if form.get("refresh_token") != self.refresh_token:
            return refuse_token("invalid_grant", "expired access/refresh token")
        if not self._config.rotates_refresh_token:
            return self._give(request)
        self.refresh_token = f"{self._config.refresh_token}-{self.logins + 1:06d}"
        return self._give(request, refresh_token=self.refresh_token)

    def _give_to_client(self, request: Request, form: dict[str, str]) -> Response:
        return self._check_client(request, form) or self._give(request)

    def _give_to_signer(self, request: Request, form: dict[str, str]) -> Response:
        """JWT: who signs is taken for granted, what is said is not."""
        try:
            claims = _read_claims(form.get("assertion", ""))
        except (ValueError, binascii.Error):
            return refuse_token("invalid_grant", "invalid assertion")
        if claims.get("iss") != self._config.client_id:
            return refuse_token("invalid_client_id", "client identifier invalid")
        if claims.get("sub") != self._config.username:
            return refuse_token("invalid_grant", "user hasn't approved this consumer")
        if claims.get("aud") not in (*self._config.audiences, _own_url(request)):
            return refuse_token("invalid_grant", "audience is invalid")
        left_s = float(claims.get("exp", 0)) - self._clock.now_s()
        if not 0 < left_s <= LONGEST_ASSERTION_S + CLOCK_SLACK_S:
            return refuse_token("invalid_grant", "expired authorization code")
        return self._give(request)

    def _check_client(self, request: Request, form: dict[str, str]) -> Response | None:
        client, secret = form.get("client_id"), form.get("client_secret")
        scheme, _, text = (request.header(b"authorization") or "").partition(" ")
        if scheme.lower() == "basic":
            client, _, secret = base64.b64decode(text).decode("utf-8", "replace").partition(":")
        if client != self._config.client_id:
            return refuse_token("invalid_client_id", "client identifier invalid")
        if secret != self._config.client_secret:
            return refuse_token("invalid_client", "invalid client credentials")
        return None

    def _give(self, request: Request, **more: str) -> Response:
        self.logins += 1
        token = f"00Dxx0000000001!sandbox-session-{self.logins:06d}"
        self._open(token)
        answer = {
            "access_token": token,
            "instance_url": self._config.instance_url or _own_url(request),
            "id": f"https://login.salesforce.com/id/{make_id('00D', 1)}/{INTEGRATION_USER}",
            "token_type": "Bearer",
            "issued_at": str(self._clock.now_ms()),
            "signature": "invented=",
            "scope": "api refresh_token",
            **more,
        }
        return json_response(200, answer)

    def _open(self, token: str) -> None:
        self._sessions[token] = Session(self._clock.now_s(), self._config.session_calls)


def _own_url(request: Request) -> str:
    return f"http://{request.header(b'host') or '127.0.0.1'}"


def _read_claims(assertion: str) -> dict[str, str]:
    """The middle part of a JWT of which RS256 is the algorithm.

    Raises:
        ValueError: It is not one.
    """
    head, claims, signature = (
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in assertion.split(".")
    )
    payload = json.loads(claims)
    if json.loads(head).get("alg") != "RS256" or not signature or not isinstance(payload, dict):
        message = "no signed assertion"
        raise ValueError(message)
    return payload
