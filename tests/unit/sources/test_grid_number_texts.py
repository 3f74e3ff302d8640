"""Numbers that were typed as texts: decoration off, and nothing guessed."""

from __future__ import annotations

import pytest

from crm_sync.sources.grid.number_texts import read_number_text
from crm_sync.sources.grid.ranges import name_cells, name_column, name_rows, read_first_row


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("$1,234.50", ".", "1234.50"),
        ("1.234,50", ",", "1234.50"),
        ("1\u202f234,5", ",", "1234.5"),
        ("1 234 567", ",", "1234567"),
        (".5", ".", "0.5"),
        ("5.", ".", "5"),
        ("0,5", ",", "0.5"),
        ("(7)", ".", "-7"),
        ("50%", None, "0.50"),
        ("$7", None, "7"),
        ("1.000", ",", "1000"),
        ("1.000", ".", "1"),
    ],
)
def test_number_is_read_by_its_mark(text, mark, number):
    assert read_number_text(text, mark) == number


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("1,23", "."),
        ("1.23", ","),
        ("1,2345", "."),
        ("1,234", None),
        ("1.5", None),
        ("", "."),
        (".", "."),
        ("( )", "."),
    ],
)
def test_what_is_no_number_or_two_comes_back_as_it_is(text, mark):
    assert read_number_text(text, mark) == text


def test_answer_has_the_mark_that_the_field_expects():
    assert read_number_text("$1.234,50", ",", written=",") == "1234,50"


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_column_has_letters(index, letters):
    assert name_column(index) == letters


def test_title_is_always_quoted_and_its_quotes_are_doubled():
    assert name_cells("Bob's", 2, 9, 27) == "'Bob''s'!A2:AA9"
    assert name_rows("x", 1, 1) == "'x'!1:1"


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        ("'T'!A2:B9", 2),
        ("Spend!A2:B9", 2),
        ("'A1:B2'!C7", 7),
        ("'T'!1:1", 1),
        ("'It''s 5!'!A31:Z40", 31),
        ("T", None),
    ],
)
def test_first_row_of_a_range_is_found_whatever_the_title(cells, row):
    assert read_first_row(cells) == row
