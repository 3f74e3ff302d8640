"""Signature Version 4 by botocore, which an extra of the package installs; it sends no request of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from importlib import import_module
from typing import Self
from urllib.parse import urlsplit

from crm_sync.config.auth_words import Sigv4Words
from crm_sync.exceptions import AuthenticationError, ConfigError
from crm_sync.rest.auth import Auth, Unsigned
from crm_sync.rest.connection_facts import ConnectionFacts, fill_slots
from crm_sync.untyped import AwsObject

AWS_EXTRAS = frozenset({"aws_session_token", "role_arn", "region_name"})
"""Extras of the connection that the signature needs or takes."""
_EXTRA = "crm-sync[salespro]"
_S3 = "s3"
_SIGNED_PREFIX = "x-amz-"
_SESSION_NAME = "crm_sync"


class SigV4Auth(Auth):
    """Signs each request anew, repeats included; botocore renews the keys of a role by itself.

    Args:
        words: service and region.
        connection: keys and extras.

    Raises:
        ConfigError: botocore is not installed, or the connection lacks the region, one of two keys, or all.
    """

    def __init__(self, words: Sigv4Words, connection: ConnectionFacts) -> None:
        self._auth = _load("botocore.auth", connection)
        self._request = _load("botocore.awsrequest", connection).AWSRequest
        self._service = words.service
        self._region = fill_slots(words.region, connection.need(words.region))
        self._connection = connection
        self._credentials = _find_credentials(connection, self._region)

    def sign_for(self, service: str) -> Self:
        """Give the same keys for another service of the same region."""
        other = copy(self)
        vars(other)["_service"] = service
        return other

    def build_headers(self) -> Mapping[str, str]:
        """Sign an unknown request; the scheme signs the request itself."""
        return self.sign(Unsigned("GET", "/"))

    def sign(self, request: Unsigned) -> Mapping[str, str]:
        """Give the headers of a request that is about to be sent.

        Raises:
            AuthenticationError: the role can't be taken on, or the machine's keys are gone.
        """
        place = urlsplit(request.base_url)
        signed = {name: text for name, text in request.headers.items() if _is_signed(name)}
        unsigned = self._request(
            request.method,
            f"{place.scheme}://{place.netloc}{request.path}",
            headers=dict(signed),
            data=request.body or b"",
        )
        try:
            keys = self._credentials.get_frozen_credentials()
        except Exception as error:
            # its texts may name hosts and profiles, and nothing secret
            text = f"no keys could be had for signing: {type(error).__name__}: {error}"
            raise AuthenticationError(text) from error
        # S3 wants a digest of the body among the headers, and paths as they are
        scheme = self._auth.S3SigV4Auth if self._service == _S3 else self._auth.SigV4Auth
        scheme(keys, self._service, self._region).add_auth(unsigned)
        return {name: str(text) for name, text in unsigned.headers.items() if name not in signed}


def _is_signed(name: str) -> bool:
    return name.lower() == "content-type" or name.lower().startswith(_SIGNED_PREFIX)


def _find_credentials(connection: ConnectionFacts, region: str) -> AwsObject:
    """Give what botocore calls credentials: those of the connection, of the machine, or of a role."""
    if bool(connection.login) != bool(connection.password):
        key = "password" if connection.login else "login"
        raise connection.lacks(key, "access key id (login) and secret access key (password), or neither")
    session = _load("botocore.session", connection).Session()
    if connection.login:
        session.set_credentials(connection.login, connection.password, connection.find("aws_session_token"))
    found = session.get_credentials()
    if found is None:
        raise connection.lacks("login", "an access key id, since this machine has no keys of its own")
    role = connection.find("role_arn")
    return _take_role(connection, session, found, role, region) if role else found


def _take_role(
    connection: ConnectionFacts, session: AwsObject, found: AwsObject, role: str, region: str
) -> AwsObject:
    credentials = _load("botocore.credentials", connection)

    def create(service: str, **keys: str) -> AwsObject:
        return session.create_client(service, region_name=region, **keys)

    creator: Callable[..., AwsObject] = create
    fetcher = credentials.AssumeRoleCredentialFetcher(
        client_creator=creator,
        source_credentials=found,
        role_arn=role,
        extra_args={"RoleSessionName": _SESSION_NAME},
    )
    return credentials.DeferredRefreshableCredentials(
        method="assume-role", refresh_using=fetcher.fetch_credentials
    )


def _load(module: str, connection: ConnectionFacts) -> AwsObject:
    try:
        return import_module(module)
    except ImportError as error:
        expected = f"the package botocore to be installed where tasks run (pip install '{_EXTRA}')"
        raise ConfigError(f"connection {connection.connection_id}", "", expected, got=str(error)) from error
