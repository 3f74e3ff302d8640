"""Owners, property definitions, pipelines, custom schema, account information."""

from __future__ import annotations

import pytest

from sandbox.hubspot.object_types import OBJECT_TYPES

HS_TYPES = {"bool", "enumeration", "date", "datetime", "string", "number", "phone_number", "json"}


def test_owners_walk_reaches_all_active_owners(shared):
    first = shared.get("/crm/v3/owners", limit=20).json()
    rest = shared.get("/crm/v3/owners", limit=20, after=first["paging"]["next"]["after"]).json()
    owners = first["results"] + rest["results"]
    assert len(owners) == 36
    assert "paging" not in rest
    assert {"PERSON", "QUEUE"} == {owner["type"] for owner in owners}
    assert all(isinstance(owner["userId"], int) and owner["archived"] is False for owner in owners)
    assert any("lastName" not in owner for owner in owners)
    assert any("teams" not in owner for owner in owners)


def test_archived_owners_have_no_user_id_and_no_archived_at(shared):
    owners = shared.get("/crm/v3/owners", archived="true").json()["results"]
    assert len(owners) == 4
    for owner in owners:
        assert owner["userId"] is None
        assert owner["userIdIncludingInactive"] > 9_500_000
        assert owner["archived"] is True
        assert "archivedAt" not in owner


def test_owner_by_id_and_by_user_id_is_the_same(shared):
    owner = shared.get("/crm/v3/owners", limit=1).json()["results"][0]
    assert shared.get(f"/crm/v3/owners/{owner['id']}").json() == owner
    assert shared.get(f"/crm/v3/owners/{owner['userId']}", idProperty="userId").json() == owner
    assert shared.get("/crm/v3/owners/1").status_code == 404


@pytest.mark.parametrize("type_name", [object_type.name for object_type in OBJECT_TYPES])
def test_property_list_defines_all_that_records_hold(shared, type_name):
    definitions = shared.get(f"/crm/v3/properties/{type_name}").json()["results"]
    names = [definition["name"] for definition in definitions]
    assert len(names) == len(set(names))
    assert {definition["type"] for definition in definitions} <= HS_TYPES
    record = next(shared.fake.store.types[type_name].live())
    assert set(record.properties) == set(names)


def test_property_definition_has_the_vendors_shape(shared):
    email = shared.get("/crm/v3/properties/contacts/email").json()
    assert (email["type"], email["fieldType"], email["hasUniqueValue"]) == ("string", "text", True)
    assert email.keys() >= {"label", "groupName", "options", "calculated", "hidden", "modificationMetadata"}
    stage = shared.get("/crm/v3/properties/0-1/hs_marketable_status").json()
    assert (stage["type"], [o["value"] for o in stage["options"]]) == ("enumeration", ["false", "true"])


def test_900_custom_properties_are_defined_and_filled(start_fake):
    caller = start_fake(counts={"contacts": 50}, custom_properties=900)
    names = [d["name"] for d in caller.get("/crm/v3/properties/contacts").json()["results"]]
    assert sum(name.startswith("custom_field_") for name in names) == 900
    record = caller.search("contacts", properties=names, limit=1)["results"][0]
    assert record["properties"].keys() == set(names)


def test_property_the_account_lacks_is_missing_without_error(start_fake):
    caller = start_fake(undefined_properties={"deals": ("deal_currency_code",)})
    page = caller.get("/crm/v3/objects/deals", properties="deal_currency_code,amount").json()
    assert all("deal_currency_code" not in record["properties"] for record in page["results"])


def test_pipelines_name_every_stage_that_records_use(shared):
    for type_name, stage_property in (("deals", "dealstage"), ("tickets", "hs_pipeline_stage")):
        pipelines = shared.get(f"/crm/v3/pipelines/{type_name}").json()["results"]
        stages = {stage["id"] for pipeline in pipelines for stage in pipeline["stages"]}
        used = {record.properties[stage_property] for record in shared.fake.store.types[type_name].live()}
        assert used <= stages
    assert shared.get("/crm/v3/pipelines/contacts").json() == {"results": []}


def test_custom_object_has_a_schema(shared):
    schema = shared.get("/crm/v3/schemas").json()["results"][0]
    assert schema["objectTypeId"] == "2-1234567"
    assert shared.get("/crm/v3/objects/roof_inspections").json()["results"]


def test_daily_usage_counts_requests(start_fake):
    caller = start_fake(rate_limits=True)
    for _ in range(3):
        caller.get("/crm/v3/owners")
    usage = caller.get("/account-info/v3/api-usage/daily/private-apps").json()["results"][0]
    assert (usage["usageLimit"], usage["currentUsage"], usage["fetchStatus"]) == (625_000, 4, "SUCCESS")
    assert caller.get("/account-info/2026-03/details").json()["portalId"] == 1_234_567
