"""Keys: the user's API token in a header or the query, and OAuth tokens that are refreshed."""

from __future__ import annotations

import base64
import binascii

from sandbox.frame.clock import SandboxClock
from sandbox.frame.messages import Request, Response, json_response
from sandbox.pipedrive.config import PipedriveConfig
from sandbox.pipedrive.errors import unauthorized

PATH = "/oauth/token"
SCOPES = "base,deals:read,contacts:read,activities:read,products:read,leads:read,users:read"


class TokenStore:
    """The keys that are known.

    Args:
        config: Credentials, and how long an access token lasts.
        clock: By which it ends.
    """

    def __init__(self, config: PipedriveConfig, clock: SandboxClock) -> None:
        self._config = config
        self._clock = clock
        self._ends_s: dict[str, float] = {}
        self.api_tokens = {config.api_token, *config.more_tokens}
        self.refresh_token = config.refresh_token
        self.refreshed = 0
        """How often an access token was given out."""

    def check(self, request: Request) -> str:
        """Give the kind of the request's key, `api_token` or `oauth`.

        Raises:
            ApiError: 401.
        """
        scheme, _, bearer = (request.header(b"authorization") or "").partition(" ")
        if scheme.lower() == "bearer":
            if self._ends_s.get(bearer, 0.0) <= self._clock.now_s():
                raise unauthorized()
            return "oauth"
        if (request.header(b"x-api-token") or request.param("api_token")) not in self.api_tokens:
            raise unauthorized()
        return "api_token"

    def revoke_all(self) -> None:
        """End every key but the refresh token."""
        self.api_tokens.clear()
        self._ends_s.clear()

    def answer(self, request: Request) -> Response:
        """Answer `POST /oauth/token`."""
        form = request.form()
        if not self._is_client(request):
            return _refuse("invalid_client", "client credentials are invalid")
        if form.get("grant_type") != "refresh_token" or form.get("refresh_token") != self.refresh_token:
            return _refuse("invalid_grant", "refresh token is invalid or expired")
        self.refreshed += 1
        token = f"v1u:sandbox-access-{self.refreshed:06d}"
        self._ends_s[token] = self._clock.now_s() + self._config.access_token_s
        if self._config.rotates_refresh_token:
            self.refresh_token = f"{self._config.refresh_token}-{self.refreshed:06d}"
        answer = {
            "access_token": token,
            "token_type": "bearer",
            "refresh_token": self.refresh_token,
            "scope": SCOPES,
            "expires_in": int(self._config.access_token_s),
            "api_domain": self._config.api_domain or f"http://{request.header(b'host') or '127.0.0.1'}",
        }
        return json_response(200, answer)

    def _is_client(self, request: Request) -> bool:
        scheme, _, text = (request.header(b"authorization") or "").partition(" ")
        try:
            client = base64.b64decode(text).decode("utf-8", "replace")
        except (ValueError, binascii.Error):
            return False
        return (
            scheme.lower() == "basic" and client == f"{self._config.client_id}:{self._config.client_secret}"
        )


def _refuse(code: str, message: str) -> Response:
    return json_response(400, {"success": False, "error": code, "message": message})
