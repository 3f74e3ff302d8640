"""Makes the signer of requests from the words of `rest.auth` and a connection."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import requests

from crm_sync.config.auth_words import GRANTS, OAuthWords, list_auth_names
from crm_sync.config.rest_config import RestConfig
from crm_sync.exceptions import ConfigError
from crm_sync.rest.auth import Auth, BasicAuth, BearerAuth, HeaderAuth, NoAuth, ParamAuth
from crm_sync.rest.aws_auth import AWS_EXTRAS, SigV4Auth
from crm_sync.rest.connection_facts import ConnectionFacts, fill_slots
from crm_sync.rest.data_hosts import DataHosts
from crm_sync.rest.grants import ClientGrant, Grant, JwtGrant, RefreshGrant
from crm_sync.rest.hmac_auth import HmacAuth
from crm_sync.rest.oauth import OAuth

logger = logging.getLogger(__name__)

_KEYFILE = "keyfile_dict"
_SERVICE = "service_account"


def build_auth(
    rest: RestConfig,
    session: requests.Session,
    base_url: str,
    connection: ConnectionFacts,
    *,
    on_secret: Callable[[str], None],
    notes: dict[str, None],
) -> Auth:
    """Give the signer for the requests of an account.

    Args:
        rest: of the CRM's `source.yaml`.
        session: sends requests for tokens.
        base_url: of the connection.
        connection: keys and extras.
        on_secret: called with each secret that Airflow does not know as one.
        notes: takes sentences that the end of a run has to repeat.

    Raises:
        ConfigError: the connection lacks a value that this way of signing needs.
    """
    if rest.auth == "basic":
        return BasicAuth(connection.login, connection.password)
    if rest.oauth is not None and rest.chooses_oauth(connection.extra):
        return _build_oauth(rest.oauth, session, base_url, connection, on_secret=on_secret, notes=notes)
    if rest.sigv4 is not None:
        return SigV4Auth(rest.sigv4, connection)
    if rest.auth == "none":
        return NoAuth()
    if not connection.password:
        raise connection.lacks("password", "the access token")
    if rest.hmac is not None:
        for _, name in list_auth_names(rest.hmac):
            on_secret(connection.find(name))
        return HmacAuth(rest.hmac, connection, notes=notes)
    return _build_plain(rest, connection, on_secret)


def list_auth_extras(rest: RestConfig) -> set[str]:
    """Name the extras that the way of signing reads, in addition to those of `rest.extras`."""
    own = {"header"} if rest.auth == "headers" and not rest.auth_headers else set()
    own |= AWS_EXTRAS if rest.sigv4 is not None else set()
    own |= {"endpoint_url"} if rest.base_url else set()
    if rest.oauth is None:
        return own
    words = rest.oauth
    named = {words.grant_extra, words.data_host.allowed_extra if words.data_host else ""}
    named |= {rest.auth_extra, words.token_path_extra, *own}
    return {"refresh_token", "token_url", _KEYFILE, *named} - {""}


def name_account(rest: RestConfig, connection: ConnectionFacts) -> str:
    """Give the e-mail of the service account that asks; empty: it is none."""
    words = rest.oauth
    if words is None or not rest.chooses_oauth(connection.extra):
        return ""
    return _read_keyfile(connection)["client_email"] if _find_kind(words, connection) == _SERVICE else ""


def _build_plain(rest: RestConfig, connection: ConnectionFacts, on_secret: Callable[[str], None]) -> Auth:
    if rest.auth == "bearer":
        return BearerAuth(connection.password)
    if rest.auth == "param":
        return ParamAuth(_fill_secrets(rest.auth_params, connection, on_secret))
    templates = rest.auth_headers or {str(connection.extra.get("header") or "X-Api-Key"): "{password}"}
    return HeaderAuth(_fill_secrets(templates, connection, on_secret))


def _fill_secrets(
    templates: Mapping[str, str], connection: ConnectionFacts, on_secret: Callable[[str], None]
) -> dict[str, str]:
    if any("{login}" in template for template in templates.values()):
        if not connection.login:
            raise connection.lacks("login", "the first of the two keys")
        # Airflow masks passwords only, and here the login is a secret, too
        on_secret(connection.login)
    secrets = {"login": connection.login, "password": connection.password}
    return {name: fill_slots(template, secrets) for name, template in templates.items()}


def _build_oauth(
    words: OAuthWords,
    session: requests.Session,
    base_url: str,
    connection: ConnectionFacts,
    *,
    on_secret: Callable[[str], None],
    notes: dict[str, None],
) -> Auth:
    def tell(_token: str) -> None:
        text = (
            f"Connection {connection.connection_id}: the source handed out another refresh token. This run "
            "uses it; put a fresh one into the connection before the old one expires."
        )
        logger.warning("%s", text)
        notes[text] = None

    data = words.data_host
    own = read_hosts(connection.extra.get(data.allowed_extra)) if data and data.allowed_extra else ()
    return OAuth(
        _build_grant(words, base_url, connection),
        session,
        on_secret=on_secret,
        on_refresh_token=tell,
        life_s=words.token_life_s,
        data_hosts=None if data is None else DataHosts(data.path, base_url, (*data.allowed, *own)),
    )


def _build_grant(words: OAuthWords, base_url: str, connection: ConnectionFacts) -> Grant:
    extra, kind = connection.extra, _find_kind(words, connection)
    if kind not in GRANTS:
        raise connection.lacks(f"extra.{words.grant_extra}", f"one of {', '.join(GRANTS)}")
    token_url = _find_token_url(words, base_url, connection)
    if kind == _SERVICE:
        return _build_service_account(words, token_url, connection)
    if kind == "jwt":
        claims = {
            "iss": _fill_claim(words.jwt.issuer, connection),
            "sub": _fill_claim(words.jwt.subject, connection),
            "aud": _fill_claim(words.jwt.audience, connection) or base_url.rstrip("/"),
            "scope": words.scope,
        }
        key = fill_slots(words.jwt.key, connection.need(words.jwt.key))
        given = {name: claim for name, claim in claims.items() if claim}
        return JwtGrant(token_url, given, key, algorithm=words.jwt.algorithm, life_s=words.jwt.life_s)
    for name, value in (("login", connection.login), ("password", connection.password)):
        if not value:
            raise connection.lacks(name, "the OAuth client's id and secret")
    client = (token_url, connection.login, connection.password, words.client == "basic", words.scope)
    if kind == "client_credentials":
        return ClientGrant(*client)
    if not extra.get("refresh_token"):
        raise connection.lacks("extra.refresh_token", "the OAuth refresh token")
    return RefreshGrant(*client, refresh_token=str(extra["refresh_token"]))


def _find_kind(words: OAuthWords, connection: ConnectionFacts) -> str:
    named = connection.extra.get(words.grant_extra) if words.grant_extra else None
    # one extra may choose both: tokens at all, and another way to get them
    return words.grant if named in (None, "", "oauth") else str(named)


def _find_token_url(words: OAuthWords, base_url: str, connection: ConnectionFacts) -> str:
    path = connection.extra.get(words.token_path_extra) if words.token_path_extra else None
    if path and not str(path).startswith("/"):
        expected = "a path on the connection's host, with a slash in front"
        raise connection.lacks(f"extra.{words.token_path_extra}", expected)
    token_url = str(path or connection.extra.get("token_url") or words.token_url)
    if not token_url.startswith(("/", "https://", "http://")):
        raise connection.lacks("extra.token_url", "a path with a slash in front, or a whole address")
    return base_url.rstrip("/") + token_url if token_url.startswith("/") else token_url


def _build_service_account(words: OAuthWords, token_url: str, connection: ConnectionFacts) -> JwtGrant:
    file = _read_keyfile(connection)
    # a sandbox may have another address, but the statement is always made for the real one
    audience = words.jwt.audience or (words.token_url if "://" in words.token_url else token_url)
    claims = {"iss": file["client_email"], "aud": audience, "scope": words.scope}
    if subject := _fill_claim(words.jwt.subject, connection):
        claims["sub"] = subject
    return JwtGrant(
        token_url,
        claims,
        file["private_key"],
        str(file.get("private_key_id") or ""),
        life_s=words.jwt.life_s,
        what=f"the key file of {file['client_email']}, and the clock of this machine",
    )


def _read_keyfile(connection: ConnectionFacts) -> Mapping[str, Any]:
    given = connection.extra.get(_KEYFILE)
    try:
        file = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        file = None
    names = ("client_email", "private_key")
    if not isinstance(file, dict) or not all(isinstance(file.get(name), str) for name in names):
        raise _lacks_keyfile(connection)
    return file


def _lacks_keyfile(connection: ConnectionFacts) -> ConfigError:
    return connection.lacks(
        f"extra.{_KEYFILE}", "a service account's key file, with client_email and private_key"
    )


def _fill_claim(template: str, connection: ConnectionFacts) -> str:
    """Fill a claim; empty where a slot has no value."""
    try:
        return fill_slots(template, connection.need(template))
    except ConfigError:
        return ""


def read_hosts(given: object) -> tuple[str, ...]:
    """Read an extra with hosts: a list, or a text with commas."""
    items = given if isinstance(given, list | tuple) else str(given or "").split(",")
    return tuple(str(item).strip().lower() for item in items if str(item).strip())
