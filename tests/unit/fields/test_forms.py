"""Forms: titles as people word them, values that say nothing, groups that become lines."""

from __future__ import annotations

import json

import pytest

from crm_sync.config.shapes import FormWords
from crm_sync.config.validation import validate_model
from crm_sync.exceptions import ConfigError
from crm_sync.fields.forms import list_lines, normalise_title, pick_answers, read_answers

WORDS = FormWords.model_validate(
    {
        "source": "form",
        "blanks": ["-", "N/A"],
        "columns": {"result": ["Result"], "price": ["Last Price", "Price"], "topic": ["Warm Up & Topic"]},
        "brackets": {"bucket": "result"},
    }
)
LINES = FormWords.model_validate(
    {
        "source": "form",
        "lines": {
            "number": "n",
            "most": 3,
            "columns": {"kind": ["Kind {n}"], "amount": ["Kind {n} Amount"]},
            "single": {"kind": ["Kind"], "amount": ["Size", "Price"]},
        },
    }
)


def answer(*pairs):
    return [{"title": title, "value": value} for title, value in pairs]


def pick(*pairs, numbers=()):
    answers = read_answers(answer(*pairs), WORDS)
    assert answers is not None
    return pick_answers(answers, WORDS, numbers)


@pytest.mark.parametrize(
    "title",
    [
        "Warm Up & Topic",
        " warm  up & TOPIC ",
        "Warm Up & Topic:",
        "Warm Up & Topic -",
        "Warm Up \\u0026 Topic :-",
    ],
)
def test_title_is_compared_as_people_read_it(title):
    assert normalise_title(title) == "warm up & topic"


def test_other_words_are_another_title():
    assert normalise_title("Warm-Up & Topic") != normalise_title("Warm Up & Topic")


@pytest.mark.parametrize("blank", ["", "  ", "-", "n/a", None])
def test_value_that_says_nothing_is_null_and_the_next_title_counts(blank):
    assert pick(("Last Price", blank), ("Price", "5"))["_price"] == "5"


def test_first_value_of_a_title_that_comes_twice_counts():
    assert pick(("Price", "1"), ("Price", "2"))["_price"] == "1"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("$12,500.00", "12,500.00"),
        ("- $9", "9"),
        ("-$500", "-500"),
        ("$ 7", "7"),
        ("five", "five"),
        ("$", "$"),
        (12345678901234567890, "12345678901234567890"),
    ],
)
def test_currency_is_dropped_in_front_of_a_number(value, text):
    assert pick(("Price", value), numbers={"_price"})["_price"] == text


def test_currency_in_a_text_stays():
    assert pick(("Price", "$5 off"))["_price"] == "$5 off"


@pytest.mark.parametrize(
    ("value", "bucket"),
    [
        ("[SOLD] Same day", "SOLD"),
        ("- [ NO DEMO ]", "NO DEMO"),
        ("Sold [late]", None),
        ("[]", None),
        ("", None),
    ],
)
def test_bucket_is_what_stands_in_brackets_in_front(value, bucket):
    assert pick(("Result", value))["_bucket"] == bucket


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (["a", "b"], "a, b"), ({"a": 1}, '{"a": 1}'), (1.5, "1.5")],
    ids=["boolean", "list", "object", "number"],
)
def test_value_that_is_no_text_becomes_one(value, text):
    assert pick(("Result", value))["_result"] == text


def test_numbers_in_a_text_of_json_keep_their_digits():
    answers = read_answers('[{"title": "Price", "value": 123456789012345678901.10}]', WORDS)
    assert answers == {"price": "123456789012345678901.10"}


@pytest.mark.parametrize(
    "form", ["{", "42", '"a"', '{"title": "x"}', '["x"]', '[{"value": 1}]', "[" * 100_000]
)
def test_what_is_no_form_is_none(form):
    assert read_answers(form, WORDS) is None


@pytest.mark.parametrize("form", [None, "", " ", "[]"])
def test_missing_form_has_no_answers(form):
    assert read_answers(form, WORDS) == {}


def lines(*pairs, numbers=()):
    return list(list_lines(read_answers(answer(*pairs), LINES) or {}, LINES, numbers))


def test_each_numbered_group_is_a_line():
    found = lines(("Kind 3", "c"), ("Kind 1", "a"), ("Kind 1 Amount", "$1"), numbers={"_amount"})
    assert found == [
        {"_n": "1", "_kind": "a", "_amount": "1"},
        {"_n": "3", "_kind": "c", "_amount": None},
    ]


def test_group_beyond_the_largest_number_is_none():
    assert lines(("Kind 4", "d")) == []


def test_single_group_is_line_1_where_there_is_no_other():
    assert lines(("Kind", "a"), ("Price", "2")) == [{"_n": "1", "_kind": "a", "_amount": "2"}]
    assert lines(("Kind", "a"), ("Kind 2", "b")) == [{"_n": "2", "_kind": "b", "_amount": None}]
    assert lines(("Size", "2")) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"source": "f", "brackets": {"a": "b"}}, "brackets"),
        ({"source": "f", "lines": {"number": "n", "most": 1, "columns": {"a": ["A"]}}}, "titles with"),
        (
            {
                "source": "f",
                "lines": {"number": "n", "most": 1, "columns": {"a": ["A{n}"]}, "single": {"b": ["B"]}},
            },
            "names that columns has",
        ),
    ],
)
def test_words_that_do_not_fit_are_named(words, expected):
    with pytest.raises(ConfigError, match=expected):
        validate_model(FormWords, words, "demo/things.yaml")


def test_text_of_json_and_json_itself_are_the_same():
    pairs = answer(("Result", "x"), ("Price", "2"))
    assert read_answers(json.dumps(pairs), WORDS) == read_answers(pairs, WORDS)
