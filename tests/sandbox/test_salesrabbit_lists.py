"""The SalesRabbit fake's lists: pages, sizes, order, shapes of values, and what the lists leave out."""

from __future__ import annotations

from datetime import datetime

import pytest
import requests

from sandbox.salesrabbit import SalesRabbitSandbox


@pytest.fixture(scope="module")
def big():
    """More leads than fit a page; tests only read it."""
    with SalesRabbitSandbox(counts={"leads": 4_100, "users": 30}, rate_limits=False).serve() as fake:
        yield fake


def get(fake, path, headers=None, **params):
    session = requests.Session()
    session.trust_env = False
    bearer = {"Authorization": f"Bearer {fake.access_token}", **(headers or {})}
    return session.get(fake.url + path, params=params, headers=bearer, timeout=10)


def ids(answer):
    return [record["id"] for record in answer.json()["data"]]


@pytest.mark.parametrize(
    ("params", "size"),
    [({}, 2000), ({"perPage": 2000}, 2000), ({"perPage": 5000}, 2000), ({"perPage": 10}, 10),
     ({"limit": 10}, 2000), ({"pageSize": 10}, 2000), ({"perPage": 0}, 2000)],
    ids=["none", "cap", "above-cap", "perPage", "limit-ignored", "pageSize-ignored", "zero"],
)  # fmt: skip
def test_page_size_is_per_page_alone_up_to_2000(big, params, size):
    answer = get(big, "/leads", **params)
    assert len(answer.json()["data"]) == size
    assert answer.json()["meta"] == {"morePages": True}


def test_pages_hold_every_lead_once_and_end_with_more_pages_false(big):
    pages = [get(big, "/leads", sortBy="dateCreated", order="asc", page=page) for page in (1, 2, 3, 4)]
    assert [len(page.json()["data"]) for page in pages] == [2000, 2000, 100, 0]
    assert [page.json()["meta"]["morePages"] for page in pages] == [True, True, False, False]
    found = [one for page in pages for one in ids(page)]
    assert sorted(found) == big.store.ids("leads")


@pytest.mark.parametrize("path", ["/users", "/leads"])
def test_page_zero_is_page_one(big, path):
    assert ids(get(big, path, page=0, perPage=7)) == ids(get(big, path, page=1, perPage=7))


@pytest.mark.parametrize(
    ("sort", "field", "backwards"),
    [({"sortBy": "dateCreated", "order": "asc"}, "dateCreated", False),
     ({"sortBy": "dateModified", "order": "desc"}, "dateModified", True),
     ({"sortBy": "dateModified"}, "dateModified", False), ({}, "dateModified", True)],
    ids=["created", "modified-desc", "order-left-out", "default"],
)  # fmt: skip
def test_leads_come_in_the_order_that_was_asked_for(big, sort, field, backwards):
    found = [lead[field] for lead in get(big, "/leads", **sort).json()["data"]]
    assert found == sorted(found, reverse=backwards)


def test_unknown_sort_is_ignored_where_the_account_knows_one_only(big):
    with SalesRabbitSandbox(counts={"leads": 50}, known_sorts=frozenset({"dateCreated"})).serve() as fake:
        assert ids(get(fake, "/leads", sortBy="dateModified", order="asc")) == ids(get(fake, "/leads"))
        assert ids(get(fake, "/leads", sortBy="dateCreated")) == fake.store.ids("leads")


def test_users_ignore_page_and_more_pages_never_ends_in_the_quirk_mode():
    settings = {"counts": {"users": 40}, "ignores_page": frozenset({"users"}), "always_more": {"users"}}
    with SalesRabbitSandbox(**settings).serve() as fake:
        first, second = (get(fake, "/users", page=page, perPage=10) for page in (1, 2))
    assert ids(first) == ids(second) == fake.store.ids("users")
    assert second.json()["meta"] == {"morePages": True}


@pytest.mark.parametrize(
    ("meta", "wanted"),
    [("full", {"morePages": False}), ("total", {"morePages": False, "total": 9}), ("missing", None)],
)
def test_meta_is_whole_has_a_total_or_is_missing(meta, wanted):
    with SalesRabbitSandbox(counts={"leads": 9}, meta=meta).serve() as fake:
        assert get(fake, "/leads").json().get("meta") == wanted


