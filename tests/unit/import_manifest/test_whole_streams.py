"""What of a stream is no list that one can read, its key, and values that several streams share."""

from __future__ import annotations

import runpy
import sys

import pytest

from crm_sync.exceptions import ConfigError
from crm_sync.import_manifest.connector import convert_manifest
from crm_sync.import_manifest.findings import NotSaidError
from crm_sync.import_manifest.folder import check
from crm_sync.import_manifest.references import resolve
from tests.sources.manifests.patterns import stream
from tests.unit.import_manifest.convert_support import convert, retrieve


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        ({"name": "things"}, "own Python code that reads"),
        (stream(retriever={"type": "AsyncRetriever"}), "jobs of the source: AsyncRetriever"),
        (
            stream(retriever={"type": "CustomRetriever", "class_name": "own.R"}),
            "own Python code that reads: own.R",
        ),
        (stream(retriever={}), "a stream without a requester or a selector"),
        (
            stream(retriever={**retrieve(), "record_selector": None}),
            "a stream without a requester or a selector",
        ),
    ],
)
def test_stream_that_is_no_list_is_the_reason(one, reason):
    assert convert(one).lacks == [reason]


@pytest.mark.parametrize(
    ("given", "key", "sources"),
    [
        ("id", ["id"], [None]),
        ([["id"], ["name"]], ["id", "name"], [None, None]),
        ([["about", "uid"]], ["about_uid"], ["about.uid"]),
        (["id", ""], ["id"], [None]),
    ],
)
def test_key_is_columns_of_the_paths(given, key, sources):
    entity = convert(stream(retriever=retrieve(), primary_key=given)).entity
    assert entity["primary_key"] == key
    assert [entity["fields"][name].get("source") for name in key] == sources


def test_key_that_has_to_be_worked_out_is_a_hash_and_told():
    result = convert(stream(retriever=retrieve(), primary_key="{{ config.key }}"))
    assert result.entity["primary_key"] == ["row_hash"]
    assert result.doubts[0] == "the manifest works the key out: {{ config.key }}"


def test_value_of_the_config_is_one_extra_for_all_streams():
    asks = {"request_parameters": {"zone": "{{ config.zone }}"}}
    result = convert(
        stream("one", retriever=retrieve("/one", asks=asks)),
        stream("two", retriever=retrieve("/two", asks=asks)),
    )
    assert result.rest["extras"] == ["zone"]
    assert [one["read"]["passes"][0]["params"] for one in result.connector.entities.values()] == [
        {"zone": "{zone}"}
    ] * 2


def test_source_that_is_not_valid_is_an_error_and_no_lack_of_its_streams():
    manifest = {"streams": [stream(retriever=retrieve()), stream("more", retriever=retrieve())]}
    connector = convert_manifest(manifest, "Title")
    connector.source["kind"] = "unheard"
    with pytest.raises(ConfigError, match=r"crm/source\.yaml"):
        check(connector, "crm")
    assert sorted(connector.entities) == ["more", "things"]


@pytest.mark.parametrize("ref", ["#/a/x", "#/a/b/c", "#/list/7", "#/list/x"])
def test_reference_below_a_plain_value_or_beside_a_list_leads_nowhere(ref):
    manifest = {"a": {"b": "text"}, "list": [1], "value": ref}
    with pytest.raises(NotSaidError, match=f"a reference that leads nowhere: {ref}"):
        resolve(manifest)


def test_module_is_the_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["import_manifest", "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("crm_sync.import_manifest", run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("Usage: python -m crm_sync.import_manifest")
