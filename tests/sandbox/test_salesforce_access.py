"""Salesforce fake: grants, sessions, versions, describe, what the user may see, the org's limits."""

from __future__ import annotations

import base64
import json

import pytest

from sandbox.salesforce import SalesforceSandbox
from sandbox.salesforce.tokens import JWT_GRANT
from tests.sandbox.salesforce_caller import SMALL, SalesforceCaller, code

CLIENT = {"client_id": "sandbox-consumer-key", "client_secret": "sandbox-consumer-secret"}
REFRESH = {"grant_type": "refresh_token", "refresh_token": "sandbox-refresh-token", **CLIENT}
EXPIRED = (401, "INVALID_SESSION_ID")


@pytest.fixture
def caller():
    with SalesforceSandbox(counts=SMALL).serve() as fake:
        yield SalesforceCaller(fake)


def basic(client=CLIENT["client_id"], secret=CLIENT["client_secret"]):
    return {"Authorization": "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()}


def assertion(fake, **claims):
    wanted = {
        "iss": CLIENT["client_id"], "sub": fake.config.username, "aud": "https://login.salesforce.com",
        "exp": fake.clock.now_s() + 170, **claims,
    }  # fmt: skip
    parts = [{"alg": "RS256"}, wanted]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return {"grant_type": JWT_GRANT, "assertion": ".".join([*encoded, "c2lnbmVk"])}


def test_token_answer_names_the_fake_as_data_host_and_no_expiry(caller):
    answer = caller.log_in(basic(), grant_type="client_credentials").json()
    assert set(answer) == {
        "access_token", "instance_url", "id", "token_type", "issued_at", "signature", "scope",
    }  # fmt: skip
    assert (answer["instance_url"], answer["token_type"]) == (caller.fake.url, "Bearer")
    assert answer["issued_at"].isdecimal()
    assert SalesforceCaller(caller.fake, answer["access_token"]).get("limits").status_code == 200


def test_each_grant_gives_a_session(caller):
    for form in (
        {"grant_type": "client_credentials", **CLIENT},
        REFRESH,
        assertion(caller.fake),
        assertion(caller.fake, aud=caller.fake.url),
    ):
        assert caller.log_in(**form).status_code == 200, form
    assert caller.fake.tokens.logins == 4


REFUSED = [
    ({"grant_type": "password"}, "unsupported_grant_type"),
    ({"grant_type": "client_credentials", **CLIENT, "client_id": "other"}, "invalid_client_id"),
    ({"grant_type": "client_credentials", **CLIENT, "client_secret": "other"}, "invalid_client"),
    ({**REFRESH, "refresh_token": "other"}, "invalid_grant"),
    ({"grant_type": JWT_GRANT, "assertion": "x"}, "invalid_grant"),
]


@pytest.mark.parametrize(("form", "error"), REFUSED, ids=[f"{form} {error}" for form, error in REFUSED])
def test_wrong_credentials_are_refused_with_an_object(caller, form, error):
    answer = caller.log_in(**form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.json()["error_description"]


@pytest.mark.parametrize(
    "claims",
    [{"iss": "other"}, {"sub": "other"}, {"aud": "https://example.com"}, {"exp": 1}, {"exp": 1e11}],
    ids=str,
)
def test_assertion_has_to_say_the_right_things(caller, claims):
    assert caller.log_in(**assertion(caller.fake, **claims)).status_code == 400


def test_rotation_gives_a_new_refresh_token_and_kills_the_old_one():
    with SalesforceSandbox(counts={}, rotates_refresh_token=True).serve() as fake:
        caller = SalesforceCaller(fake)
        new = caller.log_in(**REFRESH).json()["refresh_token"]
        assert caller.log_in(**REFRESH).json()["error"] == "invalid_grant"
        assert caller.log_in(**{**REFRESH, "refresh_token": new}).status_code == 200


def test_data_host_can_be_another_one():
    with SalesforceSandbox(counts={}, instance_url="https://elsewhere.example.com").serve() as fake:
        answer = SalesforceCaller(fake).log_in(grant_type="client_credentials", **CLIENT)
        assert answer.json()["instance_url"] == "https://elsewhere.example.com"


def test_session_ends_by_time_by_calls_and_at_once(caller):
    caller.fake.clock.advance(7100)
    assert caller.get("limits").status_code == 200
    caller.fake.clock.advance(7201)
    assert code(caller.get("limits")) == EXPIRED
    with SalesforceSandbox(counts={}, session_calls=2).serve() as fake:
        answers = [SalesforceCaller(fake).get("limits").status_code for _ in range(3)]
    assert answers == [200, 200, 401]


def test_session_can_end_in_the_middle_of_a_read(caller):
    caller.fake.faults.add("session_expired", "*/queryAll", skip=1)
    answers = [caller.ask("SELECT Id FROM Account") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 401, 401]
    assert caller.log_in(grant_type="client_credentials", **CLIENT).status_code == 200


def test_header_without_a_token_or_with_another_scheme(caller):
    caller.session.headers["Authorization"] = "Basic abc"
    assert code(caller.get("limits")) == (401, "INVALID_AUTH_HEADER")
    del caller.session.headers["Authorization"]
    assert code(caller.get("limits")) == EXPIRED


def test_versions_are_listed_without_a_session_and_only_those_are_answered(caller):
    listed = SalesforceCaller(caller.fake, "nobody").get("/services/data").json()
    assert listed[-1] == {"label": "Winter '27", "url": "/services/data/v68.0", "version": "68.0"}
    assert caller.get("/services/data/v68.0").json()["query"] == "/services/data/v68.0/query"
    for path in ("/services/data/v99.0/limits", "/services/data/62.0/limits", "nope", "/other"):
        assert code(caller.get(path)) == (404, "NOT_FOUND"), path
    assert code(caller.send("POST", "queryAll")) == (405, "METHOD_NOT_ALLOWED")


def test_objects_are_listed_and_described(caller):
    listed = caller.get("sobjects").json()["sobjects"]
    assert {one["name"]: one["keyPrefix"] for one in listed} == {
        "User": "005", "Campaign": "701", "Account": "001", "Contact": "003", "Opportunity": "006",
        "Lead": "00Q", "Task": "00T",
    }  # fmt: skip
    fields = {one["name"]: one for one in caller.get("sobjects/Account/describe").json()["fields"]}
    owner = fields["OwnerId"]
    assert (owner["type"], owner["referenceTo"], owner["relationshipName"]) == (
        "reference",
        ["User"],
        "Owner",
    )
    assert fields["BillingCity"]["compoundFieldName"] == "BillingAddress"
    assert fields["SystemModstamp"]["filterable"]
    assert not fields["Description"]["filterable"]
    assert [name for name, one in fields.items() if one["calculated"]] == ["Open_Amount__c"]
    assert "IsDeleted" not in {one["name"] for one in caller.get("sobjects/User/describe").json()["fields"]}
    assert code(caller.get("sobjects/Nope/describe")) == (404, "NOT_FOUND")


def test_hidden_field_is_as_if_it_were_not_there_until_it_is_granted(caller):
    soql = "SELECT Id, Birthdate FROM Contact"

    def described():
        fields = caller.get("sobjects/Contact/describe").json()["fields"]
        return "Birthdate" in {one["name"] for one in fields}

    caller.fake.changes.hide_field("Contact", "Birthdate")
    assert code(caller.ask(soql)) == (400, "INVALID_FIELD")
    assert code(caller.start_job(soql)) == (400, "INVALID_FIELD")
    assert code(caller.ask("SELECT Id FROM Contact WHERE Birthdate = null")) == (400, "INVALID_FIELD")
    assert not described()
    caller.fake.changes.grant_field("contacts", "Birthdate")
    assert caller.ask(soql).status_code == 200
    assert described()
    # a hidden reference leads nowhere
    caller.fake.changes.hide_field("contacts", "ReportsToId")
    assert code(caller.ask("SELECT ReportsTo.Name FROM Contact")) == (400, "INVALID_FIELD")


def test_hidden_object_is_as_if_it_were_not_there(caller):
    caller.fake.changes.set_access("leads", is_allowed=False)
    assert code(caller.ask("SELECT Id FROM Lead")) == (400, "INVALID_TYPE")
    assert "Lead" not in {one["name"] for one in caller.get("sobjects").json()["sobjects"]}
    caller.fake.changes.set_access("leads", is_allowed=True)
    assert caller.ask("SELECT Id FROM Lead").status_code == 200


def test_custom_fields_come_and_go(caller):
    caller.fake.changes.add_field("Lead", "Score__c", field_type="double")
    lead = caller.fake.store.ids("leads")[0]
    caller.fake.changes.update("leads", lead, {"Score__c": 5})
    (row,) = caller.rows(f"SELECT Score__c FROM Lead WHERE Id = '{lead}'")
    assert (row["Score__c"], type(row["Score__c"])) == (5.0, float)
    caller.fake.changes.remove_field("Lead", "Score__c")
    assert code(caller.ask("SELECT Score__c FROM Lead")) == (400, "INVALID_FIELD")


def test_org_without_a_feature_lacks_its_fields():
    with SalesforceSandbox(counts={"accounts": 3}, features=()).serve() as fake:
        caller = SalesforceCaller(fake)
        for name in ("CurrencyIsoCode", "RecordTypeId", "BillingStateCode"):
            assert code(caller.ask(f"SELECT {name} FROM Account")) == (400, "INVALID_FIELD"), name


def test_each_answer_tells_of_the_calls_of_everybody():
    with SalesforceSandbox(
        counts={}, daily_limit=5000, used_by_others=40, shows_app_usage=True
    ).serve() as fake:
        caller = SalesforceCaller(fake)
        limits = caller.get("limits")
        assert limits.headers["Sforce-Limit-Info"] == (
            "api-usage=41/5000; per-app-api-usage=1/5000(appName=sandbox-app)"
        )
        assert limits.json()["DailyApiRequests"] == {"Max": 5000, "Remaining": 4959}
        assert caller.get("nope").headers["Sforce-Limit-Info"].startswith("api-usage=42/5000")
        fake.usage.used_by_others = 4997
        assert caller.get("limits").headers["Sforce-Limit-Info"].startswith("api-usage=5000/5000")


def test_calls_beyond_the_days_limit_are_403_and_free_again_a_day_later():
    with SalesforceSandbox(counts={}, daily_limit=3, session_timeout_s=1e6).serve() as fake:
        caller = SalesforceCaller(fake)
        answers = [caller.get("limits") for _ in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 403]
        assert code(answers[3]) == (403, "REQUEST_LIMIT_EXCEEDED")
        assert "Retry-After" not in answers[3].headers
        # logins count in no limit
        assert caller.log_in(grant_type="client_credentials", **CLIENT).status_code == 200
        fake.clock.advance(24 * 3600)
        assert caller.get("limits").status_code == 200


def test_without_rate_limits_nothing_is_refused_and_the_header_is_still_there():
    with SalesforceSandbox(counts={}, daily_limit=2, rate_limits=False).serve() as fake:
        answers = [SalesforceCaller(fake).get("limits") for _ in range(4)]
    assert [one.headers["Sforce-Limit-Info"] for one in answers][2:] == ["api-usage=2/2"] * 2
