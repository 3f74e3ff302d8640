"""One contract for all auth schemes, and what only OAuth does."""

from __future__ import annotations

import base64
import threading

import pytest
import requests

from crm_sync.exceptions import AuthenticationError, RateLimitedError, SourceUnavailableError
from crm_sync.rest.auth import BasicAuth, BearerAuth, HeaderAuth
from crm_sync.rest.grants import RefreshGrant
from crm_sync.rest.oauth import OAuth


class TokenSession:
    """Stands in for the session of a refresh: answers from a list, the last one for ever."""

    def __init__(self, *answers: tuple[int, bytes]) -> None:
        self.answers = list(answers)
        self.forms: list[dict] = []

    def post(self, url, *, data, **_kwargs):
        self.forms.append({"url": url, **data})
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if status == 0:
            raise requests.ConnectionError(f"{url}?secret")
        response = requests.Response()
        response.status_code, response._content = status, body
        return response


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def make_oauth(*answers, **kwargs):
    session, clock = TokenSession(*answers), Clock()
    grant = RefreshGrant(
        "http://crm.example/oauth/v1/token", "client", "client-secret", refresh_token="refresh-1"
    )
    return OAuth(grant, session, clock=clock, **kwargs), session, clock


def token(name: str, **more) -> tuple[int, bytes]:
    import msgspec

    return 200, msgspec.json.encode({"access_token": name, "expires_in": 1800, **more})


SCHEMES = {
    "bearer": (BearerAuth("the-secret"), {"Authorization": "Bearer the-secret"}),
    "header": (HeaderAuth({"X-Key": "the-secret"}), {"X-Key": "the-secret"}),
    "basic": (
        BasicAuth("me", "the-secret:ü"),
        {"Authorization": "Basic " + base64.b64encode("me:the-secret:ü".encode()).decode()},
    ),
    "oauth": (make_oauth(token("the-secret"))[0], {"Authorization": "Bearer the-secret"}),
}


@pytest.mark.parametrize("name", SCHEMES)
def test_auth_signs_a_prepared_request(name):
    auth, expected = SCHEMES[name]
    request = requests.Request("GET", "http://crm.example/", auth=auth).prepare()
    assert {key: request.headers[key] for key in expected} == expected


@pytest.mark.parametrize("name", SCHEMES)
def test_auth_never_shows_its_secret(name):
    auth, _ = SCHEMES[name]
    assert "the-secret" not in repr(auth)
    assert "client-secret" not in repr(vars(auth))


@pytest.mark.parametrize("name", ["bearer", "header", "basic"])
def test_auth_without_renewal_says_so(name):
    auth, _ = SCHEMES[name]
    assert auth.renew(auth.build_headers()) is False


def test_oauth_fetches_once_and_again_at_ninety_percent_of_the_life():
    auth, session, clock = make_oauth(token("one"), token("two"))
    auth.build_headers()
    clock.now = 1619
    assert auth.build_headers() == {"Authorization": "Bearer one"}
    clock.now = 1620
    assert auth.build_headers() == {"Authorization": "Bearer two"}
    assert session.forms[0] == {
        "url": "http://crm.example/oauth/v1/token",
        "grant_type": "refresh_token",
        "client_id": "client",
        "client_secret": "client-secret",
        "refresh_token": "refresh-1",
    }


def test_oauth_renews_once_for_many_threads_with_the_same_stale_token():
    auth, session, _ = make_oauth(token("one"), token("two"), token("three"))
    stale = auth.build_headers()
    threads = [threading.Thread(target=auth.renew, args=(stale,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert auth.build_headers() == {"Authorization": "Bearer two"}
    assert len(session.forms) == 2


def test_oauth_tells_new_secrets_and_goes_on_with_a_rotated_refresh_token():
    secrets, rotated = [], []
    auth, session, clock = make_oauth(
        token("one", refresh_token="refresh-2"),
        token("two"),
        on_secret=secrets.append,
        on_refresh_token=rotated.append,
    )
    auth.build_headers()
    clock.now = 5000
    auth.build_headers()
    assert (secrets, rotated) == (["one", "refresh-2", "two"], ["refresh-2"])
    assert session.forms[1]["refresh_token"] == "refresh-2"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((400, b'{"status": "BAD_REFRESH_TOKEN"}'), AuthenticationError),
        ((401, b""), AuthenticationError),
        ((429, b""), RateLimitedError),
        ((503, b"<html>"), SourceUnavailableError),
        ((200, b"<html>"), SourceUnavailableError),
        ((200, b"{}"), SourceUnavailableError),
        ((200, b'{"access_token": ""}'), SourceUnavailableError),
        ((200, b'{"access_token": 7}'), SourceUnavailableError),
        ((0, b""), SourceUnavailableError),
    ],
    ids=["refused", "unauthorized", "limited", "down", "html", "no-token", "empty", "number", "reset"],
)
def test_oauth_refresh_that_fails_is_an_error_without_secrets(answer, error):
    auth, _, _ = make_oauth(answer)
    with pytest.raises(error) as caught:
        auth.build_headers()
    assert not {"client-secret", "refresh-1", "?"} & set(str(caught.value).split())
    assert "secret" not in str(caught.value).replace("client secret", "")
