"""One HTTP exchange through a requests.Session, bounded in time and to one host; no retries here."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError as Urllib3Error

from crm_sync.exceptions import SourceUnavailableError, UnexpectedResponseError
from crm_sync.rest.hosts import allows_host, find_origin
from crm_sync.rest.messages import Answer
from crm_sync.rest.retries import parse_http_date

_READ_BYTES = 1 << 20
_OTHERS = ""
"""The key of the transport to redirected hosts, beside those of base URLs."""
_AGENT = "crm_sync"
_MAX_REDIRECTS = 3
MOST_CONNECTIONS = 64
"""To one host, one for each thread that sends at the same time."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Transport:
    """Sends prepared requests through the session's adapter.

    `Session.request` merges environment, cookies and hooks anew for each request, which costs as much as
    decoding a page; here that is done once. Redirects are followed on the same host, so that no token leaves
    it, and a GET without any to the hosts that are allowed.

    Args:
        session: headers, proxies, certificates and adapters are taken from it; its auth and cookies are not.
        keeps_cookies: cookies that answers set are sent with the requests after them.
        base_url: scheme, host and, where the connection has one, a path prefix.
        connect_timeout_s: for the connection; 0: as long as it takes.
        read_timeout_s: for each wait for bytes, and for the whole body; 0: as long as it takes.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        session: requests.Session,
        base_url: str,
        *,
        connect_timeout_s: float = 10.0,
        read_timeout_s: float = 60.0,
        keeps_cookies: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._session = session
        self.redirect_hosts: tuple[str, ...] = ()
        """Other hosts that a GET may be redirected to, by https; a leading dot allows all below a domain."""
        self._timeouts = (connect_timeout_s or None, read_timeout_s or None)
        self._clock = clock
        self._origin = find_origin(self.base_url)
        settings = session.merge_environment_settings(self.base_url, {}, None, None, None)
        self._proxies, self._cert = settings["proxies"], settings["cert"]
        self._verify = True if settings["verify"] is None else settings["verify"]
        template = requests.PreparedRequest()
        template.prepare(method="GET", url=self.base_url, headers=dict(session.headers))
        self._template = template
        self._latest_date: tuple[str | None, datetime | None] = (None, None)
        self._cookies = requests.cookies.RequestsCookieJar() if keeps_cookies else None
        self._adapter: HTTPAdapter | None = None
        self._moved: dict[str, Transport] = {}
        self._lock = threading.Lock()

    def move_to(self, base_url: str) -> Transport:
        """Give the transport to another host, with the same session; the caller decides whether to use it.

        Args:
            base_url: of the other host.
        """
        base_url = base_url.rstrip("/")
        if base_url == self.base_url:
            return self
        with self._lock:
            if base_url not in self._moved:
                connect_s, read_s = (seconds or 0.0 for seconds in self._timeouts)
                moved = Transport(
                    self._session,
                    base_url,
                    connect_timeout_s=connect_s,
                    read_timeout_s=read_s,
                    keeps_cookies=self._cookies is not None,
                    clock=self._clock,
                )
                moved.redirect_hosts = self.redirect_hosts
                moved._adapter = _widen(self._session.get_adapter(base_url))
                self._moved[base_url] = moved
            return self._moved[base_url]

    def exchange(
        self, method: str, url_path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """Send one request and read its whole answer, whatever the status.

        Args:
            method: of HTTP.
            url_path: path and query below the base URL.
            headers: added to the session's.
            body: if it has one; JSON, where no header says otherwise.

        Raises:
            SourceUnavailableError: no complete answer came in time.
            UnexpectedResponseError: a redirect led to a host that is not allowed, or to another redirect.
        """
        url, is_foreign = self.base_url + url_path, False
        for _ in range(_MAX_REDIRECTS + 1):
            answer = self._ask_other(url) if is_foreign else self._send(method, url, headers, body)
            target = answer.headers.get("Location")
            if answer.status not in _REDIRECTS or target is None:
                return answer
            url = urljoin(url, target)
            # once elsewhere, not even a way back gets the key: another host has chosen it
            if is_foreign or find_origin(url) != self._origin:
                if method != "GET" or not self._is_allowed(url):
                    raise self._build_refusal(url)
                is_foreign = True
            if answer.status not in (307, 308) and method != "GET":
                raise UnexpectedResponseError(f"a {method} was redirected", status_code=answer.status)
        raise UnexpectedResponseError("the redirects go in a circle", status_code=answer.status)

    def forget_cookies(self) -> None:
        """Begin a session without the cookies that answers have set so far."""
        if self._cookies is not None:
            self._cookies.clear()

    def check_host(self, url: str) -> None:
        """Refuse an address outside the connection's host.

        Raises:
            UnexpectedResponseError: another scheme, host or port.
        """
        if find_origin(url) != self._origin:
            raise self._build_refusal(url)

    @staticmethod
    def _build_refusal(url: str) -> UnexpectedResponseError:
        # the other host is not named with its query: a signed link may hold a secret
        return UnexpectedResponseError(
            f"the source points to another host ({urlsplit(url).hostname}); it is not followed"
        )

    def _is_allowed(self, url: str) -> bool:
        """Tell whether an address is on another host that a GET may be redirected to."""
        parts = urlsplit(url)
        is_plain = parts.scheme == "https" and not (parts.username or parts.password)
        host = (parts.hostname or "").lower()
        return is_plain and find_origin(url)[2] == 443 and allows_host(host, self.redirect_hosts)

    def _ask_other(self, url: str) -> Answer:
        """Send a GET to another host: nothing of the connection goes along, and no cookie comes back."""
        with self._lock:
            other = self._moved.get(_OTHERS)
            if other is None:
                bare = requests.Session()
                bare.headers["User-Agent"] = _AGENT
                bare.trust_env, bare.verify = self._session.trust_env, self._session.verify
                bare.adapters = self._session.adapters
                connect_s, read_s = (seconds or 0.0 for seconds in self._timeouts)
                other = Transport(bare, self.base_url, connect_timeout_s=connect_s, read_timeout_s=read_s)
                self._moved[_OTHERS] = other
        return other._send("GET", url, {"Accept": "*/*"}, None)

    def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        prepared = self._template.copy()
        prepared.method = method
        prepared.url = url
        prepared.headers.update(headers)
        if body is not None:
            prepared.body = body
            prepared.headers.setdefault("Content-Type", "application/json")
            prepared.headers["Content-Length"] = str(len(body))
        if self._cookies:
            prepared.prepare_cookies(self._cookies)
        adapter = self._adapter or self._session.get_adapter(url)
        try:
            response = adapter.send(
                prepared,
                stream=True,
                timeout=self._timeouts,  # type: ignore[arg-type]  # None for the first is only not typed
                verify=self._verify,
                cert=self._cert,
                proxies=self._proxies,
            )
            content = self._read(response.raw)
        except (requests.RequestException, Urllib3Error, OSError) as error:
            # their texts contain the whole URL, so only the kind of the failure is passed on
            raise SourceUnavailableError(f"no complete answer ({type(error).__name__})") from None
        if self._cookies is not None:
            self._cookies.update(response.cookies)
        date = self._parse_date(response.headers.get("Date"))
        return Answer(response.status_code, content, response.headers, datetime.now(UTC), date)

    def _parse_date(self, text: str | None) -> datetime | None:
        # many answers share a second, and reading a date takes as long as reading a record
        known_text, date = self._latest_date
        if text != known_text:
            date = parse_http_date(text)
            self._latest_date = (text, date)
        return date

    def _read(self, raw: BaseHTTPResponse) -> bytes:
        deadline = self._clock() + (self._timeouts[1] or math.inf)
        parts = []
        # read1 gives what has arrived: a body that drips in never holds us longer than the deadline
        while part := raw.read1(_READ_BYTES, decode_content=True):
            parts.append(part)
            if self._clock() > deadline:
                raw.close()
                raise SourceUnavailableError("the answer's body did not arrive in time")
        raw.release_conn()
        return parts[0] if len(parts) == 1 else b"".join(parts)


def _widen(adapter: BaseAdapter) -> HTTPAdapter | None:
    """Give a plain adapter with room for many threads; None: it has a special class, and stays."""
    is_plain = type(adapter) is HTTPAdapter
    return HTTPAdapter(pool_connections=1, pool_maxsize=MOST_CONNECTIONS, max_retries=0) if is_plain else None


def widen_pool(session: requests.Session, base_url: str, connections: int = MOST_CONNECTIONS) -> None:
    """Let a session keep as many connections to one host as threads use.

    Args:
        session: its plain adapter for the host is replaced; an adapter of another class is left alone.
        base_url: the host.
        connections: most threads that send at the same time.
    """
    if type(session.get_adapter(base_url)) is HTTPAdapter:
        session.mount(base_url, HTTPAdapter(pool_connections=1, pool_maxsize=connections, max_retries=0))
