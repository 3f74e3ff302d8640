"""Changes of records, one after the other, and schemas that stand elsewhere."""

from __future__ import annotations

import pytest

from tests.sources.manifests.patterns import selector
from tests.unit.import_manifest.convert_support import convert_one, refuse


def fill(*added):
    return [{"type": "AddFields", "fields": [{"path": [name], "value": text} for name, text in added]}]


def describe(*names):
    schema = {"properties": {name: {"type": "string"} for name in names}}
    return {"schema_loader": {"type": "InlineSchemaLoader", "schema": schema}}


def change(changes, *names, **words):
    return convert_one(more={"transformations": changes, **describe("id", *names)}, **words)


@pytest.mark.parametrize(
    ("added", "field"),
    [
        ([("kind", "{{ record.about.kind }}")], {"source": "about.kind"}),
        ([("kind", "{{ record['a'] }}"), ("kind", "{{ record.kind | trim }}")], {"source": "a"}),
        ([("about", "{{ record.info }}"), ("kind", "{{ record.about.kind }}")], {"source": "info.kind"}),
        ([("a", "{{ record.b }}"), ("kind", "{{ record.a or 'x' }}")], {"source": "b", "default": "x"}),
        (
            [("a", "{{ record.b or 'y' }}"), ("kind", "{{ record.a or 'x' }}")],
            {"source": "b", "default": "y"},
        ),
        ([("a", "always"), ("kind", "{{ record.a }}")], {"default": "always"}),
        ([("kind", "{{ record.a ~ 'x' }}"), ("kind", "{{ record.b }}")], {"source": "b"}),
    ],
)
def test_column_is_filled_from_what_is_sent_whatever_a_change_called_it(added, field):
    result = change(fill(*added), "kind")
    assert result.entity["fields"]["kind"] == {"type": "string", **field}
    assert result.doubts == []


@pytest.mark.parametrize(
    "added",
    [
        [("kind", "{{ record.a }}{{ record.b }}")],
        [("kind", "{{ format_datetime(record.a, '%Y') }}")],
        [("kind", "{{ record.a or record.b }}")],
        [("kind", "{{ record.a or now_utc() }}")],
        [("kind", "{{ config['kind'] }}")],
        [("kind", "{{ record.list[0] }}")],
        [("kind", "{{ stream_partition['zone'] }}")],
        [("a", "always"), ("kind", "{{ record.a.b }}")],
    ],
)
def test_value_that_is_worked_out_is_left_out_and_told(added):
    zones = {"type": "ListPartitionRouter", "values": ["a", "b"], "cursor_field": "zone"}
    result = change(fill(*added), "kind", partition_router=zones)
    assert "kind" not in result.entity["fields"]
    told = f"the value kind is worked out in the manifest, and left out here: {added[-1][1]}"
    assert told in result.doubts


def test_value_of_one_that_is_worked_out_is_left_out_too():
    result = change(fill(("sum", "{{ record.a + record.b }}"), ("kind", "{{ record.sum }}")), "sum", "kind")
    assert list(result.entity["fields"]) == ["id"]
    assert [doubt.partition(" is ")[0] for doubt in result.doubts] == ["the value sum", "the value kind"]


def test_own_code_conditions_and_values_inside_objects_are_told():
    changes = [
        {"type": "CustomTransformation", "class_name": "own.Change", "depth": 3},
        {**fill(("kind", "{{ record.a }}"))[0], "condition": "{{ record.a }}"},
        {"type": "AddFields", "fields": [{"path": ["about", "kind"], "value": "x"}]},
    ]
    result = change(changes, "kind")
    assert result.entity["fields"]["kind"] == {"source": "a", "type": "string"}
    assert result.doubts == [
        "own Python code changes records in the manifest, and here they stay as they are sent: own.Change",
        "a change of records has a condition, which is left out: {{ record.a }}",
        "a value inside an object is left out: ['about', 'kind'] = x",
    ]


def test_keys_of_an_inner_object_are_looked_for_in_both_places():
    changes = [
        {"type": "DpathFlattenFields", "field_path": ["about"], "delete_origin_value": True},
        {"type": "RemoveFields", "field_pointers": [["about"], ["noise"]]},
    ]
    result = change(changes, "name")
    assert result.entity["fields"]["name"] == {"source": ["name", "about.name"], "type": "string"}
    assert result.read["drop"] == ["noise"]
    assert result.doubts == []


def test_value_of_an_inner_object_keeps_both_places_under_another_name():
    flat = {"type": "DpathFlattenFields", "field_path": ["about"]}
    named = fill(("kind", "{{ record.sort.name or 'x' }}"), ("id", "{{ record.kind }}"))
    fields = change([flat, *named], "kind").entity["fields"]
    words = {"source": ["sort.name", "about.sort.name"], "type": "string", "default": "x"}
    assert fields == {"id": {**words, "required": True}, "kind": words}
    fields = change([*fill(("kind", "{{ record.sort }}")), flat], "kind").entity["fields"]
    assert fields["kind"] == {"source": "sort", "type": "string"}, "it was filled before"


def test_filter_of_what_came_out_of_an_inner_object_is_the_reason():
    changes = [
        {"type": "DpathFlattenFields", "field_path": ["about"]},
        *fill(("kind", "{{ record.sort }}")),
    ]
    wanted = {"condition": "{{ record.kind == 'x' }}"}
    chosen = selector("data", record_filter=wanted, transform_before_filtering=True)
    reason = refuse(more={"transformations": changes}, record_selector=chosen)
    assert reason == "a filter of records: {{ record.kind == 'x' }}"


@pytest.mark.parametrize(
    "one",
    [
        {"type": "DpathFlattenFields", "field_path": ["*"]},
        {"type": "DpathFlattenFields", "field_path": ["a"], "key_transformation": {"prefix": "a_"}},
        {"type": "KeysToLower"},
    ],
)
def test_change_without_a_word_is_the_reason(one):
    assert refuse(more={"transformations": [one]}) == f"a change of records: {one['type']}"


def test_schema_that_stands_elsewhere_leaves_the_key_and_a_doubt():
    result = convert_one(more={"schema_loader": {"type": "JsonFileSchemaLoader", "file_path": "./a.json"}})
    assert result.entity["fields"] == {"id": {"type": "string", "required": True}}
    told = "the key has a column, and all else stands in extra: the schema is not in the manifest"
    assert result.doubts == [f"{told}: JsonFileSchemaLoader"]


def test_property_of_which_a_schema_says_nothing_is_json():
    loader = {"type": "InlineSchemaLoader", "schema": {"properties": {"id": {"type": "string"}, "any": True}}}
    fields = convert_one(more={"schema_loader": loader}).entity["fields"]
    assert fields["any"] == {"type": "json", "format": "text"}
