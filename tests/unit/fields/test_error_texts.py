"""Texts by which a source says that it could not work a value out: null with a finding, in every type."""

from __future__ import annotations

import json

import pytest

from crm_sync.config.models import EntityConfig
from crm_sync.sync.transform import transform_chunk
from crm_sync.sync.validate import validate_chunk

READ = {"strategy": "files", "path": "x.jsonl", "format": "jsonl"}


def build(**field):
    return EntityConfig.model_validate(
        {
            "crm_source": "demo",
            "sync_type": "items",
            "table_schema": "demo",
            "read": READ,
            "primary_key": ["id"],
            "fields": {"id": {}, "value": field},
            "error_texts": ["#N/A", "Loading..."],
            "null_texts": ["0000", "none"],
        }
    )


def transform(entity, *values):
    lines = [json.dumps({"id": str(at), "value": value}) for at, value in enumerate(values)]
    return transform_chunk("\n".join(lines).encode() + b"\n", entity)


@pytest.mark.parametrize(
    "kind",
    ["string", "text", "object_id", "email", "phone", "url", "integer", "decimal", "boolean", "date", "json"],
)
def test_error_is_null_with_a_finding_in_every_type(kind):
    chunk = transform(build(type=kind), "#N/A")
    assert chunk.typed["value"].to_list() == [None]
    assert chunk.findings.select("field", "rule", "value", "action").rows() == [
        ("value", "field_nulled", "#N/A", "null")
    ]


def test_only_the_whole_text_is_one():
    chunk = transform(build(type="string"), "it says #N/A", "Loading...", "ok", None)
    assert chunk.typed["value"].to_list() == ["it says #N/A", None, "ok", None]
    assert chunk.findings["row"].to_list() == [1]


def test_required_value_that_is_one_rejects_its_record_with_the_text():
    entity = build(type="string", required=True)
    chunk = transform(entity, "ok", "#N/A")
    verdicts = validate_chunk(chunk.typed, chunk.findings, entity)
    rejected = verdicts.filter(verdicts["action"] == "reject")
    assert rejected["record_id"].unique().to_list() == ["1"]
    assert "#N/A" in rejected["value"].to_list()


def test_key_that_is_one_rejects_its_record():
    entity = EntityConfig.model_validate({**build(type="string").model_dump(), "primary_key": ["value"]})
    assert transform(entity, "#N/A").findings["rule"].to_list() == ["missing_key"]


def test_sensitive_value_that_is_one_is_not_shown():
    chunk = transform(build(type="string", sensitive=True), "#N/A")
    assert chunk.findings["value"].to_list() == ["***"]


@pytest.mark.parametrize("kind", ["string", "object_id", "email", "integer", "boolean", "datetime", "json"])
def test_null_text_is_null_without_a_finding_in_every_type(kind):
    chunk = transform(build(type=kind), "0000", "none")
    assert chunk.typed["value"].to_list() == [None, None]
    assert chunk.findings.is_empty()


def test_null_text_is_no_key_and_only_the_whole_text_is_one():
    entity = build(type="string")
    chunk = transform_chunk(b'{"id": "0000", "value": "a"}\n{"id": "00000", "value": "0000 "}\n', entity)
    assert chunk.typed["id"].to_list() == [None, "00000"]
    assert chunk.typed["value"].to_list() == ["a", "0000 "]
