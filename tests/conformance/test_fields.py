"""Many and moving fields: added, dropped, of another type than before."""

from __future__ import annotations

import pytest

from crm_sync.constants import OnError, SyncStatus
from crm_sync.exceptions import CrmSyncError
from tests.conformance.expected import list_paths
from tests.conformance.free_columns import NOT_ONE, fill, list_free_columns
from tests.conformance.tables import assert_table, read_rows

pytestmark = pytest.mark.postgres


@pytest.mark.behind_fetch
@pytest.mark.check("field_added")
def test_field_that_the_source_adds_is_kept_and_fills_the_column_that_it_is_mapped_to_later(
    pipeline, sync_type
):
    entity, account = pipeline.sync(sync_type).entity, pipeline.account
    path = account.new_path(entity)
    key = account.plant(entity, {path: "12 years"})
    pipeline.run(sync_type, full=True)
    assert_table(pipeline.warehouse, entity, account.expected(entity))
    fields = entity.model_dump()["fields"]
    mapped = pipeline.entity(sync_type, fields={**fields, "added_later": {"source": path, "type": "text"}})
    pipeline.run(mapped, full=True)
    assert_table(pipeline.warehouse, mapped, account.expected(mapped))
    assert read_rows(pipeline.warehouse, mapped)[key]["added_later"] == "12 years"


@pytest.mark.behind_fetch
@pytest.mark.check("field_removed")
def test_field_that_the_source_drops_is_null_or_kept_and_said_or_an_error(pipeline, sync_type):
    entity, account = pipeline.sync(sync_type).entity, pipeline.account
    free = list_free_columns(entity)
    if not free:
        pytest.skip("every column is needed")
    (path,) = list_paths(entity, free[-1])[:1]
    before = read_rows(pipeline.warehouse, entity)
    account.drop_path(entity, path)
    error = None
    try:
        run = pipeline.run(sync_type, full=True)
    except CrmSyncError as caught:
        error = caught
    if error is not None:
        # a column inside an expression or a join can't be left out
        assert path in str(error)
        assert read_rows(pipeline.warehouse, entity) == before
        return
    assert run.staging is not None
    manifest, rows, column = run.staging.manifest, read_rows(pipeline.warehouse, entity), free[-1]
    # a column that the source declares and lost is kept; a key that no record has is null; both are said
    is_missed = any(column in chunk.missing for chunk in manifest.chunks)
    assert any(column in note for note in manifest.notes) or not is_missed
    for key, row in account.expected(entity).rows.items():
        stays = is_missed or entity.fields[column].keep_when_missing
        assert rows[key][column] == (before[key][column] if stays else row[column])


@pytest.mark.behind_fetch
@pytest.mark.check("field_retyped")
@pytest.mark.one_per("untyped_entity")
def test_value_of_another_type_becomes_null_and_is_kept_in_rejected_records(pipeline, sync_type):
    account = pipeline.account
    entity = pipeline.entity(sync_type, rules=[])
    pipeline.sync(entity)
    values = fill(entity, lambda kind, config: [NOT_ONE[kind]] if kind in NOT_ONE
                  and config.on_error is OnError.NULL else [])  # fmt: skip
    if not values:
        pytest.skip("every column is a text")
    before = read_rows(pipeline.warehouse, entity).keys()
    account.plant(entity, values)
    run = pipeline.run(entity, full=True, force=True)
    expected = account.expected(entity)
    # a record whose key is a digest of it is another one now
    left = before - expected.rows.keys() if entity.digests else ()
    assert_table(pipeline.warehouse, entity, expected, left=left)
    assert run.row.records_failed == len(expected.rejected)
    nulled = pipeline.warehouse.fetch_all(
        "select field, value from crm_sync.rejected_records "
        "where rule = 'field_nulled' and resolved_at is null"
    )
    columns = {name for name in entity.fields if set(list_paths(entity, name)) & values.keys()}
    assert {field for field, _ in nulled} >= columns
    assert {value for _, value in nulled} >= set(values.values())


def test_900_custom_fields_arrive(open_pipeline):
    pipeline = open_pipeline(custom_properties=900, counts={"contacts": 110})
    run = pipeline.run("contacts")
    expected = pipeline.account.expected(run.entity)
    most = max(len((row["extra"] or {}).get("properties", {})) for row in expected.rows.values())
    assert most > 300
    assert_table(pipeline.warehouse, run.entity, expected)
    pipeline.account.change(run.entity, 10)
    pipeline.run("contacts")
    assert_table(pipeline.warehouse, run.entity, pipeline.account.expected(run.entity))


def test_field_added_removed_and_retyped_in_mid_life(open_pipeline):
    pipeline = open_pipeline(counts={"contacts": 110})
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
    faxes = {key: row["fax"] for key, row in read_rows(pipeline.warehouse, mapped).items()}
    changes.remove_property("contacts", "fax")
    run = pipeline.run(mapped, full=True)
    assert run.row.status is not SyncStatus.FAILED
    rows = read_rows(pipeline.warehouse, mapped)
    # the account declares its properties, so a column without one keeps its values, and one note says so
    assert {key: row["fax"] for key, row in rows.items()} == faxes
    assert len([note for note in run.row.configuration["notes"] if "fax" in note]) == 1
