"""Where records are, which are wanted, and what answers are, where manifests say it in unusual ways."""

from __future__ import annotations

import pytest

from tests.sources.manifests.patterns import option, pages, selector, stream
from tests.unit.import_manifest.convert_support import convert, convert_one, refuse, retrieve

ORIGIN = "{{ record['about']['kind'] }}"


def select(one, **words):
    return convert(stream(retriever={**retrieve(), "record_selector": one}, **words))


def keep(condition, **words):
    return select(selector("data", record_filter={"condition": condition}), **words)


def extract(**words):
    return {"extractor": words}


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        ({}, "a selector without an extractor"),
        (
            extract(type="CustomRecordExtractor", class_name="own.E"),
            "own Python code that extracts records: own.E",
        ),
        (
            extract(type="ResponseToFileExtractor"),
            "own Python code that extracts records: ResponseToFileExtractor",
        ),
        (
            extract(type="DpathExtractor", field_path=["a"], record_expander={"type": "RecordExpander"}),
            "records that are spread over several lists",
        ),
        (selector("a", "**", "b"), "records at any depth: a.**.b"),
        (selector("{{ config.path }}"), "a path of records that has to be worked out: {{ config.path }}"),
        (
            selector("data", record_filter={"type": "CustomRecordFilter", "class_name": "own.F"}),
            "own Python code that filters records: own.F",
        ),
    ],
)
def test_selector_that_cant_be_said_is_the_reason(one, reason):
    assert select(one).lacks == [reason]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ([], ""),
        (["", "data"], "data"),
        (["{{ parameters.none }}", "data"], "data"),
        ("data", "data"),
        (["a.b", "*"], r"a\.b.*"),
    ],
)
def test_path_of_the_records_is_dotted(path, found):
    assert select(extract(type="DpathExtractor", field_path=path)).one["records_path"] == found


@pytest.mark.parametrize(
    "condition",
    [
        "{{ record.n == 1 }}",
        "{{ record.n in [1, 2] }}",
        "{{ record.a in 'xy' }}",
        "{{ record.a == ['x'] }}",
        "{{ 'a' == 'b' }}",
        "{{ 'x' == record.a }}",
        "{{ record == 'x' }}",
        "{{ other.a == 'x' }}",
        "{{ record.a == record.b }}",
        "{{ record.a + 'x' == 'yx' }}",
        "{{ record.a != 'x' }}",
        "{{ 'a' < record.a < 'c' }}",
        "{{ record.a }}",
    ],
)
def test_filter_that_compares_otherwise_is_the_reason(condition):
    assert keep(condition).lacks == [f"a filter of records: {condition}"]


@pytest.mark.parametrize(
    "change",
    [
        {"type": "RemoveFields", "field_pointers": [["kind"]]},
        {"type": "AddFields", "fields": [{"path": ["kind"], "value": "fixed"}]},
        {"type": "AddFields", "fields": [{"path": ["kind"], "value": "{{ record.a or 'x' }}"}]},
    ],
)
def test_filter_of_what_no_sent_record_has_is_the_reason(change):
    wanted = selector(
        "data", record_filter={"condition": "{{ record.kind == 'x' }}"}, transform_before_filtering=True
    )
    assert select(wanted, transformations=[change]).lacks == ["a filter of records: {{ record.kind == 'x' }}"]
    early = selector("data", record_filter={"condition": "{{ record.kind == 'x' }}"})
    assert select(early, transformations=[change]).read["keep"] == {"kind": ["x"]}


@pytest.mark.parametrize(
    ("decoder", "answer", "doubts"),
    [
        ({"type": "JsonDecoder"}, {"single": True}, 0),
        ({"type": "CsvDecoder"}, {"format": "csv"}, 0),
        (
            {"type": "CsvDecoder", "delimiter": ";", "encoding": "utf-8"},
            {"format": "csv", "delimiter": ";"},
            0,
        ),
        ({"type": "XmlDecoder"}, {"format": "xml"}, 1),
    ],
)
def test_answer_has_the_format_of_its_decoder(decoder, answer, doubts):
    records = selector() if decoder["type"] == "CsvDecoder" else selector("data")
    result = convert(stream(retriever={**retrieve(decoder=decoder), "record_selector": records}))
    assert result.read["answer"] == answer
    assert len(result.doubts) == doubts


def test_json_answer_of_a_paged_list_needs_no_word():
    paginator = pages({"type": "OffsetIncrement", "page_size": 5}, option("at"))
    assert "answer" not in convert_one(decoder={"type": "JsonDecoder"}, paginator=paginator).read


def test_answers_that_own_code_decodes_are_the_reason():
    own = {"type": "CustomDecoder", "class_name": "own.D"}
    assert refuse(decoder=own) == "own Python code that decodes answers: own.D"
