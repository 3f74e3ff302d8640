"""Signatures, grants and data hosts, built from the words of YAML as the hook does it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError
from requests.structures import CaseInsensitiveDict

from crm_sync.config.rest_config import RestConfig
from crm_sync.exceptions import AuthenticationError, ConfigError, UnexpectedResponseError
from crm_sync.rest.auth import BearerAuth, Unsigned
from crm_sync.rest.client import RestClient
from crm_sync.rest.connection_facts import ConnectionFacts
from crm_sync.rest.hmac_auth import HmacAuth
from crm_sync.rest.messages import Answer, Request
from crm_sync.rest.pacing import Unlimited
from crm_sync.rest.registry import build_client
from crm_sync.rest.signing import build_auth, name_account
from crm_sync.rest.transport import Transport

HOME = "https://login.crm.example"
HMAC = {
    "message": "{login}{api_key}{timestamp}",
    "key_format": "base64",
    "headers": {"Authorization": "{login}:{api_key}:{timestamp}:{signature}"},
}
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()


class TokenSession(requests.Session):
    """Answers requests for tokens in turn, the last one for ever, and notes them."""

    def __init__(self, *answers: dict) -> None:
        super().__init__()
        self.answers = list(answers or [{"access_token": "one"}])
        self.posts: list[tuple[str, dict, dict]] = []

    def post(self, url, data=None, json=None, **more):
        self.posts.append((url, data, more["headers"]))
        response = requests.Response()
        response.status_code = 200
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        response._content = __import__("json").dumps(answer).encode()
        return response


def sign(words, session=None, *, notes=None, **given):
    """Build the auth of some words; what is given is the connection's, `login` and `password` or extras."""
    extra = {"login": "client", "password": "client-secret", **given}
    login, password = extra.pop("login"), extra.pop("password")
    rest = RestConfig.model_validate({"extras": ["user", "audience", "api_key"], **words})
    facts = ConnectionFacts("crm_default", login, password, extra)
    notes = {} if notes is None else notes
    return build_auth(rest, session or TokenSession(), HOME, facts, on_secret=lambda _: None, notes=notes)


def oauth(**words):
    return {"auth": "oauth", "oauth": {"token_url": "/token", **words}}


def test_hmac_signs_with_the_time_of_each_request():
    facts = ConnectionFacts(
        "crm_default",
        "1234",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        {"api_key": "00000000-1111-2222-3333-444444444444"},
    )
    now = [1767225600.9]
    auth = HmacAuth(RestConfig(auth="hmac", hmac=HMAC, extras=("api_key",)).hmac, facts, clock=lambda: now[0])
    # the check value of public clients of an API that signs so
    assert auth.sign(Unsigned("GET", "/x")) == {
        "Authorization": "1234:00000000-1111-2222-3333-444444444444:1767225600:"
        "cXXW/r68mNho8TeNTJWFVkl4/WZZrTDX12ml+n2+SnI="
    }
    now[0] += 1
    assert ":1767225601:" in auth.sign(Unsigned("GET", "/x"))["Authorization"]


@pytest.mark.parametrize(
    ("ahead_s", "timestamp"), [(3600.0, 1767229200), (-90.0, 1767225510), (20.0, 1767225600)]
)
def test_hmac_refused_by_another_clock_signs_with_that_one(ahead_s, timestamp):
    facts = ConnectionFacts("crm_default", "1234", "AAEC", {"api_key": "key"})
    words = RestConfig(auth="hmac", hmac=HMAC, extras=("api_key",)).hmac
    notes = {}
    auth = HmacAuth(words, facts, clock=lambda: 1767225600.0, notes=notes)
    for _ in range(2):
        assert auth.renew({}, ahead_s=ahead_s) is True
    assert f":{timestamp}:" in auth.sign(Unsigned("GET", "/x"))["Authorization"]
    assert len(notes) == (abs(ahead_s) > 30)


def test_hmac_may_be_over_method_path_and_body_of_what_is_sent():
    words = {
        "message": "{method}\n{path}\n{body}",
        "signature_format": "hex",
        "headers": {"X": "{signature}"},
    }
    signed = []

    class Wire:
        base_url = f"{HOME}/base"

        def exchange(self, method, url_path, headers, body=None):
            signed.append(headers["X"])
            return Answer(200, b"{}", CaseInsensitiveDict(), datetime.now(UTC))

    client = RestClient(Wire(), sign({"auth": "hmac", "hmac": words}, password="key"))
    for request in (Request("GET", "/a", {"b": "c"}), Request("POST", "/a", body=b"text")):
        client.send(request)
    import hmac

    expected = ["GET\n/base/a?b=c\n", "POST\n/base/a\ntext"]
    assert signed == [hmac.new(b"key", text.encode(), "sha256").hexdigest() for text in expected]


