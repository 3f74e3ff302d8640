"""The Google Sheets fake's doorkeeper: signed statements, refresh tokens, keys, sharing, quotas."""

from __future__ import annotations

import time

import jwt
import pytest
import requests

from sandbox.googlesheets import GoogleSheetsSandbox
from sandbox.googlesheets.access import AUDIENCE, JWT_GRANT
from sandbox.googlesheets.key_file import build_key_file, make_key_file

SCOPE = "https://www.googleapis.com/auth/spreadsheets.readonly"
FEW = {"marketing_leads": 5, "marketing_spends": 5}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "key.json"
    file = make_key_file(path)
    with GoogleSheetsSandbox(counts=FEW, key_file=str(path), rate_limits=False).serve() as fake:
        fake.file = file
        yield fake


def sign(fake, *, key=None, life_s=3600, begin=0, **claims):
    now = int(time.time()) + begin
    told = {
        "iss": fake.file["client_email"],
        "aud": AUDIENCE,
        "scope": SCOPE,
        "iat": now,
        "exp": now + life_s,
    }
    return jwt.encode({**told, **claims}, key or fake.file["private_key"], "RS256")


def ask(fake, **form):
    return requests.post(f"{fake.url}/token", data=form, timeout=10)


def read(fake, path="", service="/v4/spreadsheets/", **headers):
    return requests.get(f"{fake.url}{service}{fake.config.spreadsheet_id}{path}", headers=headers, timeout=10)


def test_statement_with_the_right_signature_gets_a_token_that_opens_the_file(served):
    answer = ask(served, grant_type=JWT_GRANT, assertion=sign(served)).json()
    assert answer.keys() == {"access_token", "expires_in", "token_type"}
    assert (answer["expires_in"], answer["token_type"]) == (3599, "Bearer")
    assert read(served, Authorization=f"Bearer {answer['access_token']}").status_code == 200


def test_own_address_is_an_audience_too(served):
    answer = ask(served, grant_type=JWT_GRANT, assertion=sign(served, aud=f"{served.url}/token"))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"life_s": 3601}, "Token must be a short-lived token"),
        ({"begin": -4000}, "Token must be a short-lived token"),
        ({"begin": 4000}, "Token must be a short-lived token"),
        ({"iss": "other@example.com"}, "account not found"),
        ({"aud": "https://example.com"}, "audience"),
        ({"scope": ""}, "Empty or missing scope"),
    ],
    ids=["too long", "over", "from the future", "another account", "another audience", "no scope"],
)
def test_statement_that_says_something_else_is_refused(served, change, said):
    answer = ask(served, grant_type=JWT_GRANT, assertion=sign(served, **change))
    assert answer.status_code == 400
    assert said in answer.json()["error_description"]


@pytest.mark.parametrize("assertion", ["", "a.b.c", "no"])
def test_what_is_no_statement_is_refused(served, assertion):
    answer = ask(served, grant_type=JWT_GRANT, assertion=assertion)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_signature_of_another_key_is_refused(served):
    answer = ask(served, grant_type=JWT_GRANT, assertion=sign(served, key=build_key_file()["private_key"]))
    assert answer.json() == {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}


def test_signature_without_a_key_is_refused(served):
    claims = {"iss": served.file["client_email"], "aud": AUDIENCE, "scope": SCOPE}
    answer = ask(served, grant_type=JWT_GRANT, assertion=jwt.encode(claims, None, "none"))
    assert answer.status_code == 400


def test_other_grants(served):
    config = served.config
    good = {"client_id": config.client_id, "client_secret": config.client_secret}
    refresh = {"grant_type": "refresh_token", "refresh_token": config.refresh_token}
    answer = ask(served, **refresh, **good)
    assert (answer.status_code, "refresh_token" in answer.json()) == (200, False)
    assert ask(served, **{**refresh, "refresh_token": "old"}, **good).json()["error"] == "invalid_grant"
    assert ask(served, **refresh, client_id="x").status_code == 401
    assert ask(served, grant_type="password").json()["error"] == "unsupported_grant_type"


def test_token_ends_by_the_fakes_clock():
    with GoogleSheetsSandbox(counts=FEW).serve() as fake:
        fake.file = build_key_file()
        token = ask(fake, grant_type=JWT_GRANT, assertion=sign(fake)).json()["access_token"]
        assert read(fake, Authorization=f"Bearer {token}").status_code == 200
        fake.clock.advance(3600)
        answer = read(fake, Authorization=f"Bearer {token}")
        assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")


def test_scope_of_the_sheets_opens_no_drive(served):
    token = ask(served, grant_type=JWT_GRANT, assertion=sign(served)).json()["access_token"]
    answer = read(served, service="/drive/v3/files/", Authorization=f"Bearer {token}")
    assert answer.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 401), ({"x-goog-api-key": "no"}, 400), ({"Authorization": "Bearer no"}, 401)]
)
def test_caller_without_a_valid_key_is_refused(served, headers, status):
    answer = read(served, **headers)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, status)


def test_key_is_taken_from_the_address_as_well(served):
    assert read(served, f"?key={served.config.api_key}").status_code == 200


@pytest.mark.parametrize(("refusal", "status"), [("403", 403), ("404", 404)])
def test_file_that_is_not_shared_is_refused_in_both_ways(refusal, status):
    with GoogleSheetsSandbox(counts=FEW, is_public=False, refusal=refusal).serve() as fake:
        assert read(fake, **{"x-goog-api-key": fake.config.api_key}).status_code == status


def test_61st_request_of_a_minute_is_refused_without_retry_after():
    with GoogleSheetsSandbox(counts=FEW).serve() as fake:
        answers = [read(fake, **{"x-goog-api-key": fake.config.api_key}) for _ in range(61)]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    error = answers[-1].json()["error"]
    assert (error["status"], error["details"][0]["reason"]) == ("RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED")
    assert "Retry-After" not in answers[-1].headers
