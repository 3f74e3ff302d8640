"""The list endpoint: envelope, paging, projection, archived switch, inline associations."""

from __future__ import annotations

import pytest

TYPES = ("contacts", "companies", "deals", "tickets", "products", "line_items", "calls", "notes", "2-1234567")
CREATED = {"calls": "hs_createdate", "notes": "hs_createdate", "2-1234567": "hs_createdate"}


@pytest.mark.parametrize("type_name", TYPES)
def test_list_page_of_every_type_has_the_vendors_envelope(shared, type_name):
    page = shared.get(f"/crm/v3/objects/{type_name}", limit=3).json()
    assert page.keys() == {"results", "paging"}
    after = page["paging"]["next"]["after"]
    assert after == str(int(page["results"][-1]["id"]) + 1)
    assert "api.hubapi.com" in page["paging"]["next"]["link"]
    modified = "lastmodifieddate" if type_name == "contacts" else "hs_lastmodifieddate"
    for record in page["results"]:
        assert record.keys() == {"id", "properties", "createdAt", "updatedAt", "archived", "url"}
        properties = record["properties"]
        assert properties["hs_object_id"] == record["id"]
        assert properties[modified] == record["updatedAt"]
        assert properties[CREATED.get(type_name, "createdate")] == record["createdAt"]
        assert all(value is None or isinstance(value, str) for value in properties.values())


def test_list_without_properties_answers_the_documented_defaults(shared):
    record = shared.get("/crm/v3/objects/companies", limit=1).json()["results"][0]
    assert sorted(record["properties"]) == [
        "createdate",
        "domain",
        "hs_lastmodifieddate",
        "hs_object_id",
        "name",
    ]


def test_list_walk_yields_each_record_once_in_numeric_id_order(shared):
    ids = [int(record_id) for record_id in shared.list_ids("contacts")]
    assert ids == sorted(set(ids))
    assert len(ids) == 7840
    assert len({len(str(record_id)) for record_id in ids}) > 2


def test_list_undefined_property_is_left_out_and_empty_one_is_null_or_blank(shared):
    records = shared.get("/crm/v3/objects/contacts", limit=100, properties="jobtitle,no_such").json()[
        "results"
    ]
    assert not any("no_such" in record["properties"] for record in records)
    assert {None, ""} <= {record["properties"]["jobtitle"] for record in records}


def test_list_archived_pass_answers_only_archived_records(shared):
    page = shared.get("/crm/v3/objects/contacts", limit=100, archived="true").json()
    assert all(
        record["archived"] and record["archivedAt"] > record["updatedAt"] for record in page["results"]
    )
    assert len(shared.list_ids("contacts", archived="true")) == 160


def test_list_last_and_empty_page_have_no_paging(caller):
    ids = caller.fake.store.ids("products")
    last = caller.get("/crm/v3/objects/products", after=ids[-1]).json()
    assert last.keys() == {"results"}
    assert [record["id"] for record in last["results"]] == ids[-1:]
    assert caller.get("/crm/v3/objects/emails").json() == {"results": []}


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"limit": 100}, 200),
        ({"limit": 101}, 400),
        ({"limit": 0}, 400),
        ({"limit": "x"}, 400),
        ({"limit": 51, "propertiesWithHistory": "email"}, 400),
        ({"limit": 50, "propertiesWithHistory": "email"}, 200),
        ({"after": "abc"}, 400),
        ({"archived": "maybe"}, 400),
        ({"associations": "nonsense"}, 400),
    ],
    ids=str,
)
def test_list_parameter_out_of_bounds_is_refused(shared, params, status):
    response = shared.get("/crm/v3/objects/contacts", **params)
    assert response.status_code == status
    assert status == 200 or response.json()["category"] == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    "path",
    [
        "/crm/v3/objects/contact",
        "/crm/v3/objects/0-1",
        "/crm/objects/2026-03/contacts",
        "/crm/objects/2026-09/0-1",
    ],
)
def test_list_other_names_and_versions_answer_the_same(shared, path):
    expected = shared.get("/crm/v3/objects/contacts", limit=2).json()["results"]
    assert shared.get(path, limit=2).json()["results"] == expected


def test_list_unknown_type_answers_the_documented_400(shared):
    response = shared.get("/crm/v3/objects/xyz")
    assert (response.status_code, response.json()["message"]) == (
        400,
        "Unable to infer object type from: xyz",
    )


def test_list_inline_primary_link_appears_once_per_association_type(shared):
    page = shared.get("/crm/v3/objects/contacts", limit=100, associations="companies").json()
    rows = [
        record["associations"]["companies"]["results"]
        for record in page["results"]
        if "associations" in record
    ]
    words = {row["type"] for result in rows for row in result}
    assert {"contact_to_company", "contact_to_company_unlabeled"} <= words
    assert any(len(result) > len({row["id"] for row in result}) for result in rows)


def test_list_inline_line_items_are_written_with_a_space(shared):
    page = shared.get("/crm/v3/objects/deals", limit=20, associations="line_items").json()
    assert {key for record in page["results"] for key in record.get("associations", {})} == {"line items"}


def test_list_foreign_cursor_is_refused_only_when_the_knob_says_so(start_fake):
    strict = start_fake(honour_own_cursor=False)
    first = strict.get("/crm/v3/objects/contacts", limit=5).json()
    after = first["paging"]["next"]["after"]
    assert strict.get("/crm/v3/objects/contacts", after=after).status_code == 200
    assert strict.get("/crm/v3/objects/contacts", after=str(int(after) + 1)).status_code == 400
    assert start_fake().get("/crm/v3/objects/contacts", after="5000").status_code == 200


def test_list_history_shows_old_and_new_value(caller):
    contact_id = caller.fake.store.ids("contacts")[0]
    caller.fake.changes.update("contacts", contact_id, {"city": "Newtown"})
    record = caller.get("/crm/v3/objects/contacts", limit=1, propertiesWithHistory="city").json()["results"][
        0
    ]
    assert record["propertiesWithHistory"]["city"][0]["value"] == "Newtown"
    assert len(record["propertiesWithHistory"]["city"]) == 2


def test_get_object_answers_one_record_or_404(caller):
    contact_id = caller.fake.store.ids("contacts")[3]
    assert caller.get(f"/crm/v3/objects/contacts/{contact_id}", properties="email").json()["id"] == contact_id
    missing = caller.get("/crm/v3/objects/contacts/1")
    assert (missing.status_code, missing.json()["category"]) == (404, "OBJECT_NOT_FOUND")


def test_list_request_line_too_long_answers_414_html(caller):
    response = caller.get("/crm/v3/objects/contacts", properties="x" * 16_300)
    assert (response.status_code, response.headers["content-type"][:9]) == (414, "text/html")
    assert caller.get("/crm/v3/objects/contacts", properties="x" * 15_000).status_code == 200