def test_request_is_signed_when_its_turn_has_come():
    from tests.unit.rest.test_client import GOOD, REQUEST, make_client

    class Late(Unlimited):
        def take(self, endpoint_class: str) -> float:
            return 300.0

    class Noting(BearerAuth):
        signed_at = -1.0

        def sign(self, request):
            self.signed_at = now[0]
            return {}

    auth = Noting("token")
    client, _, now = make_client(GOOD, auth=auth, budget=Late())
    client.send(REQUEST)
    assert auth.signed_at >= 300


def test_request_that_can_not_be_signed_gives_its_turn_back():
    from tests.unit.rest.test_client import GOOD, REQUEST, make_client

    class Refused(BearerAuth):
        def sign(self, request):
            raise AuthenticationError("the client is refused")

    client, transport, _ = make_client(GOOD, auth=Refused("token"))
    with pytest.raises(AuthenticationError, match="connection hubspot_default: GET /list: the client"):
        client.send(REQUEST)
    assert (transport.sent, client.pacer._in_flight) == ([], 0)


@pytest.mark.parametrize(
    ("password", "extra", "key"),
    [("no base64!", {"api_key": "k"}, "password"), ("AAAA", {}, "extra.api_key"), ("", {}, "password")],
    ids=["format", "extra", "missing"],
)
def test_hmac_without_what_it_needs_names_it(password, extra, key):
    with pytest.raises(ConfigError, match=f"connection crm_default, key '{key}'"):
        sign({"auth": "hmac", "hmac": HMAC}, password=password, **extra)


def test_client_credentials_go_into_the_form_or_into_a_header():
    session = TokenSession()
    words = {"grant": "client_credentials", "scope": "read"}
    assert sign(oauth(**words), session).build_headers() == {"Authorization": "Bearer one"}
    sign(oauth(**words, client="basic"), session, token_url="https://other.example/t").build_headers()
    (url, form, _), (other_url, other_form, headers) = session.posts
    client = {"client_id": "client", "client_secret": "client-secret"}
    assert (url, form) == (f"{HOME}/token", {"grant_type": "client_credentials", "scope": "read", **client})
    assert (other_url, other_form) == (
        "https://other.example/t",
        {"grant_type": "client_credentials", "scope": "read"},
    )
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"client:client-secret").decode()


def test_rotated_refresh_token_is_said_in_log_and_history(caplog):
    notes: dict[str, None] = {}
    session = TokenSession({"access_token": "one", "refresh_token": "new"})
    auth = sign(oauth(), session, refresh_token="old", notes=notes)
    auth.renew(auth.build_headers())
    assert [form["refresh_token"] for _, form, _ in session.posts] == ["old", "new"]
    (note,) = notes
    assert "crm_default" in note
    assert note in caplog.text
    assert "new" not in note.split()


@pytest.mark.parametrize("written", [PEM, PEM.replace("\n", "\\n")], ids=["lines", "written out"])
def test_jwt_says_who_asks_and_holds_for_minutes(written):
    session = TokenSession()
    words = {"grant": "jwt", "jwt": {"subject": "{user}", "audience": "{audience}"}}
    sign(oauth(**words), session, password=written, user="me").build_headers()
    form = session.posts[0][1]
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    claims = jwt.decode(form["assertion"], KEY.public_key(), algorithms=["RS256"], audience=HOME)
    assert (claims["iss"], claims["sub"], claims["exp"] - claims["iat"]) == ("client", "me", 180)
    assert "scope" not in claims


def test_service_account_signs_with_its_key_file_for_the_real_address():
    session = TokenSession()
    file = {"client_email": "robot@x.example", "private_key": PEM, "private_key_id": "k1"}
    words = {"grant": "service_account", "token_url": "https://accounts.example/token", "scope": "sheets"}
    sign(
        {"auth": "oauth", "oauth": words}, session, keyfile_dict=json.dumps(file), token_url="/token"
    ).build_headers()
    url, form, _ = session.posts[0]
    claims = jwt.decode(
        form["assertion"], KEY.public_key(), algorithms=["RS256"], audience="https://accounts.example/token"
    )
    assert (url, claims["iss"], claims["scope"]) == (f"{HOME}/token", "robot@x.example", "sheets")
    assert jwt.get_unverified_header(form["assertion"])["kid"] == "k1"