def test_values_have_the_shapes_that_vary_when_empty(big):
    leads = big.store.list_all("leads")
    shapes = {type(lead["customFields"]).__name__ for lead in leads}
    assert shapes == {"dict", "str", "list"}
    assert {lead["customFields"] for lead in leads if isinstance(lead["customFields"], str)} == {"{}"}
    assert {type(lead["integrationData"]).__name__ for lead in leads} == {"dict", "list"}
    assert sum(lead["email"] == "" for lead in leads) > len(leads) / 3
    assert any(lead["latitude"] and len(str(lead["latitude"]).partition(".")[2]) == 12 for lead in leads)
    answered = get(big, "/leads", sortBy="id").json()["data"]
    assert answered == leads[:2000]


def test_times_have_whole_seconds_and_an_offset_and_modified_follows_status(big):
    for lead in big.store.list_all("leads")[:200]:
        for name in ("dateCreated", "dateModified", "statusModified", "ownerModified"):
            assert datetime.fromisoformat(lead[name]).strftime("%Y-%m-%dT%H:%M:%S+00:00") == lead[name]
        assert lead["dateModified"] > lead["statusModified"] >= lead["dateCreated"]


def test_nested_shape_moves_address_and_coordinates():
    with SalesRabbitSandbox(counts={"leads": 3}, shape="nested", quirks=False).serve() as fake:
        lead = get(fake, "/leads").json()["data"][0]
    assert "street1" not in lead
    assert {"street1", "zip"} <= lead["address"].keys()
    assert lead["coordinates"].keys() == {"latitude", "longitude"}


def test_histories_are_an_object_keyed_by_lead_and_users_are_texts_there(big):
    pages = [get(big, "/leadStatusHistories", perPage=2000, page=page).json()["data"] for page in (1, 2)]
    data = pages[0] | pages[1]
    assert {int(lead_id) for lead_id in data} == set(big.store.histories)
    events = [event for found in data.values() for event in found]
    assert all(event["changedByUserId"].startswith("9117000") for event in events)
    flat = get(big, "/leadStatusActivities").json()["data"]
    assert {len(event["statusUpdated"]) for event in flat} == {19, 25}


def test_requests_of_a_public_connector_get_everything_its_schema_names(big):
    """A loader to BigQuery: perPage=2000, pages while `meta.morePages`, If-Modified-Since as ISO with +00:00.

    Its own code was run against this fake, too: 5,000 of 5,000 leads, 4,981 events, no column missing.
    Source: GitHub eaglytics-hm/prq_exteriors_salesrabbit, models.py and configs/Leads.json, read 2026-11-23.
    """
    rows, page, more = [], 1, True
    headers = {"If-Modified-Since": "2000-01-01T00:00:00+00:00", "Content-Type": "application/json"}
    while more:
        answer = get(big, "/leads", headers, perPage=2000, page=page).json()
        rows += answer["data"]
        page, more = page + 1, answer["meta"]["morePages"]
    assert sorted(row["id"] for row in rows) == big.store.ids("leads")
    assert all(row.keys() >= _LOADED for row in rows)


_LOADED = {
    "id", "userName", "userId", "firstName", "lastName", "phonePrimary", "phoneAlternate", "email", "street1",
    "street2", "city", "state", "zip", "country", "latitude", "longitude", "status", "notes", "customFields",
    "businessName", "appointment", "integrationData", "statusModified", "ownerModified", "dateCreated",
    "dateModified",
}  # fmt: skip


def test_one_lead_has_a_page_of_its_own_and_an_unknown_one_none(big):
    lead = big.store.list_all("leads")[7]
    assert get(big, f"/leads/{lead['id']}").json() == {"data": lead}
    assert get(big, "/leads/1").status_code == 404


def test_same_seed_gives_the_same_data_and_another_seed_does_not():
    one, same, other = (SalesRabbitSandbox(records=300, seed=seed).store for seed in (1, 1, 2))
    assert one.list_all("leads") == same.list_all("leads") != other.list_all("leads")
