"""Files on a web server: conditional GET, redirects, refusals; folders and buckets are in `path_store.py`."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit

import requests
import tenacity
import urllib3

from crm_sync.exceptions import (
    AuthenticationError,
    FatalSourceError,
    RateLimitedError,
    SourceUnavailableError,
    TransientSourceError,
    UnexpectedResponseError,
)
from crm_sync.rest.retries import parse_retry_after
from crm_sync.sources.files.http_body import ACCEPTED_ENCODINGS, copy_body
from crm_sync.sources.files.http_facts import build_conditions, build_facts, is_confirmed
from crm_sync.sources.files.store import FileFacts, check_relative

MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_PAUSE_S = 60.0


class HttpStore:
    """Files below one URL.

    Args:
        session: carries the connection's credentials; they are never sent to another host.
        base_url: scheme, host and path of the connection.
        connection_id: named in errors about rights.
        timeout_s: seconds to connect, and between two pieces of an answer.
        attempts: how often a request is sent while its answer is worth another try.
        sleep: waits the given seconds between two tries.
    """

    def __init__(
        self,
        session: requests.Session,
        base_url: str,
        *,
        connection_id: str = "",
        timeout_s: float = 60.0,
        attempts: int = 4,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/") + "/"
        self._connection_id = connection_id
        self._timeout_s = timeout_s
        self._retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_is_worth_waiting),
            stop=tenacity.stop_after_attempt(attempts),
            wait=_pause_s,
            sleep=sleep,
            reraise=True,
        )

    def list(self, pattern: str) -> list[FileFacts]:
        """Give the one file that the path names; see `FileStore.list`."""
        check_relative(pattern)
        if "*" in pattern:
            raise FatalSourceError(f"File path '{pattern}': a web server can't be listed; name one file.")
        return [FileFacts(pattern)]

    def copy(
        self, file: FileFacts, target: BinaryIO, *, known: FileFacts | None, max_bytes: int
    ) -> FileFacts | None:
        """Copy one file unless the server says it is `known`; see `FileStore.copy`."""
        start = target.tell()

        def attempt() -> FileFacts | None:
            target.seek(start)
            target.truncate()
            return self._copy_once(file, target, known=known, max_bytes=max_bytes)

        return self._retrying(attempt)

    def try_open(self, file: FileFacts) -> None:
        """Ask for the file and hang up before its body; see `FileStore.try_open`."""
        try:
            with self._get(file, {}) as response:
                self._check_status(file, response)
        except requests.exceptions.RequestException as error:
            raise SourceUnavailableError(
                f"File {file.name}: {type(error).__name__} while the file was requested."
            ) from error

    def _copy_once(
        self, file: FileFacts, target: BinaryIO, *, known: FileFacts | None, max_bytes: int
    ) -> FileFacts | None:
        conditions = build_conditions(known)
        try:
            with self._get(file, conditions) as response:
                if response.status_code != 304 or known is None or not conditions:
                    self._check_status(file, response)
                    return build_facts(file, response, copy_body(file, response, target, max_bytes))
                if is_confirmed(response, known):
                    return None
            # a file that is older than the known one is "not modified since", and another one all the same
            return self._copy_once(file, target, known=None, max_bytes=max_bytes)
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
            # the exception's own text may hold the whole URL with its query
            raise SourceUnavailableError(
                f"File {file.name}: {type(error).__name__} while the file was fetched."
            ) from error

    def _get(self, file: FileFacts, conditions: dict[str, str]) -> requests.Response:
        url, with_credentials = urljoin(self._base_url, file.name), True
        headers = {"Accept": "*/*", "Accept-Encoding": ACCEPTED_ENCODINGS, **conditions}
        for _ in range(MAX_REDIRECTS + 1):
            response = self._send(url, headers, with_credentials=with_credentials)
            location = response.headers.get("Location")
            if response.status_code not in _REDIRECTS or location is None:
                return response
            response.close()
            target = urljoin(url, location)
            _check_redirect(file, url, target)
            strips_auth: Callable[[str, str], bool] = self._session.should_strip_auth
            with_credentials = with_credentials and not strips_auth(url, target)
            url = target
        raise UnexpectedResponseError(
            f"File {file.name}: more than {MAX_REDIRECTS} redirects; nothing was read."
        )

    def _send(self, url: str, headers: dict[str, str], *, with_credentials: bool) -> requests.Response:
        if with_credentials:
            return self._session.get(
                url, headers=headers, stream=True, timeout=self._timeout_s, allow_redirects=False
            )
        # prepared apart from the session: none of its auth, headers, cookies or client certificate goes along
        plain = requests.Request("GET", url, headers=headers).prepare()
        return self._session.send(
            plain, stream=True, timeout=self._timeout_s, allow_redirects=False, cert=None
        )

    def _check_status(self, file: FileFacts, response: requests.Response) -> None:
        status = response.status_code
        if status == 200:
            return
        where = f"File {file.name}: the server answered {status}"
        if status in {401, 403}:
            raise AuthenticationError(
                f"{where}; connection {self._connection_id or 'of this source'} may not read it.",
                status_code=status,
            )
        retry_after_s = parse_retry_after(response.headers)
        if status == 429 or (status == 503 and retry_after_s is not None):
            raise RateLimitedError(f"{where}.", retry_after_s=retry_after_s, status_code=status)
        if status >= 500 or status == 408:
            raise SourceUnavailableError(f"{where}.", status_code=status)
        if status in {404, 410}:
            raise FatalSourceError(f"{where}: there is no such file.", status_code=status)
        raise UnexpectedResponseError(f"{where}: expected 200.", status_code=status)


def _is_worth_waiting(error: BaseException) -> bool:
    """If a pause is too long to hold a worker, the task's own retries make it."""
    asked_s = error.retry_after_s if isinstance(error, RateLimitedError) else None
    return isinstance(error, TransientSourceError) and (asked_s or 0.0) <= _MAX_PAUSE_S


def _pause_s(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked_s = error.retry_after_s if isinstance(error, RateLimitedError) else None
    return 2.0 ** (state.attempt_number - 1) if asked_s is None else asked_s


def _check_redirect(file: FileFacts, url: str, target: str) -> None:
    """Refuse redirects that no file needs: other schemes, plain text after TLS, internal hosts."""
    old, new = urlsplit(url), urlsplit(target)
    if new.scheme not in {"http", "https"} or (old.scheme == "https" and new.scheme == "http"):
        raise UnexpectedResponseError(
            f"File {file.name}: redirect from {old.scheme} to {new.scheme} is not followed."
        )
    if _is_inner(new.hostname) and not _is_inner(old.hostname):
        raise UnexpectedResponseError(f"File {file.name}: redirect to an internal address is not followed.")


def _is_inner(host: str | None) -> bool:
    try:
        return not ipaddress.ip_address(host or "").is_global
    except ValueError:
        return host in {None, "", "localhost"}
