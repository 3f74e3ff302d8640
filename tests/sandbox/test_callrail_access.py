"""The CallRail fake's keys, limits, features that are off, paths that are wrong, faults on demand."""

from __future__ import annotations

import pytest
import requests

from sandbox.callrail import CallRailSandbox
from tests.sandbox.callrail_caller import CallRailCaller, open_callrail

FORMS = "/a/{a}/form_submissions.json"
CALLS = "/a/{a}/calls.json"


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ('Token token="{key}"', 200),
        ("Token token={key}", 200),
        ("Bearer {key}", 401),
        ("Token {key}", 401),
        ('Token token="other"', 401),
        (None, 401),
    ],
    ids=["quoted", "unquoted", "bearer", "no name", "unknown key", "none"],
)
def test_key_is_taken_from_the_token_header_only(header, status):
    with open_callrail(counts={"calls": 3}) as caller:
        caller.session.headers.pop("Authorization")
        if header is not None:
            caller.session.headers["Authorization"] = header.format(key=caller.fake.api_key)
        assert caller.get("/a.json").status_code == status


@pytest.mark.parametrize("as_text", [True, False])
def test_refusal_is_text_or_json(as_text):
    with open_callrail(key="unknown", unauthorized_as_text=as_text) as caller:
        response = caller.get("/a.json")
    assert response.status_code == 401
    assert ("denied" in response.text) if as_text else ("error" in response.json())


def test_restricted_key_sees_fewer_companies_without_a_word():
    with open_callrail(restricted_keys={"clerk": 1}) as caller:
        clerk = CallRailCaller(caller.fake, key="clerk")
        window = caller.days()
        (company,) = clerk.list_ids("/a/{a}/companies.json", "companies")
        calls = clerk.page(CALLS, per_page=250, fields="company_id", **window)
        assert {one["company_id"] for one in calls["calls"]} == {company}
        assert 0 < calls["total_records"] < caller.page(CALLS, **window)["total_records"]
        hidden = next(
            one for one in caller.fake.store.of_account("calls", caller.account) if one.company_id != company
        )
        assert clerk.get(f"/a/{{a}}/calls/{hidden.id}.json").status_code == 404
        assert caller.get(f"/a/{{a}}/calls/{hidden.id}.json").json()["id"] == hidden.id


def test_accounts_keep_their_records_apart():
    with open_callrail() as caller:
        first = caller.list_ids("/a/{a}/users.json", "users")
        second = caller.list_ids(f"/a/{caller.other_accounts[0]}/users.json", "users")
    assert len(first) > 0 < len(second)
    assert not set(first) & set(second)


def test_forms_of_an_account_without_form_tracking_are_forbidden_until_it_is_on():
    with open_callrail(forms_off=(0,)) as caller:
        response = caller.get(FORMS, **caller.days())
        assert response.status_code == 403
        assert "Form Tracking" in response.json()["error"]
        assert not any(one["form_capture"] for one in caller.page("/a/{a}/companies.json")["companies"])
        other = caller.page(f"/a/{caller.other_accounts[0]}/form_submissions.json", **caller.days())
        assert other["total_records"] > 0
        caller.fake.changes.set_forms(caller.account, is_on=True)
        assert caller.page(FORMS, **caller.days())["total_records"] == 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/a/{a}/text_messages.json", 404),
        ("/a/{a}/calls", 404),
        ("/a/ACCunknown/calls.json", 404),
        ("/a/{a}/calls/CALunknown.json", 404),
        ("/calls.json", 404),
        ("/a/{a}/calls/x/y.json", 404),
    ],
)
def test_wrong_paths_are_not_found(path, status):
    with open_callrail(counts={"calls": 3}) as caller:
        assert caller.get(path).status_code == status


def test_other_methods_are_not_allowed():
    with open_callrail(counts={"calls": 3}) as caller:
        url = f"{caller.fake.url}/v3/a/{caller.account}/calls.json"
        assert caller.session.post(url, json={}, timeout=5).status_code == 405


def test_hourly_limit_is_counted_for_each_account_and_refuses_all_its_lists():
    with open_callrail(rate_limits=True, requests_per_hour=3) as caller:
        assert [caller.get(CALLS).status_code for _ in range(4)] == [200, 200, 200, 429]
        response = caller.get("/a/{a}/users.json")
        assert (response.status_code, response.headers.get("Retry-After")) == (429, None)
        assert caller.get(f"/a/{caller.other_accounts[0]}/users.json").status_code == 200
        # whoever calls: another key of the account counts in the same window
        assert CallRailCaller(caller.fake, key="sandbox-token").get(CALLS).status_code == 429


def test_daily_limit_ends_with_the_day():
    with open_callrail(rate_limits=True, requests_per_day=2, retry_after=True) as caller:
        assert [caller.get(CALLS).status_code for _ in range(3)] == [200, 200, 429]
        assert caller.get(CALLS).headers["Retry-After"] == "60"
        caller.fake.clock.advance(86_400)
        assert caller.get(CALLS).status_code == 200


@pytest.mark.parametrize(
    ("kind", "options", "status", "text"),
    [
        ("rate_limited", {"retry_after_s": 7}, 429, "Rate limit"),
        ("unauthorized", {}, 401, "denied"),
        ("missing_scope", {}, 403, "not authorized"),
        ("server_error", {}, 500, "Internal"),
        ("maintenance", {}, 503, "html"),
        ("error_in_200", {}, 200, "error"),
        ("too_old", {}, 400, "narrower"),
        ("redirect", {"location": "/v3/elsewhere.json"}, 302, ""),
        ("html_200", {}, 200, "html"),
        ("missing_key", {}, 200, "total_records"),
    ],
)
def test_planned_fault_comes_once(kind, options, status, text):
    with open_callrail(counts={"calls": 3}) as caller:
        planned = caller.fake.faults.add(kind, "*/users.json", **options)
        response = caller.get("/a/{a}/users.json")
        assert (response.status_code, planned.fired) == (status, 1)
        assert text in response.text
        assert caller.page("/a/{a}/users.json").keys() >= {"users"}


@pytest.mark.parametrize("style", [{}, {"relative_pagination": "true"}], ids=["offset", "relative"])
def test_repeated_page_comes_twice_and_claims_more(style):
    with open_callrail() as caller:
        caller.fake.faults.add("repeated_token", "*/calls.json")
        first, again, then = (caller.page(CALLS, per_page=5, **style, **caller.days()) for _ in range(3))
    assert first == again != then
    assert first.get("has_next_page") or first["total_pages"] == 2


def test_empty_page_claims_more():
    with open_callrail() as caller:
        caller.fake.faults.add("empty_page", "*/calls.json")
        page = caller.page(CALLS, per_page=250, **caller.days())
    assert (page["calls"], page["total_pages"]) == ([], 2)


def test_fault_over_http_and_over_the_answer_of_an_error():
    with open_callrail(counts={"calls": 3}) as caller:
        planned = {"kind": "empty_page", "path": "*/nothing.json"}
        requests.post(f"{caller.fake.url}/_sandbox/faults", json=planned, timeout=5)
        assert caller.get("/a/{a}/nothing.json").status_code == 404


def test_counts_by_kind_are_kept_but_for_what_accounts_need():
    fake = CallRailSandbox(counts={"calls": 12}, accounts=3)
    counts = fake.store.counts()
    assert (counts["calls"], counts["accounts"], counts["companies"], counts["users"]) == (12, 3, 3, 0)
