"""AWS's signatures: AWS's own example, the keys they are made with, and roles."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import botocore.auth
import botocore.session
import pytest

from crm_sync.config.auth_words import Sigv4Words
from crm_sync.exceptions import AuthenticationError, ConfigError
from crm_sync.rest.auth import Unsigned
from crm_sync.rest.aws_auth import SigV4Auth
from crm_sync.rest.connection_facts import ConnectionFacts

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def make_auth(*, login=KEY, password=SECRET, service="service", **extra):
    facts = ConnectionFacts("aws_default", login, password, {"region_name": "us-east-1", **extra})
    return SigV4Auth(Sigv4Words(service=service), facts)


@pytest.fixture
def frozen(monkeypatch):
    """Let botocore sign at the moment of AWS's test suite."""
    moment = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
    monkeypatch.setattr(
        botocore.auth, "get_current_datetime", lambda remove_tzinfo=True: moment.replace(tzinfo=None)
    )


def test_signature_is_that_of_aws_s_own_example(frozen):
    # "get-vanilla" of the suite that AWS published with the description of version 4
    signed = make_auth().sign(Unsigned("GET", "/", base_url="https://example.amazonaws.com"))
    assert signed["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, "
        "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )


def test_headers_of_aws_are_signed_and_others_are_not(frozen):
    headers = {"X-Amz-Target": "Service.Operation", "Accept": "application/json", "Content-Type": "x/y"}
    signed = make_auth().sign(Unsigned("POST", "/", b"{}", headers, "https://example.amazonaws.com"))
    assert "SignedHeaders=content-type;host;x-amz-date;x-amz-target" in signed["Authorization"]
    assert set(signed) == {"Authorization", "X-Amz-Date"}


def test_port_of_another_address_is_part_of_the_signature(frozen):
    one, other = (
        make_auth().sign(Unsigned("GET", "/", base_url=url))["Authorization"]
        for url in ("http://127.0.0.1:4566", "http://127.0.0.1:4567")
    )
    assert one != other


def test_session_token_is_sent():
    signed = make_auth(aws_session_token="temporary").sign(Unsigned("GET", "/", base_url="https://a.example"))
    assert signed["X-Amz-Security-Token"] == "temporary"


@pytest.mark.parametrize(("login", "password", "key"), [(KEY, "", "password"), ("", SECRET, "login")])
def test_half_a_pair_of_keys_is_refused(login, password, key):
    with pytest.raises(ConfigError, match=f"connection aws_default, key '{key}'"):
        make_auth(login=login, password=password)


def test_without_a_login_the_machine_s_own_keys_are_taken(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOFTHEMACHINE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made up")
    signed = make_auth(login="", password="").sign(Unsigned("GET", "/", base_url="https://a.example"))
    assert "Credential=AKIAOFTHEMACHINE/" in signed["Authorization"]


def test_machine_without_keys_is_said(monkeypatch):
    monkeypatch.setattr(botocore.session.Session, "get_credentials", lambda _self: None)
    with pytest.raises(ConfigError, match="this machine has no keys of its own"):
        make_auth(login="", password="")


class Sts:
    """AWS's service for roles."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def assume_role(self, **asked):
        self.asked.append(asked)
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"Credentials": self.answer}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


def test_role_s_keys_sign(monkeypatch):
    keys = {"AccessKeyId": "ASIAROLE", "SecretAccessKey": "s", "SessionToken": "t"}
    sts = Sts({**keys, "Expiration": datetime(2099, 1, 1, tzinfo=UTC)})
    monkeypatch.setattr(botocore.session.Session, "create_client", lambda _self, _name, **_more: sts)
    auth = make_auth(role_arn="arn:aws:iam::000000000000:role/reader")
    signed = [auth.sign(Unsigned("GET", "/", base_url="https://a.example")) for _ in range(2)]
    assert "Credential=ASIAROLE/" in signed[0]["Authorization"]
    assert signed[1]["X-Amz-Security-Token"] == "t"
    assert [one["RoleArn"] for one in sts.asked] == ["arn:aws:iam::000000000000:role/reader"], "asked once"


def test_role_that_is_refused_is_one_sentence(monkeypatch):
    sts = Sts(RuntimeError("not authorized to perform: sts:AssumeRole"))
    monkeypatch.setattr(botocore.session.Session, "create_client", lambda _self, _name, **_more: sts)
    auth = make_auth(role_arn="arn:aws:iam::000000000000:role/reader")
    with pytest.raises(
        AuthenticationError, match="no keys could be had for signing: RuntimeError: not authorized"
    ):
        auth.sign(Unsigned("GET", "/", base_url="https://a.example"))


def test_missing_package_is_said(monkeypatch):
    def fail(name):
        raise ImportError(f"No module named '{name}'")

    monkeypatch.setattr("crm_sync.rest.aws_auth.import_module", fail)
    with pytest.raises(ConfigError, match=r"pip install 'crm-sync\[salespro\]'"):
        make_auth()


def test_secrets_are_not_shown():
    assert SECRET not in repr(make_auth())
    assert SECRET not in repr(SimpleNamespace(auth=make_auth()))
