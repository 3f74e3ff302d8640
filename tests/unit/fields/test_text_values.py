"""string, text, object_id and boolean."""

from __future__ import annotations

import polars as pl
import pytest

from crm_sync.fields.base import FieldContext
from crm_sync.fields.json_values import JsonValidator
from crm_sync.fields.text_values import BooleanValidator, ObjectIdValidator, StringValidator
from tests.unit.fields.fields_support import read_value


def test_string_keeps_inner_and_outer_blanks() -> None:
    assert read_value(StringValidator(), "  a  b\n").value == "  a  b\n"


@pytest.mark.parametrize("text", [" 0012 ", "A\t", "123.0", "1e5"])
def test_object_id_is_kept_as_the_source_has_it(text: str) -> None:
    assert read_value(ObjectIdValidator(), text).value == text


@pytest.mark.parametrize("word", ["true", "1", "yes", "t", "y", "on", "TRUE", " Yes "])
def test_boolean_yes_word_is_true(word: str) -> None:
    assert read_value(BooleanValidator(), word).value is True


@pytest.mark.parametrize("word", ["false", "0", "no", "f", "n", "off", "False"])
def test_boolean_no_word_is_false(word: str) -> None:
    assert read_value(BooleanValidator(), word).value is False


@pytest.mark.parametrize("word", ["maybe", "2", "1.0", "ja", "-"])
def test_boolean_other_word_is_refused(word: str) -> None:
    verdict = read_value(BooleanValidator(), word)
    assert verdict.value is None
    assert verdict.error is not None


@pytest.mark.parametrize(
    "text", ['{"a": [1, 2.50, null]}', "[]", "5", '"text"', "true", "1e400", '{"a": "\\u00e9"}']
)
def test_json_valid_text_is_kept_as_it_is(text: str) -> None:
    verdict = read_value(JsonValidator(), text)
    assert (verdict.value, verdict.error) == (text, None)


@pytest.mark.parametrize("form", [None, "text"])
def test_json_null_is_null(form: str | None) -> None:
    validator = JsonValidator(FieldContext(format=form))
    texts = pl.Series(["null", " null ", "[null]"])
    cleaned = texts.to_frame("v").select(validator.text(pl.col("v"))).to_series()
    assert cleaned.to_list() == [None, None, "[null]"]


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "{'a': 1}",
        '{"a": 1',
        "NaN",
        "[1,]",
        "1e999999",
        '["\\ud83d\\ude00\t"]',
        "[" * 5000,
        '{"a": "\\ud800"',
    ],
    ids=lambda v: v[:12],
)
def test_json_broken_text_is_refused(text: str) -> None:
    assert read_value(JsonValidator(), text).error == "not valid JSON"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("all", '"all"'),
        ("+13035550122", '"+13035550122"'),
        ('say "x"', '"say \\"x\\""'),
        ('{"a":1}', '{"a":1}'),
    ],
    ids=["word", "number with a plus", "quotes", "object"],
)
def test_json_of_format_text_keeps_a_plain_text_as_json(text: str, expected: str) -> None:
    verdict = read_value(JsonValidator(FieldContext(format="text")), text)
    assert (verdict.value, verdict.error) == (expected, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":"x\\u0000y"}', '{"a":"x\ufffdy"}'),
        ('{"a":"\\ud83d"}', '{"a":"\ufffd"}'),
        ('["\\udc00\\ud800"]', '["\ufffd\ufffd"]'),
    ],
    ids=["NUL", "lone high surrogate", "wrong order"],
)
def test_json_text_that_jsonb_refuses_is_altered(text: str, expected: str) -> None:
    verdict = read_value(JsonValidator(), text)
    assert (verdict.value, verdict.altered) == (expected, True)


@pytest.mark.parametrize("text", ['{"a": "\\\\u0000"}', '{"a": "\\ud83d\\ude00"}'], ids=["escaped", "emoji"])
def test_json_harmless_escape_is_kept(text: str) -> None:
    verdict = read_value(JsonValidator(), text)
    assert (verdict.value, verdict.altered) == (text, False)
