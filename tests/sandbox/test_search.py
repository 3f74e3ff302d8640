"""The search endpoint: operators, sort, offset paging, the 10,000 cap, index delay, contacts' trap."""

from __future__ import annotations

import pytest


def _f(name, operator, value=None, **more):
    return {"propertyName": name, "operator": operator, **({} if value is None else {"value": value}), **more}


def test_search_page_has_the_vendors_envelope(shared):
    answer = shared.search("companies", limit=2, properties=["phone"])
    assert answer.keys() == {"total", "results", "paging"}
    assert answer["total"] == 2940
    assert answer["paging"] == {"next": {"after": "2"}}
    assert answer["results"][0].keys() == {"id", "properties", "createdAt", "updatedAt", "archived"}
    assert "phone" in answer["results"][0]["properties"]


def test_search_without_matches_answers_total_zero(shared):
    assert shared.search("deals", _f("hs_object_id", "LT", "1")) == {"total": 0, "results": []}


def test_search_offset_paging_reaches_every_match_and_ends_without_paging(caller):
    sort = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
    first = caller.search("contacts", limit=200, sorts=sort)
    last = caller.search("contacts", limit=200, after="200", sorts=sort)
    assert [r["id"] for r in first["results"] + last["results"]] == caller.fake.store.ids("contacts")
    assert "paging" not in last


def test_search_delta_by_keyset_equals_the_records_of_the_window(shared):
    contacts = shared.fake.store.types["contacts"]
    times = sorted(record.modified_ms for record in contacts.live())
    low, high = times[3000], times[4000]
    expected = [str(record.id) for record in contacts.live() if low <= record.modified_ms < high]
    window = (_f("lastmodifieddate", "GTE", str(low)), _f("lastmodifieddate", "LT", str(high)))
    found, last_id = [], "0"
    while True:
        answer = shared.search(
            "contacts", *window, _f("hs_object_id", "GT", last_id), sorts=["hs_object_id"], limit=200
        )
        if not answer["results"]:
            break
        found += [record["id"] for record in answer["results"]]
        last_id = found[-1]
    assert found == expected


def test_search_contacts_by_the_wrong_modified_property_finds_nothing_without_error(shared):
    assert shared.search("contacts", _f("hs_lastmodifieddate", "GTE", "0"))["total"] == 0
    assert shared.search("contacts", _f("lastmodifieddate", "GTE", "0"))["total"] == 7840


@pytest.mark.parametrize(
    ("search_filter", "is_match"),
    [
        (_f("city", "EQ", "Salem"), lambda p: p["city"] == "Salem"),
        (_f("city", "NEQ", "Salem"), lambda p: p["city"] != "Salem"),
        (_f("city", "IN", values=["Salem", "Dover"]), lambda p: p["city"] in ("Salem", "Dover")),
        (_f("city", "NOT_IN", values=["Salem"]), lambda p: p["city"] and p["city"] != "Salem"),
        (_f("city", "HAS_PROPERTY"), lambda p: p["city"]),
        (_f("city", "NOT_HAS_PROPERTY"), lambda p: not p["city"]),
        (_f("num_conversion_events", "GT", "4"), lambda p: p["num_conversion_events"] in ("5", "6")),
        (
            _f("num_conversion_events", "BETWEEN", "2", highValue="3"),
            lambda p: p["num_conversion_events"] in ("2", "3"),
        ),
        (
            _f("email", "CONTAINS_TOKEN", "*@example.com"),
            lambda p: (p["email"] or "").endswith("@example.com"),
        ),
        (_f("firstname", "CONTAINS_TOKEN", "ada"), lambda p: p["firstname"] == "Ada"),
        (_f("createdate", "LTE", "1735689600000"), lambda p: p["createdate"] <= "2025-01-01T00:00:00.000Z"),
    ],
    ids=lambda value: value["propertyName"] + "_" + value["operator"] if isinstance(value, dict) else "",
)
def test_search_operator_finds_exactly_the_matching_records(start_fake, search_filter, is_match):
    caller = start_fake(quirks=False, counts={"contacts": 150})
    found = [record["id"] for record in caller.search("contacts", search_filter, limit=200)["results"]]
    expected = [str(r.id) for r in caller.fake.store.types["contacts"].live() if is_match(r.properties)]
    assert sorted(found) == sorted(expected)
    assert 0 < len(found) < 147


