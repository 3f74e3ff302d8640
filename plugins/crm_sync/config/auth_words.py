"""How requests of a REST CRM are signed, beside a plain key; code: rest/signing.py.

Texts here have slots for `{login}` and `{password}` of the connection and for extras of `rest.extras`, which
are filled in as they are: there are neither formats nor `[? ?]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field

from crm_sync.config.base import Model
from crm_sync.config.durations import Seconds

SECRETS = frozenset({"login", "password"})
SIGNED = frozenset({"timestamp", "method", "path", "body"})
"""What a signature may be made over, beside secrets and extras."""

GRANTS = ("refresh_token", "client_credentials", "jwt", "service_account")
"""Ways to get a token."""

_SLOT = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


class HmacWords(Model):
    """A signature over texts of each request, made with a secret key."""

    message: str
    """What is signed; also `{timestamp}`, `{method}`, `{path}` (with query, as it is sent) and `{body}`."""
    key: str = "{password}"
    """The secret."""
    key_format: Literal["text", "base64", "hex"] = "text"
    """How the secret is written."""
    digest: Literal["md5", "sha1", "sha256", "sha384", "sha512"] = "sha256"
    """The hash function."""
    signature_format: Literal["base64", "hex"] = "base64"
    """How the signature is written."""
    timestamp: Literal["epoch_s", "epoch_ms", "iso_z"] = "epoch_s"
    """How `{timestamp}` is written."""
    headers: dict[str, str] = Field(min_length=1)
    """Headers of a request; also `{timestamp}` and `{signature}`."""


class Sigv4Words(Model):
    """Signature Version 4, AWS's; login and password are access key id and secret access key.

    The extra `aws_session_token` goes with temporary keys, and `role_arn` names a role to take on first.
    Without a login, the keys are those of the machine: environment, profile, or instance role.
    """

    service: str
    """Name of the service that the requests go to, `athena`."""
    region: str = "{region_name}"
    """Its region."""


class JwtWords(Model):
    """The claims of a token request that we sign; a claim whose slot has no value is left out."""

    issuer: str = "{login}"
    """Who asks: the application."""
    subject: str = ""
    """In whose name."""
    audience: str = ""
    """Empty or without a value: the connection's own address."""
    key: str = "{password}"
    """Private key, PEM."""
    algorithm: Literal["RS256", "RS384", "RS512", "ES256", "PS256"] = "RS256"
    """Of the signature."""
    life_s: Seconds = 180
    """For how long the statement holds."""


class RedirectWords(Model):
    """Other hosts that the source may send a GET to; they learn no key, no cookie and no header of ours."""

    allowed: tuple[str, ...] = ()
    """Hosts, by https; a leading dot allows all hosts below a domain."""
    allowed_extra: str = ""
    """Connection extra with further hosts, as a list or a text with commas."""


class DataHostWords(Model):
    """A token answer that names the host of the data."""

    path: str
    """Where the answer names it, for example `instance_url`."""
    allowed: tuple[str, ...] = ()
    """Hosts in addition to the connection's own; a leading dot allows all hosts below a domain."""
    allowed_extra: str = ""
    """Connection extra with further hosts, as a list or a text with commas."""


class OAuthWords(Model):
    """Where access tokens come from."""

    grant: Literal["refresh_token", "client_credentials", "jwt", "service_account"] = "refresh_token"
    """`service_account`: a JWT by the key file in the extra `keyfile_dict`."""
    grant_extra: str = ""
    """Connection extra that names another grant; it may be that of `rest.auth_extra`."""
    token_url: str
    """A path on the connection's host, or a whole address; the extra `token_url` replaces it."""
    token_path_extra: str = ""
    """Connection extra with another path on the connection's host."""
    client: Literal["form", "basic"] = "form"
    """Where client id (login) and client secret (password) are sent."""
    scope: str = ""
    """What the token is for; empty: whatever the client may."""
    token_life_s: Seconds = 1800
    """For answers without `expires_in`; a new token is fetched at nine tenths of it, and after a 401."""
    jwt: JwtWords = JwtWords()
    """The signed claims, for `jwt` and `service_account`."""
    data_host: DataHostWords | None = None
    """Where a token answer names the host of the data; None: it is the connection's."""


def find_names(template: str) -> list[str]:
    """Name the slots of a text."""
    return _SLOT.findall(template)


def list_auth_names(
    words: Model | Mapping[str, object], own: frozenset[str] = SECRETS
) -> Iterator[tuple[str, str]]:
    """List the slots that are none of secrets, with the key that each stands in.

    Args:
        words: a model of this page, or a mapping of texts.
        own: names that have a value by themselves.
    """
    known = own | SIGNED | {"signature"} if isinstance(words, HmacWords) else own
    for key, value in words.items() if isinstance(words, Mapping) else words:
        if isinstance(value, str):
            yield from ((key, name) for name in find_names(value) if name not in known)
        elif isinstance(value, dict | Model):
            yield from ((f"{key}.{inner}", name) for inner, name in list_auth_names(value, known))
