"""Batch reads of records and of associations: envelopes, 207, limits, paging of one record's links."""

from __future__ import annotations

import pytest

LINKS = "/crm/v4/associations/contacts/companies/batch/read"


def test_batch_read_of_known_ids_answers_200_complete(caller):
    ids = caller.fake.store.ids("deals")[:3]
    body = {"inputs": [{"id": one} for one in ids], "properties": ["amount"]}
    response = caller.post("/crm/v3/objects/deals/batch/read", body)
    answer = response.json()
    assert response.status_code == 200
    assert answer.keys() == {"status", "results", "startedAt", "completedAt"}
    assert ([record["id"] for record in answer["results"]], answer["status"]) == (ids, "COMPLETE")


def test_batch_read_with_a_missing_id_answers_207_with_errors(caller):
    known = caller.fake.store.ids("deals")[0]
    response = caller.post("/crm/v3/objects/deals/batch/read", {"inputs": [{"id": known}, {"id": "1"}]})
    answer = response.json()
    assert (response.status_code, answer["numErrors"]) == (207, 1)
    assert [record["id"] for record in answer["results"]] == [known]
    assert answer["errors"][0]["context"] == {"ids": ["1"]}


def test_batch_read_archived_switch_finds_only_archived_records(caller):
    archived = caller.fake.store.ids("contacts", archived=True)[0]
    body = {"inputs": [{"id": archived}]}
    assert caller.post("/crm/v3/objects/contacts/batch/read", body).json()["results"] == []
    found = caller.post("/crm/v3/objects/contacts/batch/read?archived=true", body).json()["results"]
    assert [record["id"] for record in found] == [archived]


def test_batch_read_by_email_finds_the_contact(caller):
    record = next(r for r in caller.fake.store.types["contacts"].live() if r.properties["email"])
    body = {"inputs": [{"id": record.properties["email"]}], "idProperty": "email"}
    found = caller.post("/crm/v3/objects/contacts/batch/read", body).json()["results"]
    assert [one["id"] for one in found] == [str(record.id)]


@pytest.mark.parametrize(
    ("count", "more", "status"),
    [
        (100, {}, 207),
        (101, {}, 400),
        (51, {"propertiesWithHistory": ["email"]}, 400),
        (1, {"idProperty": "city"}, 400),
    ],
    ids=["100", "101", "51_with_history", "id_property_not_unique"],
)
def test_batch_read_outside_its_limits_is_refused(caller, count, more, status):
    body = {"inputs": [{"id": str(number)} for number in range(count)], **more}
    assert caller.post("/crm/v3/objects/contacts/batch/read", body).status_code == status


def test_links_of_records_with_links_answer_200_with_types(shared):
    links, store = shared.fake.store.links, shared.fake.store
    linked = [one for one in store.ids("contacts")[3:60] if links.of(("contacts", "companies"), int(one))][:5]
    response = shared.post(LINKS, {"inputs": [{"id": one} for one in linked]})
    answer = response.json()
    assert response.status_code == 200
    assert answer.keys() == {"status", "results", "startedAt", "completedAt"}
    assert [result["from"]["id"] for result in answer["results"]] == linked
    target = answer["results"][0]["to"][0]
    assert isinstance(target["toObjectId"], int)
    assert {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"} in target["associationTypes"]
    assert {"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None} in target["associationTypes"]


def test_links_of_a_record_without_links_are_an_error_entry_of_a_207(caller):
    lonely = caller.fake.changes.create("contacts", {"email": "lonely@example.com"})
    response = caller.post(LINKS, {"inputs": [{"id": lonely}]})
    answer = response.json()
    assert (response.status_code, answer["results"], answer["numErrors"]) == (207, [], 1)
    assert answer["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert answer["errors"][0]["context"]["fromObjectId"] == [lonely]


def test_links_of_many_are_paged_per_record(shared):
    parent = shared.fake.store.ids("contacts")[0]
    targets, given = [], {"id": parent}
    while given is not None:
        result = shared.post(LINKS, {"inputs": [given]}).json()["results"][0]
        assert len(result["to"]) <= 100
        targets += [to["toObjectId"] for to in result["to"]]
        paging = result.get("paging")
        given = None if paging is None else {"id": parent, "after": paging["next"]["after"]}
    assert (
        len(targets)
        == len(set(targets))
        == len(shared.fake.store.links.of(("contacts", "companies"), int(parent)))
    )
    assert len(targets) >= 250


def test_links_of_one_record_by_get_answer_the_same_targets(shared):
    parent = shared.fake.store.ids("contacts")[0]
    path = f"/crm/v4/objects/contacts/{parent}/associations/companies"
    first = shared.get(path, limit=200).json()
    rest = shared.get(path, limit=200, after=first["paging"]["next"]["after"]).json()
    targets = {row["toObjectId"] for row in first["results"] + rest["results"]}
    assert targets == set(shared.fake.store.links.of(("contacts", "companies"), int(parent)))
    assert shared.get(f"/crm/objects/2026-09/contacts/{parent}/associations/companies").status_code == 404


def test_links_of_more_than_1000_inputs_are_refused(caller):
    inputs = [{"id": str(number)} for number in range(1001)]
    assert caller.post(LINKS, {"inputs": inputs}).status_code == 400
    assert caller.post(LINKS, {"inputs": inputs[:1000]}).status_code == 207


@pytest.mark.parametrize(
    ("from_type", "to_type", "type_id"),
    [
        ("contacts", "companies", 279),
        ("deals", "contacts", 3),
        ("deals", "companies", 341),
        ("deals", "line_items", 19),
        ("tickets", "contacts", 16),
        ("tickets", "companies", 339),
        ("tickets", "deals", 28),
        ("calls", "contacts", 194),
        ("calls", "companies", 182),
        ("calls", "deals", 206),
        ("calls", "tickets", 220),
    ],
)
def test_links_of_each_default_pair_exist_under_the_vendors_type_id(shared, from_type, to_type, type_id):
    ids = shared.fake.store.ids(from_type)[:300]
    path = f"/crm/associations/2026-03/{from_type}/{to_type}/batch/read"
    answer = shared.post(path, {"inputs": [{"id": one} for one in ids]}).json()
    type_ids = {
        t["typeId"] for result in answer["results"] for to in result["to"] for t in to["associationTypes"]
    }
    assert type_id in type_ids
