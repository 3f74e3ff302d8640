"""OAuth 2 refresh: short-lived access tokens from a long-lived refresh token, one refresh for all threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import requests

from crm_sync.exceptions import AuthenticationError, RateLimitedError, SourceUnavailableError
from crm_sync.rest.auth import Auth
from crm_sync.rest.decoding import decode_json
from crm_sync.rest.retries import parse_retry_after

_REFRESH_AT = 0.9
"""Share of a token's life after which a new one is fetched.

Source: HubSpot OAuth guide, read 2026-11: refresh from `expires_in`, not from a 401.
"""
_DEFAULT_LIFE_S = 1800.0


def _ignore(_secret: str) -> None:
    pass


@dataclass(frozen=True)
class OAuthKey:
    """What a refresh needs."""

    token_url: str
    """On the connection's own host."""
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)


class OAuthRefreshAuth(Auth):
    """Fetches an access token when there is none, at 90 % of its life, and when the source says it expired.

    Args:
        key: the account's credentials.
        session: sends the refresh; its own auth is not used.
        on_secret: called with each new token so that logs can mask it.
        on_refresh_token: called when the source hands out another refresh token, which then has to be stored.
        clock: monotonic seconds.
        timeout_s: of the refresh, for connecting and for each wait for bytes.
    """

    def __init__(
        self,
        key: OAuthKey,
        session: requests.Session,
        *,
        on_secret: Callable[[str], None] = _ignore,
        on_refresh_token: Callable[[str], None] = _ignore,
        clock: Callable[[], float] = time.monotonic,
        timeout_s: float = 30.0,
    ) -> None:
        self._key = key
        self._session = session
        self._on_secret = on_secret
        self._on_refresh_token = on_refresh_token
        self._clock = clock
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._refresh_token = key.refresh_token
        self._headers: Mapping[str, str] = {}
        self._refresh_at = float("-inf")

    def build_headers(self) -> Mapping[str, str]:
        """Give the header with a token that is still good.

        Raises:
            AuthenticationError: the refresh token or the client is refused.
            TransientSourceError: the token endpoint can't answer now.
        """
        if self._clock() >= self._refresh_at:
            with self._lock:
                if self._clock() >= self._refresh_at:
                    self._refresh()
        return self._headers

    def renew(self, stale: Mapping[str, str]) -> bool:
        """Fetch a new token unless another thread already did."""
        with self._lock:
            if stale.get("Authorization") == self._headers.get("Authorization"):
                self._refresh()
        return True

    def _refresh(self) -> None:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._key.client_id,
            "client_secret": self._key.client_secret,
            "refresh_token": self._refresh_token,
        }
        try:
            # an auth that does nothing: the session's own would be this object, which holds the lock
            answer = self._session.post(
                self._key.token_url,
                data=form,
                auth=lambda request: request,
                timeout=self._timeout_s,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            message = f"OAuth token refresh: no answer ({type(error).__name__})"
            raise SourceUnavailableError(message) from None
        self._check_status(answer)
        self._take(answer)

    def _check_status(self, answer: requests.Response) -> None:
        status = answer.status_code
        if status == 429:
            wait_s = parse_retry_after(answer.headers)
            raise RateLimitedError(
                "OAuth token refresh: rate limited", retry_after_s=wait_s, limit_name="oauth"
            )
        if status >= 500:
            raise SourceUnavailableError(f"OAuth token refresh: status {status}", status_code=status)
        if status != 200:
            message = (
                f"OAuth token refresh: status {status}; check client id, client secret and refresh token"
            )
            raise AuthenticationError(message, status_code=status)

    def _take(self, answer: requests.Response) -> None:
        try:
            content = decode_json(answer.content)
            token = content["access_token"]
            life_s = float(content.get("expires_in") or _DEFAULT_LIFE_S)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise SourceUnavailableError("OAuth token refresh: the answer holds no access token") from None
        self._on_secret(token)
        fresh = content.get("refresh_token")
        if fresh and fresh != self._refresh_token:
            self._on_secret(fresh)
            self._on_refresh_token(fresh)
            self._refresh_token = fresh
        self._headers = {"Authorization": f"Bearer {token}"}
        self._refresh_at = self._clock() + life_s * _REFRESH_AT
