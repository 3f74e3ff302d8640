"""Changes of the data while the fake runs, as the API then shows them."""

from __future__ import annotations

import pytest

BATCH = "/crm/v3/objects/contacts/batch/read"
LINKS = "/crm/v4/associations/contacts/companies/batch/read"


def _record(caller, type_name, record_id, **params):
    return caller.get(f"/crm/v3/objects/{type_name}/{record_id}", **params).json()


def _targets(caller, contact_id):
    answer = caller.post(LINKS, {"inputs": [{"id": contact_id}]}).json()
    return {to["toObjectId"]: to["associationTypes"] for result in answer["results"] for to in result["to"]}


def test_create_answers_a_new_highest_id_and_now_as_its_times(caller):
    highest = int(caller.fake.store.ids("deals")[-1])
    new_id = caller.fake.changes.create("deals", {"dealname": "New"}, at_ms=1_800_000_000_123)
    assert int(new_id) > highest
    record = _record(caller, "deals", new_id)
    assert record["properties"]["dealname"] == "New"
    assert record["createdAt"] == record["updatedAt"] == "2027-01-15T08:00:00.123Z"


def test_create_with_back_dated_createdate_mirrors_it(caller):
    values = {"createdate": "2020-01-01T00:00:00.000Z"}
    new_id = caller.fake.changes.create("deals", values, at_ms=1_800_000_000_000)
    record = _record(caller, "deals", new_id, properties="hs_createdate")
    assert record["createdAt"] == "2020-01-01T00:00:00.000Z"
    assert record["properties"]["hs_createdate"] == "2027-01-15T08:00:00.000Z"


def test_update_moves_the_modified_date(caller):
    contact_id = caller.fake.store.ids("contacts")[0]
    caller.fake.changes.update("contacts", contact_id, {"city": "Newtown"}, at_ms=1_800_000_000_000)
    record = _record(caller, "contacts", contact_id, properties="city")
    assert record["properties"]["city"] == "Newtown"
    assert record["updatedAt"] == record["properties"]["lastmodifieddate"] == "2027-01-15T08:00:00.000Z"


@pytest.mark.parametrize("text", ["nul \x00 inside", "lone \ud800 surrogate", "x" * 100_000, "😀"], ids=ascii)
def test_update_with_an_odd_text_is_answered_as_it_is(caller, text):
    contact_id = caller.fake.store.ids("contacts")[0]
    caller.fake.changes.update("contacts", contact_id, {"city": text})
    assert _record(caller, "contacts", contact_id, properties="city")["properties"]["city"] == text


def test_archive_leaves_the_modified_date_and_restore_brings_back(caller):
    changes, contact_id = caller.fake.changes, caller.fake.store.ids("contacts")[0]
    before = _record(caller, "contacts", contact_id)
    changes.archive("contacts", contact_id)
    assert caller.get(f"/crm/v3/objects/contacts/{contact_id}").status_code == 404
    archived = _record(caller, "contacts", contact_id, archived="true")
    assert archived["updatedAt"] == before["updatedAt"] < archived["archivedAt"]
    changes.restore("contacts", contact_id)
    assert _record(caller, "contacts", contact_id) == before
    changes.archive("contacts", contact_id)
    changes.restore("contacts", contact_id, moves_modified=True)
    assert _record(caller, "contacts", contact_id)["updatedAt"] > before["updatedAt"]


def test_purge_leaves_no_trace(caller):
    linked = next(one for one in caller.fake.store.ids("contacts") if _targets(caller, one))
    company = next(iter(_targets(caller, linked)))
    caller.fake.changes.purge("contacts", linked)
    for archived in ("false", "true"):
        assert linked not in caller.list_ids("contacts", archived=archived)
    assert int(linked) not in caller.fake.store.links.of(("companies", "contacts"), company)
    assert int(caller.fake.changes.create("contacts")) > int(linked)


@pytest.mark.parametrize("new_id", [False, True], ids=["into_winner", "into_new_id"])
def test_merge_answers_the_survivor_for_absorbed_ids(caller, new_id):
    store = caller.fake.store
    winner, loser = [one for one in store.ids("contacts") if _targets(caller, one)][:2]
    targets = set(_targets(caller, loser)) | set(_targets(caller, winner))
    survivor = caller.fake.changes.merge("contacts", winner, loser, new_id=new_id)
    assert (survivor == winner) is not new_id
    assert loser not in caller.list_ids("contacts")
    found = caller.post(BATCH, {"inputs": [{"id": loser}], "properties": ["hs_merged_object_ids"]}).json()[
        "results"
    ]
    assert [record["id"] for record in found] == [survivor]
    absorbed = found[0]["properties"]["hs_merged_object_ids"].split(";")
    assert absorbed == ([winner, loser] if new_id else [loser])
    assert set(_targets(caller, survivor)) == targets
    for company in targets:
        back = store.links.of(("companies", "contacts"), company)
        assert int(survivor) in back
        assert int(loser) not in back


