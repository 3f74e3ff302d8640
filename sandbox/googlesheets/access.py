"""Who asks and what they may: tokens by signed statements and refresh tokens, API keys, sharing, quotas.

Source: google-auth 2.62.2 (claims, audience, lifetime); Google's guide "Service accounts", read 2026-11.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sandbox.frame.clock import SandboxClock
from sandbox.frame.messages import Request, Response, json_response
from sandbox.frame.rate_limits import RollingWindow
from sandbox.googlesheets import errors
from sandbox.googlesheets.config import GoogleSheetsConfig
from sandbox.googlesheets.errors import refuse_token

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://oauth2.googleapis.com/token"
_LONGEST_S = 3600
_SLACK_S = 5
_SCOPES = "https://www.googleapis.com/auth/"
_BY_SERVICE = {
    "sheets": ("spreadsheets.readonly", "spreadsheets", "drive.readonly", "drive"),
    "drive": ("drive.metadata.readonly", "drive.readonly", "drive"),
}
_WINDOW_S = 60.0


@dataclass(frozen=True)
class Token:
    """What one access token opens, and until when."""

    user: str
    scopes: frozenset[str]
    ends_s: float


class Access:
    """The doorkeeper of one spreadsheet.

    Args:
        config: keys, sharing, quotas.
        clock: by which tokens end.
    """

    def __init__(self, config: GoogleSheetsConfig, clock: SandboxClock) -> None:
        self.config = config
        self.is_shared, self.is_public = config.is_shared, config.is_public
        self.logins = 0
        """How often a token was given out."""
        self._clock = clock
        self._tokens: dict[str, Token] = {}
        self._windows: dict[str, RollingWindow] = {}
        self._public_key = _read_public_key(config.key_file) if config.key_file else None

    def expire_all(self) -> None:
        """End every token now."""
        self._tokens.clear()

    def check(self, request: Request, service: str) -> None:
        """Let a request through whose caller is known and may read the file.

        Raises:
            ApiError: 400, 401, 403, 404 or 429.
        """
        user = self._find_caller(request, service)
        if service in self.config.disabled:
            raise errors.disabled(service)
        self._take_turn(user or "everyone", request)
        if not (self.is_public if user is None else self.is_shared):
            raise errors.not_shared() if self.config.refusal == "403" else errors.not_found()

    def answer_token(self, request: Request) -> Response:
        """Answer `POST /token`."""
        form = request.form()
        if form.get("grant_type") == JWT_GRANT:
            return self._give_to_signer(request, form)
        if form.get("grant_type") == "refresh_token":
            return self._give_to_client(form)
        return refuse_token(400, "unsupported_grant_type", "Invalid grant_type")

    def _find_caller(self, request: Request, service: str) -> str | None:
        """Name the user; None: an API key, which is nobody."""
        scheme, _, text = (request.header(b"authorization") or "").partition(" ")
        if scheme.lower() == "bearer":
            token = self._tokens.get(text.strip())
            if token is None or self._clock.now_s() >= token.ends_s:
                raise errors.unauthenticated()
            if not token.scopes & {_SCOPES + name for name in _BY_SERVICE[service]}:
                raise errors.lacks_scope()
            return token.user
        key = request.header(b"x-goog-api-key") or request.param("key")
        if key is None:
            raise errors.unauthenticated()
        if key != self.config.api_key:
            raise errors.wrong_key()
        return None

    def _take_turn(self, user: str, request: Request) -> None:
        if not self.config.rate_limits:
            return
        limit = self.config.requests_per_minute
        window = self._windows.setdefault(user, RollingWindow(limit, _WINDOW_S))
        if not window.try_take(request.arrived_s):
            raise errors.rate_limited()

    def _give_to_signer(self, request: Request, form: dict[str, str]) -> Response:
        try:
            claims = self._read_statement(form.get("assertion", ""))
        except jwt.PyJWTError:
            return refuse_token(400, "invalid_grant", "Invalid JWT Signature.")
        if claims.get("iss") != self.config.client_email:
            return refuse_token(400, "invalid_grant", "Invalid grant: account not found")
        own = f"http://{request.header(b'host') or ''}/token"
        if claims.get("aud") not in (AUDIENCE, own):
            return refuse_token(400, "invalid_grant", "Failed audience check.")
        now_s, begin, end = self._clock.now_s(), _number(claims, "iat"), _number(claims, "exp")
        is_short = 0 < end - begin <= _LONGEST_S
        if not is_short or end < now_s - _SLACK_S or begin > now_s + 300:
            text = (
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
                "Check your iat and exp values in the JWT claim."
            )
            return refuse_token(400, "invalid_grant", text)
        scopes = str(claims.get("scope") or "").split()
        if not scopes:
            return refuse_token(400, "invalid_scope", "Empty or missing scope not allowed.")
        return self._give(self.config.client_email, scopes)

    def _read_statement(self, assertion: str) -> dict[str, Any]:
        """Read the claims; times and audience are looked at by hand, since their errors differ.

        Raises:
            jwt.PyJWTError: it is no statement, or another key has signed it.
        """
        if self._public_key is None:
            return dict(jwt.decode(assertion, options={"verify_signature": False}))
        # what else it says is looked at by hand
        jws = jwt.PyJWS(algorithms=["RS256"])
        claims = json.loads(jws.decode(assertion, self._public_key, algorithms=["RS256"]))
        return claims if isinstance(claims, dict) else {}

    def _give_to_client(self, form: dict[str, str]) -> Response:
        config = self.config
        if form.get("client_id") != config.client_id or form.get("client_secret") != config.client_secret:
            return refuse_token(401, "invalid_client", "The OAuth client was not found.")
        if form.get("refresh_token") != config.refresh_token:
            return refuse_token(400, "invalid_grant", "Token has been expired or revoked.")
        return self._give("person@example.com", [_SCOPES + name for name in ("spreadsheets", "drive")])

    def _give(self, user: str, scopes: list[str]) -> Response:
        self.logins += 1
        token, life_s = f"ya29.invented-{self.logins:06d}", self.config.token_life_s
        self._tokens[token] = Token(user, frozenset(scopes), self._clock.now_s() + life_s)
        return json_response(200, {"access_token": token, "expires_in": life_s, "token_type": "Bearer"})


def _number(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def _read_public_key(path: str) -> RSAPublicKey:
    file = json.loads(Path(path).read_text(encoding="utf-8"))
    key = load_pem_private_key(file["private_key"].encode(), None)
    if not isinstance(key, RSAPrivateKey):
        message = f"{path} has no RSA key"
        raise TypeError(message)
    return key.public_key()
