"""Values and names that break naive pipelines arrive as they are."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from crm_sync.config.models import EntityConfig
from crm_sync.constants import SyncStatus
from tests.conformance.free_columns import ODD, TEXTS, fill
from tests.conformance.tables import assert_table, read_rows

pytestmark = [pytest.mark.postgres, pytest.mark.behind_fetch]
NAME_63 = "a" * 63


@pytest.mark.check("odd_values")
def test_odd_values_of_every_type_arrive_as_they_are(pipeline, sync_type):
    account = pipeline.account
    entity = pipeline.entity(sync_type, rules=[])
    for parent in entity.after:
        pipeline.run(parent)
    texts = account.list_odd_texts()
    odd = {} if account.is_typed else ODD
    values = fill(entity, lambda kind, _config: texts if kind in TEXTS else odd.get(kind, []))
    key = account.plant(entity, values)
    run = pipeline.run(entity)
    expected = account.expected(entity)
    assert run.row.status is (SyncStatus.PARTIAL if expected.rejected else SyncStatus.SUCCESS)
    assert_table(pipeline.warehouse, entity, expected)
    assert key in expected.rows
    assert pipeline.run(entity, full=True).row.counts.unchanged == len(expected.rows)


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
    big = "x" * 2_000_000
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