def test_link_and_unlink_touch_neither_record(caller):
    contact = caller.fake.changes.create("contacts", at_ms=1_800_000_000_000)
    company = caller.fake.store.ids("companies")[0]
    before = _record(caller, "companies", company)
    caller.fake.changes.link("contacts", contact, "companies", company, "primary", None, "billing")
    categories = [t["category"] for t in _targets(caller, contact)[int(company)]]
    assert categories == ["HUBSPOT_DEFINED", "HUBSPOT_DEFINED", "USER_DEFINED"]
    caller.fake.changes.unlink("contacts", contact, "companies", company)
    assert _targets(caller, contact) == {}
    assert _record(caller, "companies", company) == before
    assert _record(caller, "contacts", contact)["updatedAt"] == "2027-01-15T08:00:00.000Z"


def test_link_to_an_archived_record_is_hidden_until_it_is_restored(caller):
    contact = next(one for one in caller.fake.store.ids("contacts") if _targets(caller, one))
    company = next(iter(_targets(caller, contact)))
    caller.fake.changes.archive("companies", company)
    assert company not in _targets(caller, contact)
    caller.fake.changes.restore("companies", company)
    assert company in _targets(caller, contact)


def test_property_added_removed_and_retyped_shows_in_definitions_and_answers(caller):
    changes, contact_id = caller.fake.changes, caller.fake.store.ids("contacts")[0]
    changes.add_property("contacts", "custom_new", hs_type="number")
    changes.update("contacts", contact_id, {"custom_new": "5"})
    assert _record(caller, "contacts", contact_id, properties="custom_new")["properties"]["custom_new"] == "5"
    changes.retype_property("contacts", "custom_new", hs_type="string")
    assert caller.get("/crm/v3/properties/contacts/custom_new").json()["type"] == "string"
    changes.remove_property("contacts", "custom_new")
    assert "custom_new" not in _record(caller, "contacts", contact_id, properties="custom_new")["properties"]
    archived = caller.get("/crm/v3/properties/contacts", archived="true").json()["results"]
    assert [definition["name"] for definition in archived] == ["custom_new"]


def test_owner_created_updated_and_archived_shows_as_the_vendor_does(caller):
    owner_id = caller.fake.changes.create_owner(email="new.owner@example.com")
    caller.fake.changes.update_owner(owner_id, last_name="Newly")
    active = caller.get(f"/crm/v3/owners/{owner_id}").json()
    assert active["lastName"] == "Newly"
    caller.fake.changes.archive_owner(owner_id)
    archived = caller.get(f"/crm/v3/owners/{owner_id}", archived="true").json()
    assert (archived["userId"], archived["updatedAt"]) == (None, active["updatedAt"])


def test_change_before_a_page_is_seen_by_that_page_and_not_by_the_one_before(caller):
    path, ids = "/crm/v3/objects/contacts", caller.fake.store.ids("contacts")
    change = {"op": "update", "type": "contacts", "id": ids[150], "properties": {"city": "Newtown"}}
    caller.fake.hooks.before_page(path, 2, lambda: caller.fake.change(change))
    first = caller.get(path, limit=100, properties="city").json()
    assert caller.fake.store.record("contacts", ids[150]).properties["city"] != "Newtown"
    second = caller.get(path, limit=100, properties="city", after=first["paging"]["next"]["after"]).json()
    assert second["results"][50]["properties"]["city"] == "Newtown"
    assert caller.fake.hooks.waiting == []


def test_changes_by_http_run_at_once_or_before_a_page(caller):
    ids = caller.fake.store.ids("contacts")
    change = {"op": "archive", "type": "contacts"}
    assert "archivedAt" in caller.post("/_sandbox/changes", {**change, "id": ids[0]}).json()
    moment = {"path": "/crm/v3/objects/*", "page": 1}
    caller.post("/_sandbox/changes", {**change, "id": ids[1], "before": moment})
    assert caller.get("/crm/v3/objects/contacts", limit=1).json()["results"][0]["id"] == ids[2]


@pytest.mark.parametrize(
    "command",
    [
        {"op": "explode"},
        {"op": "update", "type": "contacts", "id": "1", "properties": {}},
        {"op": "archive", "type": "x"},
    ],
    ids=["operation", "record", "type"],
)
def test_change_that_is_impossible_is_refused_with_its_reason(caller, command):
    response = caller.post("/_sandbox/changes", command)
    assert response.status_code == 400
    assert response.json()["error"]


def test_every_operation_can_be_played_again_from_its_journal(start_fake, tmp_path):
    state = str(tmp_path / "changes.jsonl")
    first = start_fake(state=state)
    changes, ids = first.fake.changes, first.fake.store.ids("contacts")
    new_id = changes.create("contacts", {"email": "new@example.com"})
    changes.update("contacts", new_id, {"city": "Newtown"})
    changes.touch("contacts", count=7)
    changes.archive("contacts", ids[0])
    changes.restore("contacts", ids[0])
    changes.purge("contacts", ids[1])
    changes.merge("contacts", ids[2], ids[3], new_id=True)
    changes.link("contacts", ids[4], "companies", first.fake.store.ids("companies")[0], "billing")
    changes.add_property("contacts", "custom_new")
    changes.archive_owner(min(first.fake.store.owners))
    second = start_fake(state=state)
    for path in ("/crm/v3/objects/contacts", "/crm/v3/owners", "/crm/v3/properties/contacts"):
        params = {"limit": 100, "properties": "city,email,hs_merged_object_ids", "associations": "companies"}
        assert second.get(path, **params).json() == first.get(path, **params).json()
    assert second.fake.store.counts() == first.fake.store.counts()
