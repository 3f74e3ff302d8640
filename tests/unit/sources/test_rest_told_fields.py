"""The account's own list of fields beside the YAML: what is new, what is missing, what is passed over."""

from __future__ import annotations

from typing import Any

from crm_sync.sources.rest.slots import SlotValues
from crm_sync.sources.rest.told_fields import list_told
from crm_sync.sources.told_fields import ToldField, ToldFields
from tests.unit.sources.rest_list_support import AnsweringClient, make_entity

WORDS: dict[str, Any] = {
    "path": "/fields",
    "prefix": "own.",
    "label_path": "label",
    "type_path": "type",
    "options_path": "options",
    "skip": {"type": ["file"]},
    "stale": {"computed": ["True"]},
    "types": {"flag": "boolean"},
}
LISTED = (
    {"name": "a.b", "label": "Dotted", "type": "datetime"},
    {"name": "mapped", "label": "Mapped", "type": "string"},
    {"name": "tier", "label": "Tier", "type": "enum", "options": [{"id": 1, "label": "Gold"}]},
    {"name": "scan", "label": "Scan", "type": "file"},
    {"name": "total", "label": "Total", "type": "flag", "computed": True},
    {"name": "odd", "label": None, "type": 7},
)
FIELDS = {
    "id": {"source": "id"},
    "at": {"source": "changed"},
    "mapped": {"source": "own.mapped"},
    "tier": {"label": "Tier", "options": True},
}


def ask(fields: dict[str, Any], **words: Any) -> ToldFields:
    discover = {**WORDS, **words}
    one = {"name": "all", "path": "/query", "records_path": "", "paged": False}
    entity = make_entity(passes=[one], discover=discover, fields={**FIELDS, **fields})
    client = AnsweringClient(lambda _request: {"fields": list(LISTED)}, {})
    return list_told(client, entity, entity.read.discover, "/fields", SlotValues({}))


def test_fields_without_a_column_are_told_with_type_label_and_what_goes_stale():
    told = ask({})
    assert told.fields == (
        ToldField(r"own.a\.b", "datetime", "datetime", "Dotted"),
        ToldField("own.odd"),
        ToldField("own.total", "boolean", "flag", "Total", is_stale=True),
    )
    assert told.notes == ("1 more that the YAML passes over, by read.discover.skip.",)
    assert (told.missing, told.is_whole) == ({}, True)


def test_columns_that_no_field_fills_are_missing_by_what_they_name():
    told = ask(
        {
            "gone": {"source": ["own.gone", "own.lost"]},
            "half": {"source": ["own.gone", "own.mapped"]},
            "called": {"label": ["Size", "Height"]},
            "needed": {"source": "own.needed", "required": True},
        }
    )
    assert told.missing == {
        "gone": "own.gone or own.lost",
        "called": "the label 'Size' or the label 'Height'",
        "needed": "own.needed",
    }


def test_account_that_lists_other_fields_among_them_is_not_whole():
    told = ask({}, only={"type": ["datetime", "enum"]})
    assert ([one.path for one in told.fields], told.is_whole) == ([r"own.a\.b"], False)
    assert told.missing == {"mapped": "own.mapped"}
