"""Flags, counts, positions and links in answers: read as what they are, absent, or an error."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.rest.page_words import read_count, read_flag, read_link, read_position

NOTHING = [{}, {"at": None}, {"at": {"x": None}}, {"at": []}, {"at": {}}, []]


@pytest.mark.parametrize("read", [read_flag, read_count, read_position, read_link])
@pytest.mark.parametrize("data", NOTHING)
def test_word_that_the_answer_does_not_have_says_nothing(read, data):
    assert read(data, "at.x") is None


@pytest.mark.parametrize("flag", [True, False])
def test_flag_is_read_in_all_notations(flag):
    values = [True, 1, 1.0, "true", " Y ", "YES", "1"] if flag else [False, 0, 0.0, "0", "No", "FALSE", "n"]
    assert [read_flag({"at": value}, "at") for value in values] == [flag] * len(values)


def test_count_is_read_in_all_notations():
    values = [250, "250", " 250 ", 250.0, "250.0"]
    assert {read_count({"at": value}, "at") for value in values} == {250}
    assert read_count({"at": "0"}, "at") == 0


@pytest.mark.parametrize(
    ("value", "token"), [(7, "7"), (7.0, "7"), ("a b", "a b"), (0, "0"), ("", None), (False, None)]
)
def test_position_is_a_text_or_a_number(value, token):
    assert read_position({"at": value}, "at") == token


@pytest.mark.parametrize(
    ("read", "values"),
    [
        (read_flag, ["maybe", "", 2, -1, 0.5, {}, [1], "oui"]),
        (read_count, [-1, "many", "", "1,000", 1.5, True, {"n": 1}, [250], "1e3"]),
        (read_position, [True, 1.5, {"after": 1}, ["x"], "  ", "\udc80"]),
        (read_link, [True, 2, {"href": "/x"}, ["/x"], " ", 1.5]),
    ],
    ids=["flag", "count", "position", "link"],
)
def test_anything_else_is_an_error_that_names_place_and_what_came(read, values):
    for value in values:
        with pytest.raises(UnexpectedResponseError, match=r"the answer has .* at 'at', expected "):
            read({"at": value}, "at")


@pytest.mark.parametrize("between", ["text", 7, [1], True])
def test_something_else_than_an_object_on_the_way_is_an_error(between):
    with pytest.raises(UnexpectedResponseError, match="at 'paging', expected an object"):
        read_position({"paging": between}, "paging.next.after")
