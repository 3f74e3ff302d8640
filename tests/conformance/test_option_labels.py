"""Columns with the labels of options, looked at in the table: filled, moved to another field, replayed."""

from __future__ import annotations

import pytest

from sandbox.pipedrive.custom_fields import make_code

pytestmark = pytest.mark.postgres
OPTIONS = {34: "Metal", 35: "Shingle", 36: "Slate", 37: "Ünïcode 屋根 🏠"}
ROOF = make_code("dealFields", "Roof type")


def build(pipeline, **more):
    fields = pipeline.account.source.entities["deals"].model_dump()["fields"]
    return pipeline.entity(
        "deals", fields={**fields, "roof": {"label": "Roof type", "options": True, **more}}
    )


def read(pipeline):
    rows = pipeline.warehouse.fetch_all("select id, roof, custom_fields ->> %s from pipedrive.deals", (ROOF,))
    return {key: (label, value) for key, label, value in rows}


def test_label_stands_in_the_column_and_the_id_among_the_custom_fields(open_pipeline):
    pipeline = open_pipeline("pipedrive", counts={"deals": 60})
    pipeline.sync(build(pipeline))
    stored = {
        one: two["custom_fields"][ROOF]
        for one, two in pipeline.account.fake.store.tables["deals"].records.items()
    }
    assert read(pipeline) == {
        one: (OPTIONS.get(value), value and str(value)) for one, value in stored.items()
    }
    assert (
        pipeline.warehouse.fetch_all(
            "select 1 from pipedrive.deals where extra::text like '%%option_labels%%'"
        )
        == []
    )


def test_label_that_moves_to_another_field_is_said_and_followed(open_pipeline):
    pipeline = open_pipeline("pipedrive", counts={"deals": 20})
    entity, changes = build(pipeline), pipeline.account.fake.changes
    pipeline.sync(entity)
    changes.relabel_field("dealFields", ROOF, "Old roof type")
    fresh = changes.add_field("dealFields", "Roof type", type="enum")
    one = pipeline.account.fake.store.list_live("deals")[0]
    fields = pipeline.account.fake.store.get("deals", one)["custom_fields"]
    changes.update("deals", one, {"custom_fields": {**fields, fresh: 35}})
    run = pipeline.run(entity)
    assert read(pipeline)[one][0] == "Shingle"
    moved = f"column roof is filled from {fresh} now and was filled from {ROOF} before"
    assert any(note.startswith(moved) for note in run.row.configuration["notes"])


def test_rejected_record_is_replayed_with_its_labels(open_pipeline):
    pipeline = open_pipeline("pipedrive", counts={"deals": 20})
    stored = pipeline.account.fake.store.tables["deals"].records
    one = min(key for key, two in stored.items() if two["custom_fields"][ROOF] == 34)
    strict = build(pipeline).model_copy(
        update={"rules": pipeline.entity("deals", rules=[
            {"name": "no_metal", "check": "roof <> 'Metal'", "message": "has a metal roof"}]).rules}
    )  # fmt: skip
    pipeline.run(strict)
    assert one not in read(pipeline)
    pipeline.run(build(pipeline), replay_rejected=True)
    assert read(pipeline)[one][0] == "Metal"
