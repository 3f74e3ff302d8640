"""Faults on demand: which requests they hit and what the client gets."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

import pytest
import requests

LIST = "/crm/v3/objects/contacts"


@pytest.mark.parametrize(
    ("kind", "options", "status", "content"),
    [
        ("bad_gateway", {}, 502, "<html>"),
        ("unavailable", {}, 503, "<html>"),
        ("status", {"code": 524}, 524, "<html>"),
        ("status", {"code": 530}, 530, "<html>"),
        ("uri_too_long", {}, 414, "<html>"),
        ("html_200", {}, 200, "<html>"),
        ("server_error", {}, 500, '"INTERNAL_ERROR"'),
        ("rate_limited", {"limit": "search"}, 429, '"RATE_LIMITS"'),
        ("rate_limited", {}, 429, '"TEN_SECONDLY_ROLLING"'),
        ("daily_limit", {}, 429, '"DAILY"'),
        ("unauthorized", {}, 401, '"INVALID_AUTHENTICATION"'),
        ("unauthorized", {"category": "EXPIRED_AUTHENTICATION"}, 401, "expired 75 second(s) ago"),
        ("garbage_token", {}, 401, "1970-01-01T00:00:00Z"),
        ("missing_scope", {"scope": "tickets"}, 403, '["tickets"]'),
        ("locked", {}, 423, "locked"),
        ("migrating", {}, 477, "migrated"),
        ("error_in_200", {}, 200, '"status":"error"'),
    ],
)
def test_fault_answers_once_in_the_vendors_words_then_all_is_well(caller, kind, options, status, content):
    caller.fake.faults.add(kind, LIST, **options)
    response = caller.get(LIST)
    assert (response.status_code, content in response.text) == (status, True)
    assert response.headers["content-type"].startswith(
        "text/html" if content == "<html>" else "application/json"
    )
    assert caller.get(LIST).json()["results"]


@pytest.mark.parametrize(
    ("options", "read"),
    [
        ({"retry_after_s": 7}, float),
        (
            {"retry_after_s": 7, "retry_after_form": "date"},
            lambda v: parsedate_to_datetime(v).timestamp() - time.time(),
        ),
    ],
    ids=["seconds", "date"],
)
def test_fault_retry_after_is_written_in_either_form(caller, options, read):
    for kind in ("unavailable", "rate_limited"):
        caller.fake.faults.add(kind, **options)
        assert read(caller.get(LIST).headers["Retry-After"]) == pytest.approx(7, abs=2)


def test_fault_without_retry_after_sends_no_such_header(caller):
    caller.fake.faults.add("unavailable")
    assert "Retry-After" not in caller.get(LIST).headers


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"times": 2}, [503, 503, 200, 200, 200, 200]),
        ({"skip": 1}, [200, 503, 200, 200, 200, 200]),
        ({"every": 3, "times": None}, [200, 200, 503, 200, 200, 503]),
        ({"method": "POST"}, [200] * 6),
        ({"path": "/crm/v3/owners"}, [200] * 6),
    ],
    ids=["next_two", "second", "every_third", "other_method", "other_path"],
)
def test_fault_hits_exactly_the_planned_requests(caller, settings, expected):
    caller.fake.faults.add("unavailable", **{"path": "/crm/v3/objects/*", **settings})
    assert [caller.get(LIST).status_code for _ in range(6)] == expected


def test_fault_of_unknown_kind_is_refused(caller):
    with pytest.raises(ValueError, match="unknown fault kind 'nonsense'"):
        caller.fake.faults.add("nonsense")


def test_truncated_json_arrives_whole_by_length_but_does_not_parse(caller):
    caller.fake.faults.add("truncated_json")
    with pytest.raises(requests.exceptions.JSONDecodeError):
        caller.get(LIST).json()


@pytest.mark.parametrize("kind", ["connection_reset", "cut_body"])
def test_broken_connection_raises_in_the_client(caller, kind):
    caller.fake.faults.add(kind)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        caller.get(LIST)
    assert caller.get(LIST).status_code == 200


def test_slow_drip_delivers_the_whole_body_late(caller):
    caller.fake.faults.add("slow_drip", drip_s=0.3)
    started = time.monotonic()
    assert caller.get(LIST).json()["results"]
    assert time.monotonic() - started > 0.25


def test_slow_answer_starts_late(caller):
    caller.fake.faults.add("slow", delay_s=0.2)
    started = time.monotonic()
    caller.get(LIST)
    assert time.monotonic() - started >= 0.2


def test_repeated_token_leads_back_to_the_same_page(caller):
    after = caller.get(LIST, limit=5).json()["paging"]["next"]["after"]
    caller.fake.faults.add("repeated_token")
    assert caller.get(LIST, limit=5, after=after).json()["paging"]["next"]["after"] == after
    caller.fake.faults.add("repeated_token")
    body = {"limit": 5, "after": "5"}
    assert caller.post(f"{LIST}/search", body).json()["paging"]["next"]["after"] == "5"


def test_empty_page_has_a_next_token(caller):
    for path in (LIST, "/crm/v3/owners", "/crm/v3/objects/emails"):
        caller.fake.faults.add("empty_page")
        page = caller.get(path).json()
        assert page["results"] == []
        assert page["paging"]["next"]["after"]


def test_partial_answers_207_and_names_the_lost_record(caller):
    ids = caller.fake.store.ids("contacts")[:3]
    caller.fake.faults.add("partial")
    response = caller.post(f"{LIST}/batch/read", {"inputs": [{"id": one} for one in ids]})
    assert response.status_code == 207
    assert response.json()["errors"][0]["context"]["ids"] == [ids[-1]]


def test_bug_of_the_fake_is_no_vendor_answer(caller, monkeypatch, capsys):
    monkeypatch.setattr(caller.fake.rates, "take", None)
    response = caller.get(LIST)
    assert response.status_code == 599
    assert "Traceback" in response.text
    assert "Traceback" in capsys.readouterr().err


def test_faults_by_http_are_planned_listed_and_cleared(caller):
    planned = caller.post("/_sandbox/faults", {"kind": "bad_gateway", "path": "/crm/*", "times": 2})
    assert planned.json() == {"kind": "bad_gateway", "path": "/crm/*", "times": 2}
    assert caller.get(LIST).status_code == 502
    assert caller.get("/_sandbox/faults").json()["planned"][0]["fired"] == 1
    caller.session.delete(f"{caller.fake.url}/_sandbox/faults", timeout=5)
    assert caller.get(LIST).status_code == 200
    assert caller.post("/_sandbox/faults", {"kind": "nonsense"}).status_code == 400
