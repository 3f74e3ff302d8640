"""The CallRail fake's lists: pages of both styles, order, filters, fields."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.sandbox.callrail_caller import CallRailCaller, open_callrail

CALLS = "/a/{a}/calls.json"
USUAL_CALL = {
    "id",
    "answered",
    "business_phone_number",
    "customer_city",
    "customer_country",
    "customer_name",
    "customer_phone_number",
    "customer_state",
    "direction",
    "duration",
    "recording",
    "recording_duration",
    "recording_player",
    "start_time",
    "tracking_phone_number",
    "voicemail",
}


@pytest.fixture(scope="module")
def shared() -> Iterator[CallRailCaller]:
    """An account that tests only read."""
    with open_callrail() as caller:
        yield caller


def _of_first(caller: CallRailCaller, kind: str) -> list[str]:
    return [one.id for one in caller.fake.store.of_account(kind, caller.account)]


@pytest.mark.parametrize(
    ("path", "key", "kind", "has_total_pages"),
    [
        ("companies", "companies", "companies", True),
        ("calls", "calls", "calls", True),
        ("trackers", "trackers", "trackers", False),
        ("form_submissions", "form_submissions", "form_submissions", True),
        ("text-messages", "conversations", "text_messages", True),
        ("tags", "tags", "tags", False),
        ("users", "users", "users", False),
    ],
)
def test_offset_pages_hold_every_record_once(shared, path, key, kind, has_total_pages):
    url = f"/a/{{a}}/{path}.json"
    first = shared.page(url, per_page=3, **shared.days())
    ids = shared.list_ids(url, key, per_page=3, **shared.days())
    assert sorted(ids) == sorted(_of_first(shared, kind))
    assert first.keys() >= {"page", "per_page", "total_records", key}
    assert (first["page"], first["per_page"], first["total_records"]) == (1, 3, len(ids))
    assert first.get("total_pages") == (-(-len(ids) // 3) if has_total_pages else None)


def test_accounts_are_listed_with_their_number_on_request_only(shared):
    page = shared.page("/a.json")
    assert {one["id"] for one in page["accounts"]} == set(shared.fake.store.ids("accounts"))
    assert "numeric_id" not in page["accounts"][0]
    assert shared.page("/a.json", fields="numeric_id")["accounts"][0]["numeric_id"] > 10**8
    assert shared.page("/a/{a}.json")["id"] == shared.account


def test_per_page_is_100_unless_said_otherwise_and_never_above_250(shared):
    sizes = [len(shared.page(CALLS, per_page=n, **shared.days())["calls"]) for n in (None, 40, 250, 1000)]
    assert sizes == [100, 40, 250, 250]


def test_relative_pages_lead_through_all_calls(shared):
    asked = {"relative_pagination": "true", "per_page": 100, "sort": "start_time", "order": "asc"}
    page = shared.page(CALLS, **asked, **shared.days())
    assert page.keys() == {"per_page", "has_next_page", "next_page", "calls"}
    ids = [one["id"] for one in page["calls"]]
    while page["has_next_page"]:
        page = shared.session.get(page["next_page"], timeout=10).json()
        ids += [one["id"] for one in page["calls"]]
    assert page["next_page"] is None
    assert ids == [
        one.id
        for one in sorted(shared.fake.store.of_account("calls", shared.account), key=lambda one: one.at_ms)
    ]


def test_relative_offset_counts_pages_from_zero(shared):
    asked = {"per_page": 20, "sort": "start_time", "order": "asc", **shared.days()}
    third = shared.page(CALLS, relative_pagination="true", offset=2, **asked)["calls"]
    assert third == shared.page(CALLS, page=3, **asked)["calls"]
    assert shared.page(CALLS, relative_pagination="true", offset=999, **asked)["calls"] == []


def test_relative_pages_exist_for_calls_only(shared):
    page = shared.page("/a/{a}/users.json", relative_pagination="true")
    assert page.keys() == {"page", "per_page", "total_records", "users"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"last_next_page": "null"}, {"has_next_page": False, "next_page": None}),
        ({"last_next_page": "absent"}, {"has_next_page": False}),
        ({"last_next_page": None}, {}),
        ({"relative_counts": True}, {"has_next_page": False, "next_page": None, "page": 1}),
    ],
    ids=["null", "address absent", "both absent", "with counts"],
)
def test_last_relative_page_in_each_guessed_shape(settings, expected):
    with open_callrail(counts={"calls": 5}, **settings) as caller:
        page = caller.page(CALLS, relative_pagination="true", **caller.days())
    assert {key: page[key] for key in expected} == expected
    assert {"has_next_page", "next_page"} & page.keys() == {"has_next_page", "next_page"} & expected.keys()


@pytest.mark.parametrize(
    ("keeps", "names"),
    [
        (
            "all",
            {"relative_pagination", "per_page", "offset", "fields", "start_date", "end_date", "time_zone"},
        ),
        ("paging", {"relative_pagination", "per_page", "offset"}),
        ("offset", {"offset"}),
    ],
)
def test_next_page_repeats_what_it_is_told_to(keeps, names):
    with open_callrail(next_page_keeps=keeps) as caller:
        page = caller.page(CALLS, relative_pagination="true", per_page=9, fields="note", **caller.days())
    assert set(re.findall(r"[?&](\w+)=", page["next_page"])) == names
    assert page["next_page"].startswith(f"{caller.fake.url}/v3/a/{caller.account}/calls.json?")


def test_link_header_leads_through_a_list_and_ends_with_it(shared):
    response = shared.get("/a/{a}/users.json", per_page=2)
    ids = [one["id"] for one in response.json()["users"]]
    while "next" in response.links:
        response = shared.session.get(response.links["next"]["url"], timeout=10)
        ids += [one["id"] for one in response.json()["users"]]
    assert sorted(ids) == sorted(_of_first(shared, "users"))


def test_unknown_parameters_change_nothing(shared):
    plain = shared.page(CALLS)
    assert shared.page(CALLS, start_time="2020-01-01T00:00:00Z", answered="true", sorting="x") == plain
    users = shared.page("/a/{a}/users.json")
    assert shared.page("/a/{a}/users.json", start_date="2026-01-01", created_at="2026-01-01") == users


def test_default_order_is_newest_first_and_sort_asks_for_another(shared):
    window = shared.days()
    store = shared.fake.store

    def times(**params: str) -> list[int]:
        return [store.get("calls", one).at_ms for one in shared.list_ids(CALLS, "calls", **params, **window)]

    assert times() == sorted(times(), reverse=True)
    assert times(sort="start_time", order="asc") == sorted(times())
    assert times(order="asc") == times()
    assert shared.get(CALLS, sort="updated_at").status_code == 400


def test_optional_fields_come_only_when_named(shared):
    window = shared.days()
    plain = shared.page(CALLS, per_page=5, **window)["calls"][0]
    asked = shared.page(CALLS, per_page=5, fields="company_id,tags,no_such_field", **window)["calls"][0]
    assert plain.keys() == USUAL_CALL
    assert asked.keys() == USUAL_CALL | {"company_id", "tags"}


@pytest.mark.parametrize(
    ("params", "is_right"),
    [
        ({"direction": "outbound"}, lambda call: call["direction"] == "outbound"),
        ({"answer_status": "voicemail"}, lambda call: call["answered"] and call["voicemail"]),
        ({"answer_status": "missed"}, lambda call: call["voicemail"] or not call["answered"]),
        ({"lead_status": "good_lead"}, lambda call: call["lead_status"] == "good_lead"),
        ({"tags[]": ["estimate", "warranty"]}, lambda call: {"estimate", "warranty"} <= set(call["tags"])),
        ({"search": "zoë"}, lambda call: "Zoë" in call["customer_name"]),
    ],
    ids=["direction", "voicemail", "missed includes voicemail", "lead status", "tags", "search"],
)
def test_filters_of_calls_keep_what_fits(shared, params, is_right):
    found = shared.list_ids(CALLS, "calls", per_page=250, **params, **shared.days())
    records = shared.fake.store.of_account("calls", shared.account)
    assert sorted(found) == sorted(one.id for one in records if is_right(one.fields))


def test_company_filter_and_the_pair_that_tags_refuse(shared):
    company = _of_first(shared, "companies")[0]
    trackers = shared.list_ids("/a/{a}/trackers.json", "trackers", company_id=company)
    assert 0 < len(trackers) < len(_of_first(shared, "trackers"))
    assert shared.get("/a/{a}/tags.json", tag_level="account", company_id=company).status_code == 400


def test_three_ways_to_write_a_moment(shared):
    company = shared.page("/a/{a}/companies.json")["companies"][0]["created_at"]
    call = shared.page(CALLS, per_page=1, **shared.days())["calls"][0]["start_time"]
    account = shared.page("/a.json")["accounts"][0]["created_at"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", company)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d", call)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}", account)


@pytest.mark.parametrize("name", ["per_page", "page"])
def test_numbers_that_are_none_are_refused(shared, name):
    assert shared.get(CALLS, **{name: "0"}).status_code == 400
    assert shared.get(CALLS, **{name: "many"}).status_code == 400