@pytest.mark.parametrize(
    ("words", "given", "key"),
    [
        (oauth(), {}, "extra.refresh_token"),
        (oauth(), {"login": "", "refresh_token": "r"}, "login"),
        (oauth(grant_extra="flow"), {"flow": "password"}, "extra.flow"),
        (oauth(), {"refresh_token": "r", "token_url": "token"}, "extra.token_url"),
        (oauth(grant="service_account"), {"keyfile_dict": "{"}, "extra.keyfile_dict"),
        (oauth(grant="jwt"), {"password": ""}, "password"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_connection_that_lacks_what_a_grant_needs_names_it(words, given, key):
    with pytest.raises(ConfigError, match=f"connection crm_default, key '{key}'"):
        sign(words, **given)


CHOICE = {
    "auth": "headers",
    "auth_headers": {"X-Key": "{password}"},
    "auth_extra": "auth",
    "oauth": {"grant": "client_credentials", "grant_extra": "auth", "token_url": "/token"},
}
"""One extra says whether tokens are fetched, and how."""


@pytest.mark.parametrize(
    ("extra", "grant"),
    [
        ({"auth": "oauth"}, "client_credentials"),
        ({"auth": "client_credentials"}, "client_credentials"),
        ({"auth": "refresh_token", "refresh_token": "r"}, "refresh_token"),
    ],
    ids=str,
)
def test_one_extra_chooses_tokens_and_the_grant(extra, grant):
    session = TokenSession()
    sign(CHOICE, session, **extra).build_headers()
    assert session.posts[0][1]["grant_type"] == grant


@pytest.mark.parametrize("extra", [{}, {"auth": "key"}, {"auth": ""}], ids=str)
def test_any_other_word_sends_the_key(extra):
    assert sign(CHOICE, **extra).build_headers() == {"X-Key": "client-secret"}


def test_account_that_asks_is_known_for_a_service_account_alone():
    file = {"client_email": "robot@x.example", "private_key": PEM}
    rest = RestConfig.model_validate(CHOICE)

    def name(**extra):
        return name_account(rest, ConnectionFacts("crm_default", "client", "secret", extra))

    assert name(auth="service_account", keyfile_dict=file) == "robot@x.example"
    assert name(auth="oauth") == name() == ""


def test_private_key_that_is_none_is_an_error_without_the_key():
    with pytest.raises(AuthenticationError, match="private key is not a PEM key") as caught:
        sign(oauth(grant="jwt"), password="the-secret").build_headers()
    assert "the-secret" not in str(caught.value)


HOSTS = {"path": "instance_url", "allowed": [".data.example", "one.example"], "allowed_extra": "data_hosts"}


def data_url(url, home=HOME, **extra):
    answer = {"access_token": "one", **({} if url is None else {"instance_url": url})}
    auth = sign(oauth(grant="client_credentials", data_host=HOSTS), TokenSession(answer), **extra)
    auth.build_headers()
    return auth.data_url


@pytest.mark.parametrize(
    "url", [HOME, "https://eu.data.example", "https://a.eu.data.example:443/", "https://one.example"]
)
def test_data_host_that_is_allowed_is_followed(url):
    assert data_url(url) == url.rstrip("/")


def test_connection_may_allow_further_data_hosts():
    assert data_url("https://two.example", data_hosts="two.example, three.example") == "https://two.example"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example",
        "https://data.example",
        "https://evildata.example",
        "https://two.one.example",
        "http://eu.data.example",
        "https://eu.data.example:8443",
        "https://eu.data.example@evil.example",
        "https://eu.data.example?x=1",
        "http://login.crm.example",
        "//eu.data.example",
        "https://eu.data.example:no",
        "",
        None,
        7,
    ],
    ids=str,
)
def test_data_host_that_is_not_allowed_is_an_error_that_names_both(url):
    with pytest.raises(UnexpectedResponseError, match="OAuth token request") as caught:
        data_url(url)
    if url and "example" in str(url) and ":no" not in url:
        assert "login.crm.example" in str(caught.value)


def test_data_is_asked_for_on_the_host_that_the_token_names(monkeypatch):
    asked = []

    def exchange(self, method, url_path, headers, body=None):
        asked.append((self.base_url + url_path, headers["Authorization"]))
        return Answer(200, b"{}", CaseInsensitiveDict(), datetime.now(UTC))

    monkeypatch.setattr(Transport, "exchange", exchange)
    session = TokenSession({"access_token": "one", "instance_url": "https://eu.data.example"})
    rest = RestConfig.model_validate(oauth(grant="client_credentials", data_host=HOSTS))
    client = build_client(
        rest,
        session,
        HOME,
        connection=ConnectionFacts("crm_default", "client", "secret", {}),
        budget=Unlimited(),
        crm_source="crm",
    )
    assert client.base_url == HOME
    client.send(Request("GET", "/list"))
    assert asked == [("https://eu.data.example/list", "Bearer one")]
    assert client.base_url == "https://eu.data.example"


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ({"auth": "hmac"}, "rest.hmac"),
        ({"auth": "bearer", "oauth": {"token_url": "/t"}}, "rest.oauth"),
        ({"auth": "hmac", "hmac": {**HMAC, "message": "{api_kee}"}}, "rest.hmac.message"),
        ({"auth": "hmac", "hmac": {**HMAC, "headers": {"A": "{timestmp}"}}}, "rest.hmac.headers.A"),
        (oauth(jwt={"subject": "{usr}"}), "rest.oauth.jwt.subject"),
        ({"auth": "headers", "auth_headers": {"X": "{pasword}"}}, "rest.auth_headers.X"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_words_of_signing_are_checked_at_load(words, key):
    with pytest.raises(ValidationError, match=f"{key}: expected"):
        RestConfig.model_validate({"extras": ["api_key"], **words})
