"""Filters, changes of records, schemas and keys in the words of an entity."""

from __future__ import annotations

import pytest

from tests.sources.manifests.patterns import selector, stream
from tests.unit.import_manifest.convert_support import convert, convert_one, retrieve
from tests.unit.import_manifest.test_lists import TEAMS, parent


@pytest.mark.parametrize(
    ("condition", "keep", "doubts"),
    [
        ("{{ record['a']['b'] == 'x' }}", {"a.b": ["x"]}, 0),
        ("{{ record.a in ['x', 'y'] }}", {"a": ["x", "y"]}, 0),
        ("{{ record.updated >= stream_interval.start_time }}", None, 1),
        ("{{ not config.get('ids') or record.id in config['ids'] }}", None, 1),
    ],
)
def test_filter_of_records(condition, keep, doubts):
    one = {**retrieve(), "record_selector": selector("data", record_filter={"condition": condition})}
    result = convert(stream(retriever=one))
    assert result.read.get("keep") == keep
    assert len(result.doubts) == doubts


def test_filter_that_compares_otherwise_is_the_reason():
    one = {
        **retrieve(),
        "record_selector": selector("data", record_filter={"condition": "{{ record.n > 1 }}"}),
    }
    assert convert(stream(retriever=one)).lacks == ["a filter of records: {{ record.n > 1 }}"]


def test_changes_of_records_are_sources_of_columns():
    added = [
        ("id", "{{ record['about']['uid'] }}"),
        ("team", "{{ stream_partition['team'] }}"),
        ("kind", "thing"),
        ("size", "{{ record.size or 'none' }}"),
        ("total", "{{ record.a + record.b }}"),
    ]
    changes = [
        {"type": "AddFields", "fields": [{"path": [name], "value": text} for name, text in added]},
        {"type": "RemoveFields", "field_pointers": [["about"], ["noise"], ["a", "b"]]},
    ]
    properties = {name: {"type": ["null", "string"]} for name, _ in added}
    loader = {"type": "InlineSchemaLoader", "schema": {"properties": {**properties, "noise": {}}}}
    result = convert_one(
        more={"transformations": changes, "schema_loader": loader}, partition_router=parent(TEAMS)
    )
    assert result.entity["fields"] == {
        "id": {"source": "about.uid", "type": "string", "required": True},
        "team": {"source": "_team", "type": "string"},
        "kind": {"type": "string", "default": "thing"},
        "size": {"type": "string", "default": "none"},
    }
    assert result.read["drop"] == ["noise"], "about is what the key is filled from"
    assert result.doubts == [
        "what the manifest removes stays in the column extra: ['a', 'b']",
        "the value total is worked out in the manifest, and left out here: {{ record.a + record.b }}",
    ]


def test_schema_is_columns_with_types_and_names_of_the_table():
    properties = {
        "id": {"type": ["integer", "null"]},
        "userName": {"type": "string"},
        "at": {"type": "string", "format": "date-time"},
        "day": {"type": "string", "format": "date"},
        "amount": {"type": ["integer", "number"]},
        "is_on": {"type": "boolean"},
        "parts": {"type": ["array", "null"]},
        "mixed": {"type": ["string", "object"]},
        "a.b": {"type": ["string", "integer"]},
        "extra": {},
    }
    loader = {"type": "InlineSchemaLoader", "schema": {"properties": properties}}
    fields = convert_one(more={"schema_loader": loader}).entity["fields"]
    assert fields == {
        "id": {"type": "integer", "required": True},
        "user_name": {"source": "userName", "type": "string"},
        "at": {"type": "datetime"},
        "day": {"type": "date"},
        "amount": {"type": "number"},
        "is_on": {"type": "boolean"},
        "parts": {"type": "json"},
        "mixed": {"type": "json", "format": "text"},
        "a_b": {"source": r"a\.b", "type": "string"},
        "extra_2": {"source": "extra", "type": "json", "format": "text"},
    }


def test_row_without_a_key_is_its_own_key_and_the_entity_says_so():
    result = convert_one(more={"primary_key": []})
    assert result.entity["primary_key"] == ["row_hash"]
    assert result.entity["fields"]["row_hash"] == {"source": "_hash", "type": "string", "required": True}
    assert result.doubts[0].startswith("rows have no key")


def test_filter_of_what_was_made_of_a_record_is_one_of_what_was_sent():
    added = {"type": "AddFields", "fields": [{"path": ["kind"], "value": "{{ record['about']['kind'] }}"}]}
    wanted = selector(
        "data",
        record_filter={"condition": "{{ record.kind == 'x' }}"},
        transform_before_filtering=True,
    )
    one = stream(retriever={**retrieve(), "record_selector": wanted}, transformations=[added])
    assert convert(one).read["keep"] == {"about.kind": ["x"]}
    added["fields"] = [{"path": ["kind"], "value": "{{ record.a ~ record.b }}"}]
    assert convert(one).lacks == ["a filter of records: {{ record.kind == 'x' }}"]


def test_filter_that_wants_records_without_a_value_is_the_reason():
    wanted = selector("data", record_filter={"condition": "{{ record.get('kind', 'x') == 'x' }}"})
    result = convert(stream(retriever={**retrieve(), "record_selector": wanted}))
    assert result.lacks == ["a filter of records: {{ record.get('kind', 'x') == 'x' }}"]


def test_streams_of_two_forms_and_under_a_condition_are_doubts():
    two = {"type": "StateDelegatingStream", "full_refresh_stream": stream(retriever=retrieve())}
    some = {
        "type": "ConditionalStreams",
        "condition": "{{ config.all }}",
        "streams": [stream("more", retriever=retrieve())],
    }
    assert convert(two, some).doubts == [
        "the stream for full reads is used, and the one for changes is left out",
        "the manifest has the stream under a condition: {{ config.all }}",
    ]
