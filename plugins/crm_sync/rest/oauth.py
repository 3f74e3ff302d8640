"""OAuth 2: short-lived access tokens by one of several grants, one request for all threads."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping

import requests
from typing_extensions import override

from crm_sync.exceptions import AuthenticationError, RateLimitedError, SourceUnavailableError
from crm_sync.rest.auth import Auth
from crm_sync.rest.data_hosts import DataHosts
from crm_sync.rest.decoding import decode_json
from crm_sync.rest.grants import Grant
from crm_sync.rest.retries import parse_retry_after

_REFRESH_AT = 0.9
"""Share of a token's life after which a new one is fetched: by `expires_in`, before any 401."""
_DEFAULT_LIFE_S = 1800.0
_CODE = re.compile(r"[a-z_]{1,40}")


def _ignore(_secret: str) -> None:
    pass


class OAuth(Auth):
    """Fetches an access token when there is none, at 90 % of its life, and when the source says it expired.

    Args:
        grant: contents of the request for a token.
        session: sends the request for it; its own auth is not used.
        on_secret: called with each new token so that logs can mask it.
        on_refresh_token: called when the source issues another refresh token, which then has to be stored.
        life_s: of a token, if the answer does not say.
        data_hosts: where the answer also names the host of the data; None: it does not.
        clock: monotonic seconds.
        timeout_s: of the request, for connecting and for each wait for bytes.
    """

    def __init__(  # noqa: PLR0913  # each is a thing of its own
        self,
        grant: Grant,
        session: requests.Session,
        *,
        on_secret: Callable[[str], None] = _ignore,
        on_refresh_token: Callable[[str], None] = _ignore,
        life_s: float = _DEFAULT_LIFE_S,
        data_hosts: DataHosts | None = None,
        clock: Callable[[], float] = time.monotonic,
        timeout_s: float = 30.0,
    ) -> None:
        self._grant = grant
        self._session = session
        self._on_secret = on_secret
        self._on_refresh_token = on_refresh_token
        self._life_s = life_s
        self._data_hosts = data_hosts
        self._clock = clock
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._headers: Mapping[str, str] = {}
        self._data_url: str | None = None
        self._refresh_at = float("-inf")

    @property
    def data_url(self) -> str | None:
        """Give the base URL of the data, as the latest token answer named it."""
        return self._data_url

    def build_headers(self) -> Mapping[str, str]:
        """Give the header with a token that is still valid.

        Raises:
            AuthenticationError: the refresh token or the client is refused.
            TransientSourceError: the token endpoint can't answer now.
        """
        if self._clock() >= self._refresh_at:
            with self._lock:
                if self._clock() >= self._refresh_at:
                    self._refresh()
        return self._headers

    @override
    def renew(self, stale: Mapping[str, str], *, ahead_s: float = 0.0) -> bool:
        """Fetch a new token unless another thread already did."""
        with self._lock:
            if stale.get("Authorization") == self._headers.get("Authorization"):
                self._refresh()
        return True

    def _refresh(self) -> None:
        grant = self._grant
        try:
            # an auth that does nothing: the session's own would be this object, which holds the lock
            answer = self._session.post(
                grant.token_url,
                data=grant.build_form(),
                headers={"Content-Type": "application/x-www-form-urlencoded", **grant.build_headers()},
                auth=lambda request: request,
                timeout=self._timeout_s,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            message = f"OAuth token request: no answer ({type(error).__name__})"
            raise SourceUnavailableError(message) from None
        self._check_status(answer)
        self._take(answer)

    def _check_status(self, answer: requests.Response) -> None:
        status = answer.status_code
        if status == 429:
            wait_s = parse_retry_after(answer.headers)
            raise RateLimitedError(
                "OAuth token request: rate limited", retry_after_s=wait_s, limit_name="oauth"
            )
        if status >= 500:
            raise SourceUnavailableError(f"OAuth token request: status {status}", status_code=status)
        if status != 200:
            said = f"{status} {_find_code(answer.content)}".rstrip()
            message = f"OAuth token request: status {said}; check {self._grant.what}"
            raise AuthenticationError(message, status_code=status)

    def _take(self, answer: requests.Response) -> None:
        try:
            content = decode_json(answer.content)
            token = content["access_token"] or content["token that is not empty"]
            life_s = float(content.get("expires_in") or self._life_s)
            headers = {"Authorization": "Bearer " + token}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise SourceUnavailableError("OAuth token request: the answer holds no access token") from None
        self._on_secret(token)
        fresh = content.get("refresh_token")
        if isinstance(fresh, str) and fresh:
            self._on_secret(fresh)
            if self._grant.take_refresh_token(fresh):
                self._on_refresh_token(fresh)
        if self._data_hosts is not None:
            self._data_url = self._data_hosts.read(content)
        self._headers = headers
        self._refresh_at = self._clock() + life_s * _REFRESH_AT


def _find_code(body: bytes) -> str:
    """Give the error code of a refusal, a word that RFC 6749 defines; its free text may hold anything."""
    try:
        found = decode_json(body)
    except ValueError:
        return ""
    code = found.get("error") if isinstance(found, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""
