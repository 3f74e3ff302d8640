"""References and parameters: what stands elsewhere, and what stands around."""

from __future__ import annotations

import pytest

from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.findings import NotSaidError
from crm_sync.import_manifest.references import resolve
from tests.unit.import_manifest.convert_support import BASE, convert, refuse, retrieve

DEFINITIONS = {
    "base": {"a": 1, "b": {"c": 2}},
    "more": {"$ref": "#/definitions/base", "a": 3},
    "path/with/slash": 4,
    "list": [{"x": 5}],
}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"$ref": "#/definitions/base"}, {"a": 1, "b": {"c": 2}}),
        ({"$ref": "#/definitions/base", "a": 9}, {"a": 9, "b": {"c": 2}}),
        ({"$ref": "#/definitions/more"}, {"a": 3, "b": {"c": 2}}),
        ({"$ref": "#/definitions/more/b"}, {"c": 2}),
        ("#/definitions/more/b/c", 2),
        ("#/definitions/path/with/slash", 4),
        (["#/definitions/list/0"], [{"x": 5}]),
        ({"inner": {"$ref": "#/definitions/list"}}, {"inner": [{"x": 5}]}),
    ],
)
def test_reference_is_what_it_leads_to(value, found):
    assert resolve({"definitions": DEFINITIONS, "value": value})["value"] == found


@pytest.mark.parametrize(
    ("definitions", "words"),
    [
        ({"a": {"$ref": "#/definitions/b"}}, "leads nowhere: #/definitions/b"),
        ({"a": {"$ref": "#/definitions/a"}}, "a reference to itself"),
        ({"a": {"$ref": "#/definitions/b"}, "b": {"x": "#/definitions/a"}}, "a reference to itself"),
    ],
)
def test_reference_that_ends_nowhere_is_one_sentence(definitions, words):
    with pytest.raises(NotSaidError, match=words):
        resolve({"definitions": definitions})


def test_parameter_stands_for_a_key_that_is_missing_and_the_inner_one_wins():
    outer = Component({"$parameters": {"path": "outer", "x": 1}, "inner": {"$parameters": {"path": "own"}}})
    inner = outer.part("inner")
    assert inner is not None
    assert (outer.take("path"), inner.take("path"), inner.take("x")) == ("outer", "own", 1)
    assert inner.own("path") is None


def test_key_that_nothing_reads_is_named_and_a_stray_parameter_is_not():
    one = {"name": "things", "retriever": retrieve(surprise=1), "$parameters": {"surprise2": 3}}
    result = convert({"type": "DeclarativeStream", "primary_key": "id", **one})
    assert result.doubts == ["not understood, and left out: streams[0].retriever.surprise"]
    assert result.entity["fields"] == {"id": {"type": "string", "required": True}}


def test_parameters_fill_texts_and_one_that_is_not_there_is_a_reason():
    asks = {"url_base": f"{BASE}/{{{{ parameters['part'] }}}}"}
    one = {"name": "things", "primary_key": "id", "retriever": retrieve(asks=asks)}
    result = convert({**one, "$parameters": {"part": "x"}})
    assert result.one["path"] == "/v1/x/things"
    assert refuse(asks=asks) == "a parameter that is not there: parameters.part"
