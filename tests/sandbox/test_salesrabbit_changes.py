"""The SalesRabbit fake over time: conditions, 304, changes, deletions, journal; errors, limits, faults."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests

from sandbox.salesrabbit import SalesRabbitSandbox
from tests.sandbox.test_salesrabbit_lists import get, ids

AT = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
AT_MS = int(AT.timestamp() * 1000)


@pytest.fixture
def fake():
    with SalesRabbitSandbox(counts={"leads": 200, "users": 20}, rate_limits=False).serve() as running:
        yield running


def since(moment, name="If-Modified-Since"):
    return {name: moment if isinstance(moment, str) else moment.isoformat()}


@pytest.mark.parametrize(
    "text",
    [AT.isoformat(), "2026-02-01T12:00:00Z", "2026-02-01T13:00:00+01:00", format_datetime(AT, usegmt=True)],
    ids=["offset", "Z", "other-offset", "http-date"],
)
def test_if_modified_since_brings_what_changed_since_then(fake, text):
    changed = fake.store.ids("leads")[3:6]
    fake.changes.touch("leads", changed, at_ms=AT_MS)
    answer = get(fake, "/leads", since(text), sortBy="dateCreated")
    assert ids(answer) == changed
    assert get(fake, "/leads", since(AT + timedelta(seconds=1))).status_code == 304


def test_exclusive_filter_leaves_the_very_second_out():
    with SalesRabbitSandbox(counts={"leads": 9}, is_inclusive=False).serve() as fake:
        fake.changes.touch("leads", fake.store.ids("leads")[:1], at_ms=AT_MS)
        assert get(fake, "/leads", since(AT)).status_code == 304
        assert len(ids(get(fake, "/leads", since(AT - timedelta(seconds=1))))) == 1


def test_nothing_changed_is_304_without_a_body_and_without_etag(fake):
    first = get(fake, "/leads")
    assert "etag" not in first.headers
    for _ in range(2):
        answer = get(fake, "/leads", since(AT))
        assert (answer.status_code, answer.content, "etag" in answer.headers) == (304, b"", False)


def test_without_the_header_nothing_is_ever_304(fake):
    fake.changes.clear("leads")
    answer = get(fake, "/leads")
    assert (answer.status_code, answer.json()["data"]) == (200, [])


def test_status_condition_looks_at_status_alone(fake):
    one, other = fake.store.ids("leads")[:2]
    fake.changes.update("leads", one, {"notes": "x"}, at_ms=AT_MS)
    status = "Sold" if fake.store.get("leads", other)["status"] != "Sold" else "Callback"
    fake.changes.update("leads", other, {"status": status}, at_ms=AT_MS)
    assert ids(get(fake, "/leads", since(AT, "If-Status-Modified-Since"))) == [other]
    assert set(ids(get(fake, "/leads", since(AT)))) == {one, other}
    histories = get(fake, "/leadStatusHistories", since(AT, "If-Status-Modified-Since")).json()["data"]
    assert list(histories) == [str(other)]


@pytest.mark.parametrize(("mode", "status"), [("ignored", 200), ("honoured", 304)])
def test_users_look_at_the_condition_only_in_one_mode(mode, status):
    with SalesRabbitSandbox(counts={"users": 5}, users_delta=mode).serve() as fake:
        assert get(fake, "/users", since(AT)).status_code == status


def test_users_are_filtered_by_role_and_inactive_ones_are_listed(fake):
    reps = get(fake, "/users", role="Rep").json()["data"]
    assert {user["role"] for user in reps} == {"Rep"}
    assert {user["active"] for user in get(fake, "/users").json()["data"]} == {True, False}


def test_more_than_a_page_of_leads_can_share_one_modified_second():
    with SalesRabbitSandbox(counts={"leads": 2_500}, rate_limits=False).serve() as fake:
        assert fake.changes.touch("leads", at_ms=AT_MS, fields={"userName": "Rep Two"}) == 2_500
        pages = [get(fake, "/leads", since(AT), sortBy="dateCreated", page=page) for page in (1, 2)]
    assert [len(ids(page)) for page in pages] == [2_000, 500]
    assert len({one for page in pages for one in ids(page)}) == 2_500


def test_lead_edited_between_two_pages_moves_in_modified_order_and_stays_in_created_order(fake):
    def walk(sort):
        first = get(fake, "/leads", sortBy=sort, perPage=100, page=1)
        fake.changes.update("leads", ids(first)[0], {"notes": f"edited for {sort}"})
        return ids(first) + ids(get(fake, "/leads", sortBy=sort, perPage=100, page=2))

    assert set(walk("dateCreated")) == set(fake.store.ids("leads"))
    assert len(set(fake.store.ids("leads")) - set(walk("dateModified"))) == 1


def test_deleted_lead_stays_and_removed_one_vanishes(fake):
    one, other = fake.store.ids("leads")[:2]
    fake.changes.delete(one, at_ms=AT_MS)
    fake.changes.remove("leads", other)
    found = {lead["id"]: lead for lead in get(fake, "/leads").json()["data"]}
    assert found[one]["deletedAt"] == found[one]["dateModified"] == "2026-02-01T12:00:00+00:00"
    assert other not in found
    fake.changes.restore(one)
    assert get(fake, f"/leads/{one}").json()["data"]["deletedAt"] is None


def test_created_lead_and_user_have_the_fields_of_all_others(fake):
    for kind in ("leads", "users"):
        new = fake.changes.create(kind, {"firstName": "New"})
        shapes = [set(record) for record in fake.store.list_all(kind)]
        assert all(shape == set(fake.store.get(kind, new)) for shape in shapes)


def test_index_delay_hides_a_change_until_then():
    with SalesRabbitSandbox(counts={"leads": 5}, index_delay_s=300, rate_limits=False).serve() as fake:
        one = fake.store.ids("leads")[0]
        fake.changes.update("leads", one, {"city": "Elsewhere"}, at_ms=AT_MS)
        assert get(fake, "/leads", since(AT)).status_code == 304
        fake.clock.advance(301)
        assert ids(get(fake, "/leads", since(AT))) == [one]


def test_changes_and_activity_outlive_a_restart(tmp_path):
    settings = {"counts": {"leads": 50, "users": 5}, "state": str(tmp_path / "state")}
    first = SalesRabbitSandbox(**settings, activity=20)
    first.changes.remove("leads", first.store.ids("leads")[-1])
    again = SalesRabbitSandbox(**settings)
    assert again.store.list_all("leads") == first.store.list_all("leads")
    assert again.store.list_all("users") == first.store.list_all("users")
    pristine = SalesRabbitSandbox(counts=settings["counts"])
    assert pristine.store.list_all("leads") != first.store.list_all("leads")


@pytest.mark.parametrize(
    ("path", "settings", "token", "status", "message"),
    [("/leads", {}, "unknown", 401, "Unauthorized"),
     ("/leads", {"forbidden": frozenset({"leads"})}, None, 403, "Forbidden"),
     ("/v1/leads", {}, None, 404, "Not Found"), ("/leads?page=x", {}, None, 422, "integer")],
    ids=["401", "403", "404", "422"],
)  # fmt: skip
def test_errors_have_one_shape(path, settings, token, status, message):
    with SalesRabbitSandbox(counts={"leads": 3}, **settings).serve() as fake:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = get(fake, path, headers)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == status
    assert message in answer.json()["error"]["message"]


def test_rate_limit_answers_429_with_the_wait():
    with SalesRabbitSandbox(counts={"leads": 3}, requests_per_minute=3, rate_headers=True).serve() as fake:
        answers = [get(fake, "/leads") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 50 < int(answers[3].headers["Retry-After"]) <= 60
    assert answers[3].json()["error"]["code"] == 429
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]


def test_each_fault_fires_once_and_says_what_it_should(fake):
    wanted = {
        "rate_limited": 429, "unauthorized": 401, "missing_scope": 403, "missing": 404, "unprocessable": 422,
        "server_error": 500, "unavailable": 503, "not_modified": 304, "html_200": 200, "error_in_200": 200,
    }  # fmt: skip
    for kind, status in wanted.items():
        fake.faults.add(kind, "/leads")
        assert (get(fake, "/leads").status_code, get(fake, "/leads").status_code) == (status, 200), kind
    fake.faults.add("unavailable", "/leads")
    assert "text/html" in get(fake, "/leads").headers["Content-Type"]


def test_page_faults_repeat_empty_and_strip_a_page(fake):
    first = ids(get(fake, "/leads", perPage=10, page=1))
    fake.faults.add("repeated_token", "/leads")
    repeated = get(fake, "/leads", perPage=10, page=2)
    assert (ids(repeated), repeated.json()["meta"]) == (first, {"morePages": True})
    fake.faults.add("empty_page", "/leads")
    assert get(fake, "/leads", perPage=10, page=2).json() == {"data": [], "meta": {"morePages": True}}
    fake.faults.add("no_meta", "/leads")
    assert get(fake, "/leads", perPage=10, page=2).json().keys() == {"data"}


def test_latency_is_waited_for():
    with SalesRabbitSandbox(counts={"leads": 3}, latency_ms=50).serve() as fake:
        started = time.monotonic()
        get(fake, "/leads")
    assert time.monotonic() - started >= 0.05


def test_control_endpoint_changes_data_of_a_fake_in_another_process(fake):
    one = fake.store.ids("leads")[0]
    command = {"op": "update", "kind": "leads", "id": one, "fields": {"city": "Elsewhere"}}
    answer = requests.post(f"{fake.url}/_sandbox/changes", json=command, timeout=5)
    assert answer.status_code == 200
    assert fake.store.get("leads", one)["city"] == "Elsewhere"
    assert fake.conditions == []