def test_search_compares_ids_as_numbers(caller):
    ids = caller.fake.store.ids("contacts")
    short, long = ids[2], ids[-2]
    assert len(short) < len(long)
    between = caller.search("contacts", _f("hs_object_id", "GT", short), _f("hs_object_id", "LTE", long))
    assert between["total"] == len(ids) - 4


def test_search_groups_are_ored_and_legacy_filters_are_one_group(caller):
    ids = caller.fake.store.ids("contacts")
    groups = [
        {"filters": [_f("hs_object_id", "EQ", ids[0])]},
        {"filters": [_f("hs_object_id", "EQ", ids[5])]},
    ]
    path = "/crm/v3/objects/contacts/search"
    assert caller.post(path, {"filterGroups": groups}).json()["total"] == 2
    assert caller.post(path, {"filters": [_f("hs_object_id", "EQ", ids[0])]}).json()["total"] == 1


def test_search_sorts_descending_by_either_form(caller):
    for sorts in (["-createdate"], [{"propertyName": "createdate", "direction": "DESCENDING"}]):
        times = [
            record["createdAt"] for record in caller.search("contacts", sorts=sorts, limit=50)["results"]
        ]
        assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"limit": 200, "after": "9801"},
        {"after": "abc"},
        {"sorts": ["createdate", "email"]},
        {"filterGroups": [{"filters": [_f("no_such", "EQ", "1")]}]},
        {"filterGroups": [{"filters": [_f("email", "LIKE", "1")]}]},
        {"filterGroups": [{"filters": [_f("email", "EQ")]}]},
        {"filterGroups": [{"filters": [_f("lastmodifieddate", "GTE", "2026-01-01")]}]},
        {"filterGroups": [{"filters": [_f("email", "EQ", "a")]}] * 6},
        {"filterGroups": [{"filters": [_f("email", "EQ", "a")] * 7}]},
        {"filterGroups": [{"filters": [_f("email", "EQ", "a" * 3000)]}]},
    ],
    ids=[
        "limit",
        "cap",
        "cursor",
        "sorts",
        "property",
        "operator",
        "value",
        "iso_date",
        "groups",
        "filters",
        "length",
    ],
)
def test_search_body_against_the_rules_is_refused(caller, body):
    response = caller.post("/crm/v3/objects/contacts/search", body)
    assert (response.status_code, response.json()["category"]) == (400, "VALIDATION_ERROR")


def test_search_last_page_inside_the_cap_is_answered(shared):
    assert shared.search("contacts", limit=200, after="9800")["results"] == []


def test_search_never_shows_archived_records(caller):
    gone = caller.fake.store.ids("contacts")[0]
    caller.fake.changes.archive("contacts", gone)
    assert caller.search("contacts", _f("hs_object_id", "EQ", gone))["total"] == 0


def test_search_knows_new_and_changed_records_only_after_the_index_delay(start_fake):
    caller = start_fake(index_delay_s=60)
    old_id = caller.fake.store.ids("contacts")[0]
    since = _f("lastmodifieddate", "GTE", str(caller.fake.clock.now_ms()))
    new_id = caller.fake.changes.create("contacts", {"email": "new@example.com"})
    caller.fake.changes.update("contacts", old_id, {"city": "Newtown"})
    assert caller.search("contacts", since)["total"] == 0
    assert new_id in caller.list_ids("contacts")
    stale = caller.search("contacts", _f("hs_object_id", "EQ", old_id), properties=["city"])["results"][0]
    assert stale["properties"]["city"] == "Newtown"
    caller.fake.clock.advance(61)
    assert {r["id"] for r in caller.search("contacts", since)["results"]} == {old_id, new_id}


def test_search_25000_equal_timestamps_are_all_reachable_by_id(start_fake):
    caller = start_fake(counts={"contacts": 26_000}, archived_share=0.0)
    moment = caller.fake.clock.now_ms()
    assert caller.fake.changes.touch("contacts", count=25_000, at_ms=moment) == 25_000
    at_moment = _f("lastmodifieddate", "EQ", str(moment))
    assert caller.search("contacts", at_moment, limit=1)["total"] == 25_000
    middle = caller.fake.store.ids("contacts")[12_499]
    rest = caller.search(
        "contacts", at_moment, _f("hs_object_id", "GT", middle), sorts=["hs_object_id"], limit=1
    )
    assert rest["total"] == 12_500
