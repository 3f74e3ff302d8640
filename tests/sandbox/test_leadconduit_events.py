"""The LeadConduit fake's log: order, pages, bounds, types of events, retention, late ones; errors, limits."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from itertools import pairwise

import pytest
import requests

from sandbox.leadconduit import LeadConduitSandbox
from sandbox.leadconduit.events import LARGE_MONEY
from sandbox.leadconduit.ids import second_of

SMALL = {"counts": {"leads": 120}, "rate_limits": False, "long_text": 600, "odd_numbers": False}
DAY_MS = 86_400_000


@pytest.fixture
def fake():
    with LeadConduitSandbox(**SMALL).serve() as running:
        yield running


def get(fake, path="/events", *, key=None, user="x", accept="application/json", **params):
    return requests.get(
        fake.url + path,
        params=params,
        auth=(user, key or fake.api_key),
        headers={"Accept": accept},
        timeout=30,
    )


def ids(response):
    assert response.status_code == 200, response.text
    return [one["id"] for one in response.json()]


def visible(fake):
    oldest_s = fake.clock.now_s() - fake.config.retention_days * 86_400
    return [one["id"] for one in fake.store.list_visible(fake.clock.now_ms(), oldest_s)]


def iso(seconds):
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def test_answer_is_a_bare_array_of_the_newest_hundred(fake):
    response = get(fake)
    assert ids(response) == visible(fake)[::-1][:100]


def test_ids_are_24_hex_digits_and_rise_with_the_second_of_writing(fake):
    found = visible(fake)
    assert all(len(one) == 24 and int(one, 16) for one in found)
    assert all(first < second for first, second in pairwise(found))
    leads = fake.store.list_type("source")
    assert {second_of(one["id"]) - one["end_timestamp"] // 1000 for one in leads} == {0}


def test_after_id_and_before_id_leave_out_the_id_itself(fake):
    found = visible(fake)
    assert ids(get(fake, sort="asc", limit=5, after_id=found[10])) == found[11:16]
    assert ids(get(fake, sort="asc", limit=1000, after_id=found[10], before_id=found[14])) == found[11:14]
    # without `sort`, the newest come first, and the ids in the middle are passed over
    assert ids(get(fake, limit=5, after_id=found[10])) == found[::-1][:5]


def test_id_made_of_a_second_is_a_position(fake):
    found = visible(fake)
    second = second_of(found[50])
    wanted = [one for one in found if second_of(one) >= second]
    assert ids(get(fake, sort="asc", limit=1000, after_id=f"{second:08x}{'0' * 16}")) == wanted[:1000]


def test_start_and_end_are_included_and_look_at_the_second_of_writing(fake):
    found = visible(fake)
    first, last = second_of(found[20]), second_of(found[60])
    wanted = [one for one in found if first <= second_of(one) <= last]
    got = get(fake, sort="asc", limit=1000, start=iso(first), end=iso(last))
    assert ids(got) == wanted
    slow = [
        one for one in fake.store.list_type("source") if one["start_timestamp"] // 1000 < second_of(one["id"])
    ]
    one = next(one for one in slow if one["id"] in found)
    assert one["id"] in ids(get(fake, sort="asc", limit=1000, start=iso(second_of(one["id"]))))


@pytest.mark.parametrize(
    "params",
    [
        {"after_id": "12"}, {"before_id": "Z" * 24}, {"limit": 1001}, {"limit": 0}, {"limit": "many"},
        {"sort": "up"},
        {"start": "yesterday"}, {"include": "id", "exclude": "vars"}, {"rules": "{"},
    ],
    ids=str,
)  # fmt: skip
def test_parameter_that_can_not_be_is_answered_with_400(fake, params):
    response = get(fake, **params)
    assert (response.status_code, list(response.json())) == (400, ["error"])


def test_include_and_exclude_choose_the_keys(fake):
    assert {tuple(one) for one in get(fake, include="id,type").json()} == {("id", "type")}
    assert all("vars" not in one and "id" in one for one in get(fake, exclude="vars,request").json())


def test_rules_filter_by_a_field(fake):
    rules = json.dumps([{"lhv": "type", "op": "is equal to", "rhv": "source"}])
    assert {one["type"] for one in get(fake, rules=rules, limit=1000).json()} == {"source"}


def test_types_are_mixed_and_whole_pages_have_no_lead(fake):
    found = get(fake, sort="asc", limit=1000).json()
    assert {one["type"] for one in found} >= {
        "source",
        "recipient",
        "filter",
        "feedback-received",
        "some-future-type",
    }
    pages = [found[at : at + 5] for at in range(0, len(found), 5)]
    assert any(all(one["type"] != "source" for one in page) for page in pages)


def test_some_leads_have_plain_values_and_some_typed_objects(fake):
    kinds = {type(one["vars"]["lead"]["email"]) for one in fake.store.list_type("source")}
    assert kinds == {dict, str}


def test_some_flows_straddle_midnight(fake):
    leads = fake.store.list_type("source")
    assert any(one["start_timestamp"] // DAY_MS < one["end_timestamp"] // DAY_MS for one in leads)


def test_events_have_keys_that_nobody_declared(fake):
    keys = set().union(*fake.store.list_type("source"))
    assert keys >= {"suppressionlist", "description", "disabled_step_count", "flow_caps", "pricing_service"}
    assert any("trustedform" in one for one in fake.store.list_type("recipient"))


def test_events_past_the_retention_are_gone(fake):
    expired = set(fake.store.events) - set(visible(fake))
    assert expired
    assert get(fake, f"/events/{min(expired)}").status_code == 404
    fake.clock.advance(10 * 86_400)
    assert len(set(fake.store.events) - set(visible(fake))) > len(expired)
    assert min(ids(get(fake, sort="asc"))) > max(expired)


def test_late_event_has_an_id_below_those_that_were_sent(fake):
    last = visible(fake)[-1]
    now_ms = fake.clock.now_ms()
    newer = fake.changes.create(at_ms=now_ms)
    late = fake.changes.create(at_ms=now_ms - 3_600_000)
    assert late < newer
    assert late in ids(get(fake, sort="asc", limit=1000, after_id=min(last, late)[:8] + "0" * 16))
    assert late not in ids(get(fake, sort="asc", limit=1000, after_id=newer))


def test_single_event_and_flows_and_destinations_are_there(fake):
    one = visible(fake)[-1]
    assert get(fake, f"/events/{one}").json()["id"] == one
    assert get(fake, "/events/12").status_code == 400
    assert get(fake, "/events/" + "0" * 24).status_code == 404
    flow = get(fake, "/flows").json()[0]
    assert get(fake, f"/flows/{flow['id']}").json() == flow
    assert get(fake, "/destinations").json()[0]["instance_id"]
    assert get(fake, "/nothing").status_code == 404


def test_without_the_accept_header_some_resources_are_web_pages(fake):
    assert get(fake, "/flows", accept="*/*").headers["content-type"].startswith("text/html")
    assert get(fake, "/nothing", accept="*/*").headers["content-type"].startswith("text/html")
    assert get(fake, accept="*/*").json()


def test_any_user_with_the_right_key_is_let_in(fake):
    assert {get(fake, user=user).status_code for user in ("API", "X", "")} == {200}
    wrong = get(fake, key="wrong")
    assert (wrong.status_code, wrong.json()) == (401, {"error": "authentication failed"})
    assert requests.get(fake.url + "/events", timeout=30).status_code == 401
    broken = {"Authorization": "Basic " + base64.b64encode(b"\xff").decode()}
    assert requests.get(fake.url + "/events", headers=broken, timeout=30).status_code == 401


@pytest.mark.parametrize(
    ("setting", "status"), [("free_keys", 401), ("reset_keys", 401), ("restricted_keys", 403)]
)
def test_keys_that_are_known_and_will_not_do(setting, status):
    with LeadConduitSandbox(
        **SMALL, **{setting: frozenset({"one"}), "more_keys": ("one", "two")}
    ).serve() as fake:
        assert get(fake, key="one").status_code == status
        assert get(fake, key="two").status_code == 200


@pytest.mark.parametrize("form", ["seconds", "date", "none"])
def test_too_many_requests_are_refused_with_and_without_a_time(form):
    with LeadConduitSandbox(counts={"leads": 3}, requests_per_minute=2, retry_after=form).serve() as fake:
        answers = [get(fake) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert ("retry-after" in answers[2].headers) is (form != "none")


def test_faults_can_be_asked_for_in_the_middle_of_a_run(fake):
    fake.faults.add("server_error", "/events", skip=1)
    fake.faults.add("bad_gateway", "/events", skip=1)
    answers = [get(fake) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 500, 502, 200]
    assert answers[2].headers["content-type"].startswith("text/html")


def test_money_and_numbers_beyond_every_machine_type_are_sent_by_the_letter():
    with LeadConduitSandbox(**{**SMALL, "odd_numbers": True}).serve() as fake:
        text = get(fake, limit=1000, sort="asc", start=iso(fake.clock.now_s() - 90 * 86_400)).text
    assert f'"revenue":{LARGE_MONEY}' in text
    assert '"big_number":98765432109876543210' in text
