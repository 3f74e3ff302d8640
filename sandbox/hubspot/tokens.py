"""Access tokens: what they may read, when they expire, and the OAuth refresh that makes new ones."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.frame.clock import SandboxClock
from sandbox.frame.messages import Request, Response, json_response
from sandbox.hubspot.config import HubSpotConfig
from sandbox.hubspot.errors import (
    expired_authentication,
    invalid_authentication,
    missing_scopes,
)
from sandbox.hubspot.object_types import OBJECT_TYPES
from sandbox.hubspot.times import to_iso

OWNER_SCOPE = "crm.objects.owners.read"
ALL_SCOPES = (*dict.fromkeys(scope for t in OBJECT_TYPES for scope in t.scopes), OWNER_SCOPE, "oauth")


@dataclass
class Grant:
    """What one token gives."""

    app: str
    """Rate windows count per app."""
    scopes: frozenset[str]
    is_oauth: bool = False
    expires_at_ms: int | None = None
    """By the fake's clock; `None` never."""


class TokenStore:
    """The account's tokens.

    Args:
        config: First token, OAuth credentials, scopes left out.
        clock: Decides on expiry.
    """

    def __init__(self, config: HubSpotConfig, clock: SandboxClock) -> None:
        self._config = config
        self._clock = clock
        self.scopes = frozenset(ALL_SCOPES) - set(config.missing_scopes)
        self.grants: dict[str, Grant] = {
            token: Grant(f"private-app-{number}", self.scopes)
            for number, token in enumerate((config.access_token, *config.more_tokens))
        }
        self.refresh_token = config.oauth_refresh_token
        self.refreshes = 0
        """How often an access token was issued."""

    def check(self, request: Request) -> Grant:
        """The grant of the request's bearer token.

        Raises:
            ApiError: 401, no token, an unknown or an expired one.
        """
        header = request.header(b"authorization") or ""
        scheme, _, token = header.partition(" ")
        grant = self.grants.get(token.strip())
        if scheme.lower() != "bearer" or grant is None:
            raise invalid_authentication()
        now_ms = self._clock.now_ms()
        if grant.expires_at_ms is not None and grant.expires_at_ms <= now_ms:
            raise expired_authentication((now_ms - grant.expires_at_ms) // 1000, to_iso(grant.expires_at_ms))
        return grant

    def require(self, grant: Grant, any_of: tuple[str, ...]) -> None:
        """Check that the grant holds one of the scopes.

        Raises:
            ApiError: 403, it holds none.
        """
        if any_of and not grant.scopes & self.scopes & set(any_of):
            raise missing_scopes(any_of)

    def add(self, token: str, *, app: str = "private-app", expires_in_s: float | None = None) -> None:
        """Make a token known; with `expires_in_s` it is an OAuth token."""
        if expires_in_s is None:
            self.grants[token] = Grant(app, self.scopes)
        else:
            expires_at_ms = self._clock.now_ms() + round(expires_in_s * 1000)
            self.grants[token] = Grant(app, self.scopes, is_oauth=True, expires_at_ms=expires_at_ms)

    def revoke(self, token: str) -> None:
        """Forget a token: 401 INVALID_AUTHENTICATION from now on."""
        self.grants.pop(token, None)

    def expire_all(self) -> None:
        """Let all OAuth tokens expire now."""
        for grant in self.grants.values():
            if grant.is_oauth:
                grant.expires_at_ms = self._clock.now_ms()

    def remove_scope(self, scope: str) -> None:
        """Take a scope from every token."""
        self.scopes -= {scope}

    def issue(self) -> str:
        """A new OAuth access token; earlier ones stay valid until they expire."""
        self.refreshes += 1
        token = f"sandbox-access-token-{self.refreshes:06d}"
        self.add(token, app="oauth-app", expires_in_s=self._config.oauth_expires_in_s)
        return token

    def answer_refresh(self, request: Request) -> Response:
        """Answer `POST /oauth/.../token`; v1 also takes its parameters from the query string."""
        fields = request.form()
        if request.path.startswith("/oauth/v1/"):
            fields = {name: values[-1] for name, values in request.query.items()} | fields
        config = self._config
        if fields.get("grant_type") != "refresh_token":
            return _refusal("BAD_GRANT_TYPE", "missing or unknown grant type")
        if (fields.get("client_id"), fields.get("client_secret")) != (
            config.oauth_client_id,
            config.oauth_client_secret,
        ):
            return _refusal("BAD_CLIENT_ID", "missing or invalid client id or secret")
        if fields.get("refresh_token") != self.refresh_token:
            return _refusal("BAD_REFRESH_TOKEN", "missing or invalid refresh token")
        payload = {
            "token_type": "bearer",
            "access_token": self.issue(),
            "refresh_token": self.refresh_token,
            "expires_in": config.oauth_expires_in_s,
            "hub_id": config.portal_id,
            "scopes": sorted(self.scopes),
        }
        return json_response(200, payload)


def _refusal(status: str, message: str) -> Response:
    return json_response(400, {"status": status, "message": message})
