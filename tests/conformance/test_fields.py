"""Many and moving fields, and values that break naive pipelines."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from crm_sync.config.models import EntityConfig
from crm_sync.constants import SyncStatus
from tests.conformance.tables import assert_table, read_rows

pytestmark = pytest.mark.postgres
NAME_63 = "a" * 63


def test_900_custom_fields_arrive(open_pipeline):
    pipeline = open_pipeline(custom_properties=900)
    run = pipeline.run("contacts")
    expected = pipeline.account.expected(run.entity)
    most = max(len((row["extra"] or {}).get("properties", {})) for row in expected.rows.values())
    assert most > 300
    assert_table(pipeline.warehouse, run.entity, expected)
    pipeline.account.change(run.entity, 10)
    pipeline.run("contacts")
    assert_table(pipeline.warehouse, run.entity, pipeline.account.expected(run.entity))


def test_field_added_removed_and_retyped_in_mid_life(open_pipeline):
    pipeline = open_pipeline()
    account, changes = pipeline.account, pipeline.account.fake.changes
    entity = pipeline.run("contacts").entity
    one = min(account.fake.store.ids("contacts"))
    changes.add_property("contacts", "roof_age")
    changes.update("contacts", one, {"roof_age": "12 years"})
    pipeline.run("contacts")
    assert read_rows(pipeline.warehouse, entity)[(one,)]["extra"]["properties"]["roof_age"] == "12 years"
    changes.retype_property("contacts", "roof_age", hs_type="number")
    changes.update("contacts", one, {"roof_age": "12"})
    pipeline.run("contacts")
    assert_table(pipeline.warehouse, entity, account.expected(entity))
    # mapped now: the new column is filled from what `extra` kept
    mapped = pipeline.entity(
        "contacts",
        fields={
            **entity.model_dump()["fields"],
            "roof_age": {"source": "properties.roof_age", "type": "integer"},
        },
    )
    pipeline.run(mapped)
    assert read_rows(pipeline.warehouse, mapped)[(one,)]["roof_age"] == 12
    changes.remove_property("contacts", "roof_age")
    pipeline.run("contacts", full=True)
    changes.remove_property("contacts", "fax")
    run = pipeline.run(mapped, full=True)
    assert run.row.status is not SyncStatus.FAILED
    rows = read_rows(pipeline.warehouse, mapped)
    assert {row["fax"] for row in rows.values()} == {None}


def test_odd_values_and_names_arrive_as_they_are(open_pipeline):
    pipeline = open_pipeline(counts={"contacts": 3}, archived_share=0.0, quirks=False)
    names = {
        "select": "string", "user": "text", NAME_63: "text", "a_decimal": "decimal", "a_number": "number",
        "first_moment": "datetime", "last_moment": "datetime", "spring": "datetime", "autumn": "datetime",
        "first_day": "date", "last_day": "date", "order": "json",
    }  # fmt: skip
    account, changes = pipeline.account, pipeline.account.fake.changes
    for name in names:
        changes.add_property("contacts", name)
    one = account.fake.store.ids("contacts")[0]
    big = "x" * 10_000_000
    values = {
        "select": "quote ' double \" backslash \\ tab \t newline \n return \r end \\.",
        "user": "\N{FIRE}\N{HOUSE BUILDING} \u4e2d\u6587 e\u0301 \u202e right-to-left",
        NAME_63: big,
        "a_decimal": "12345678901234567890123456789012345678.123456789",
        "a_number": "1e308",
        "first_moment": "0001-01-01T00:00:00Z",
        "last_moment": "9999-12-31T23:59:59.999999Z",
        "spring": "2025-03-09T02:30:00-05:00",
        "autumn": "2025-11-02T01:30:00-06:00",
        "first_day": "0001-01-01",
        "last_day": "9999-12-31",
        "order": '{"a": [1, 2.50, null, "\N{FIRE}"]}',
        "city": "NUL \0 inside",
        "state": "lone \ud800 surrogate",
        "unmapped_nul": "x\0y",
    }
    changes.add_property("contacts", "unmapped_nul")
    changes.update("contacts", one, values)
    entity = pipeline.account.source.entities["contacts"]
    fields = {name: {"source": f"properties.{name}", "type": kind} for name, kind in names.items()}
    entity = pipeline.entity("contacts", fields={**entity.model_dump()["fields"], **fields})
    for flags in ({}, {"full": True, "force": True}):
        run = pipeline.run(entity, **flags)
        assert run.row.status is SyncStatus.SUCCESS
        row = read_rows(pipeline.warehouse, entity)[(one,)]
        assert row["select"] == values["select"]
        assert row["user"] == values["user"]
        assert row[NAME_63] == big
        assert row["a_decimal"] == Decimal(values["a_decimal"])
        assert row["a_number"] == Decimal("1e308")
        assert row["first_moment"] == datetime(1, 1, 1, tzinfo=UTC)
        assert row["last_moment"] == datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
        assert row["spring"] == datetime(2025, 3, 9, 7, 30, tzinfo=UTC)
        assert row["autumn"] == datetime(2025, 11, 2, 7, 30, tzinfo=UTC)
        assert (row["first_day"].isoformat(), row["last_day"].isoformat()) == ("0001-01-01", "9999-12-31")
        assert row["order"] == {"a": [1, 2.5, None, "\N{FIRE}"]}
        assert row["city"] == "NUL \N{REPLACEMENT CHARACTER} inside"
        assert row["state"] == "lone \N{REPLACEMENT CHARACTER} surrogate"
        assert row["extra"]["properties"]["unmapped_nul"] == "x\N{REPLACEMENT CHARACTER}y"
    assert run.row.records_processed == 3


@pytest.mark.parametrize("name", ["order", "b" * 63], ids=["reserved", "63-bytes"])
def test_table_with_a_reserved_or_longest_name_is_synced_as_any_other(open_pipeline, name):
    pipeline = open_pipeline("csv", records=50)
    values = pipeline.entity("zip_codes").model_dump()
    entity = EntityConfig.model_validate({**values, "sync_type": name})
    for flags in ({}, {"full": True}, {"full": True, "force": True}):
        run = pipeline.run(entity, **flags)
        assert run.row.status is SyncStatus.SUCCESS
        assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))
