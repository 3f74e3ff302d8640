"""Where a job's file lies: which host is asked for it, in whose name, and whether that is allowed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from crm_sync.config.job_files import JobFile
from crm_sync.exceptions import ConfigError, UnexpectedResponseError
from crm_sync.rest.auth import NoAuth
from crm_sync.rest.aws_auth import SigV4Auth
from crm_sync.rest.client import RestClient
from crm_sync.rest.connection_facts import fill_slots
from crm_sync.rest.hosts import allows_host, find_origin
from crm_sync.rest.signing import read_hosts

_YES = frozenset({"true", "1", "yes", "on"})
_NO = frozenset({"", "false", "0", "no", "off"})


@dataclass(frozen=True)
class FilePlace:
    """One file."""

    client: RestClient
    """Of the file's host."""
    path: str
    """Of the file, encoded."""
    query: str = ""
    """Of a signed link; never shown."""


def is_wanted(client: RestClient, words: JobFile) -> bool:
    """Tell whether the connection wants results to be read as files.

    Raises:
        ConfigError: its extra is neither true nor false.
    """
    asked = client.extras.get(words.when_extra, "").strip().lower()
    if asked not in _YES | _NO:
        where = f"connection {client.connection_id}"
        raise ConfigError(where, f"extra.{words.when_extra}", "true or false", got=repr(asked))
    return asked in _YES


def find_place(client: RestClient, words: JobFile, address: str) -> FilePlace:
    """Give the place of a file.

    Args:
        client: of the account.
        words: about its job's files.
        address: that the source named.

    Raises:
        UnexpectedResponseError: it is no address of a file, or on a host that the connection does not allow.
        ConfigError: the extra with the host of S3 is no address.
    """
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  # raises for one that is none
    except ValueError:
        raise UnexpectedResponseError(f"'{words.address_path}' is not an address") from None
    if parts.scheme == "s3" and words.s3_host:
        return _find_in_s3(client, words, parts.netloc, parts.path)
    host, is_own = (parts.hostname or "").lower(), False
    if parts.scheme in ("http", "https"):
        is_own = find_origin(address) == find_origin(client.base_url)
    further = client.extras.get(words.allowed_extra, "") if words.allowed_extra else ""
    allowed = (*words.allowed, *read_hosts(further))
    is_plain = not (parts.username or parts.password)
    is_allowed = parts.scheme == "https" and parts.port in (None, 443) and allows_host(host, allowed)
    if not (is_own or is_allowed) or not is_plain or not parts.path.strip("/"):
        raise UnexpectedResponseError(
            f"the result of the job is said to be at {parts.scheme}://{host}, which is not allowed; allowed "
            f"are the connection's own host and {', '.join(allowed) or 'no other'}"
        )
    base = f"{parts.scheme}://{parts.netloc}"
    # whoever has the link may read the file, and no other host learns our key
    asked = replace(client, transport=client.transport.move_to(base), auth=NoAuth())
    return FilePlace(asked, parts.path, parts.query)


def _find_in_s3(client: RestClient, words: JobFile, bucket: str, key: str) -> FilePlace:
    own = client.extras.get(words.s3_host_extra, "") if words.s3_host_extra else ""
    host = own or fill_slots(words.s3_host, client.extras)
    if urlsplit(host).scheme not in ("http", "https"):
        where = f"connection {client.connection_id}"
        raise ConfigError(
            where, f"extra.{words.s3_host_extra}", "an address that begins with https://", got=host
        )
    if not bucket or not key.strip("/"):
        raise UnexpectedResponseError(f"'{words.address_path}' names no bucket or no key")
    auth = client.auth
    if isinstance(auth, SigV4Auth) and words.sigv4_service:
        auth = auth.sign_for(words.sigv4_service)
    else:
        auth = NoAuth()
    asked = replace(client, transport=client.transport.move_to(host), auth=auth)
    return FilePlace(asked, f"/{bucket}{quote(key, safe='/-_.~')}")
