"""Custom fields: named by their label, kept by their hash, options as ids or as labels."""

from __future__ import annotations

import json

import pytest

from crm_sync.exceptions import UnexpectedResponseError
from sandbox.pipedrive.custom_fields import make_code

SCORE = {"label": "Lead score", "type": "decimal"}


def code(label, field_list="dealFields"):
    return make_code(field_list, label)


def stored(account, kind, name):
    """Values of a custom field by id, wherever its generation has it."""
    records = account.fake.store.tables[kind].records
    return {
        one: (fields if kind == "leads" else fields["custom_fields"]).get(name)
        for one, fields in records.items()
    }


@pytest.mark.parametrize("kind", ["deals", "leads"])
def test_column_is_filled_by_its_label_in_both_generations(account, kind):
    rows, source = account.read_by_label(kind, score={"label": "lead  SCORE", "type": "decimal"})
    wanted = stored(account, kind, code("Lead score"))
    assert any(wanted.values())
    assert {one: row["score"] and float(row["score"]) for one, row in rows.items()} == wanted
    assert not source.notes


@pytest.mark.parametrize("kind", ["deals", "leads"])
def test_options_are_labels_where_the_column_asks_for_them(account, kind):
    rows, _ = account.read_by_label(
        kind,
        roof={"label": "Roof type", "options": True},
        extras={"label": "Extras", "type": "json", "options": True},
        roof_id={"label": "Roof type", "type": "integer"},
    )
    options = {34: "Metal", 35: "Shingle", 36: "Slate", 37: "Ünïcode 屋根 🏠"}
    wanted = stored(account, kind, code("Roof type"))
    assert {one: row["roof"] for one, row in rows.items()} == {
        one: options.get(two) for one, two in wanted.items()
    }
    assert {one: row["roof_id"] for one, row in rows.items()} == wanted
    names = {34: "Gutters", 35: "Skylight", 36: "Chimney"}
    sets = stored(account, kind, code("Extras"))
    assert {one: json.loads(row["extras"] or "null") for one, row in rows.items()} == {
        one: two and [names[three] for three in two] for one, two in sets.items()
    }


def test_option_that_the_account_does_not_know_stays_its_id(account):
    one = account.fake.store.list_live("deals")[0]
    values = {**account.fake.store.get("deals", one)["custom_fields"], code("Roof type"): 99}
    account.fake.changes.update("deals", one, {"custom_fields": values})
    rows, _ = account.read_by_label("deals", roof={"label": "Roof type", "options": True})
    assert rows[one]["roof"] == "99"


def test_column_without_label_keeps_all_of_them_under_their_hash(account):
    rows = account.read("deals").rows
    for one, fields in account.fake.store.tables["deals"].records.items():
        assert json.loads(rows[one]["custom_fields"]) == fields["custom_fields"]


def test_field_of_another_company_has_another_hash_and_fills_the_same_column(account):
    for one in account.fake.store.field_lists["dealFields"]:
        if one["field_name"] == "Lead score":
            account.fake.changes.relabel_field("dealFields", one["field_code"], "Old score")
    fresh = account.fake.changes.add_field("dealFields", "Lead score", type="double")
    one = account.fake.store.list_live("deals")[0]
    values = {**account.fake.store.get("deals", one)["custom_fields"], fresh: 7.5}
    account.fake.changes.update("deals", one, {"custom_fields": values})
    rows, _ = account.read_by_label("deals", score=SCORE)
    assert [float(row["score"]) for row in rows.values() if row["score"] is not None] == [7.5]


def test_label_of_two_fields_fills_nothing_and_is_said(account):
    account.fake.changes.add_field("dealFields", "Lead score")
    rows, source = account.read_by_label("deals", score=SCORE)
    assert {row["score"] for row in rows.values()} == {None}
    assert [note for note in source.notes if "the label 'Lead score' is that of" in note]


def test_label_of_a_built_in_field_is_none(account):
    """Built-in fields are not among the custom ones: they are named by `source`."""
    _, source = account.read_by_label("deals", own={"label": "Title"})
    assert [note for note in source.notes if "no field with the label 'Title'" in note]


def test_required_column_without_its_field_fails_the_entity(account):
    with pytest.raises(UnexpectedResponseError, match="without score deals can't be synced"):
        account.read_by_label("deals", score={"label": "Nobody's", "required": True})


def test_definitions_come_in_pages(open_account):
    account = open_account(fields_per_page=3)
    rows, _ = account.read_by_label("deals", remarks={"label": "Remarks"})
    assert any(row["remarks"] for row in rows.values())
    asked = account.queries("/api/v2/dealFields")
    assert len(asked) == 4
    assert [("cursor" in query) for query in asked] == [False, True, True, True]


def test_account_without_custom_fields_is_read_like_any_other(account):
    for name, fields in account.fake.store.field_lists.items():
        account.fake.store.field_lists[name] = [one for one in fields if not one["is_custom_field"]]
    assert account.read("deals").is_whole
    assert account.read("leads").is_whole
