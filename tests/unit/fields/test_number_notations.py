"""Decimal marks and thousands: one notation per field, held against a plain reading of the same rules."""

from __future__ import annotations

import re
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crm_sync.fields.base import FieldContext
from crm_sync.fields.number_values import DecimalValidator, IntegerValidator
from tests.unit.fields.fields_support import finding_tuples, make_entity, read_value, transform

DIGITS = set("0123456789")
SEPARATORS = {".": ",", ",": ". \u00a0\u202f"}
AMBIGUOUS = "its mark may separate decimals or thousands: set decimal_mark"


def read_plainly(text: str, mark: str | None) -> Decimal | None:
    """Read a number character by character; None where it is none, or could be another."""
    used = mark or "."
    body = text[1:] if text[:1] in ("+", "-") else text
    mantissa, has_exponent, exponent = body.replace("E", "e").partition("e")
    whole, has_mark, fraction = mantissa.partition(used)
    power = exponent[1:] if exponent[:1] in ("+", "-") else exponent
    if has_exponent and not (power and set(power) <= DIGITS):
        return None
    if not set(fraction) <= DIGITS or not (whole or fraction):
        return None
    kinds = set(whole) - DIGITS
    if kinds:
        first, *groups = whole.replace(min(kinds), " ").split(" ")
        is_grouped = len(kinds) == 1 and kinds <= set(SEPARATORS[used]) and not has_exponent
        is_spelled = 1 <= len(first) <= 3 and first[0] != "0" and all(len(group) == 3 for group in groups)
        if not (is_grouped and is_spelled) or (has_mark and not fraction):
            return None
        if mark is None and len(groups) == 1 and not has_mark:
            return None
    digits = "".join(char for char in whole if char in DIGITS)
    number = Decimal(f"{digits or '0'}.{fraction or '0'}") * Decimal(10) ** int(exponent or 0)
    return -number if text[0] == "-" else number


@pytest.mark.parametrize("mark", [None, ".", ","])
@settings(max_examples=150)
@given(
    text=st.text("0123459.,+-e \u00a0", min_size=1, max_size=9)
    | st.from_regex(r"-?[0-9]{1,3}([., ][0-9]{3}){1,3}([.,][0-9]{1,3})?", fullmatch=True)
)
def test_decimal_agrees_with_a_plain_reading(mark: str | None, text: str) -> None:
    assume(not re.search(r"e[+-]?[0-9]{5}", text))  # beyond what PostgreSQL can hold
    trimmed = text.strip()
    value = read_value(DecimalValidator(FieldContext(decimal_mark=mark)), text).value
    expected = read_plainly(trimmed, mark) if trimmed else None
    assert (None if value is None else Decimal(value)) == expected


@pytest.mark.parametrize(
    "text",
    ["0,125", "00,123", "-0,500", "1,23,456", "12,34", "1.234,50", "1,234.", "1'234", "1,234e5", "1.234.567"],
)
@pytest.mark.parametrize("mark", [None, "."])
def test_decimal_thousands_that_nobody_writes_are_refused(text: str, mark: str | None) -> None:
    assert read_value(DecimalValidator(FieldContext(decimal_mark=mark)), text).error == "not a valid number"


@pytest.mark.parametrize(
    ("mark", "text", "expected"),
    [
        (None, "1,234.50", "1234.50"),
        (None, "-1,234,567", "-1234567"),
        (None, "48.137", "48.137"),
        (".", "48,137", "48137"),
        (",", "48,137", "48.137"),
        (",", "0,125", "0.125"),
        (",", "-0,500", "-0.500"),
        (",", "1.234,56", "1234.56"),
        (",", "1.125", "1125"),
        (",", "1 234 567,8", "1234567.8"),
        (",", "1\u202f234,50", "1234.50"),
        (",", "1\u00a0234", "1234"),
        (",", "17", "17"),
        (",", "+5,", "5"),
        (",", "1,5e3", "1500"),
    ],
)
def test_decimal_mark_says_what_a_comma_means(mark: str | None, text: str, expected: str) -> None:
    verdict = read_value(DecimalValidator(FieldContext(decimal_mark=mark)), text)
    assert (verdict.value, verdict.error) == (expected, None)


@pytest.mark.parametrize("text", ["1.5", "1,234.50", "1.234 567", "1.23,4", "0.125"])
def test_decimal_with_a_comma_refuses_what_has_a_point(text: str) -> None:
    assert read_value(DecimalValidator(FieldContext(decimal_mark=",")), text).value is None


def test_decimal_comma_that_could_be_thousands_is_refused_with_the_word_that_decides() -> None:
    assert read_value(DecimalValidator(), "48,137").error == AMBIGUOUS


@pytest.mark.parametrize(
    ("mark", "text", "expected"),
    [
        (None, "1.000", None),
        (None, "-12.000", None),
        (None, "1,234", None),
        (None, "1.500", None),
        (None, "17.0", 17),
        (None, "17.00", 17),
        (None, "0.000", 0),
        (None, "1234.000", 1234),
        (None, "1,234,567", 1234567),
        (".", "1.000", 1),
        (".", "1,234", 1234),
        (",", "1.000", 1000),
        (",", "1,000", 1),
        (",", "1 234", 1234),
        (",", "1,5", None),
    ],
)
def test_integer_of_one_group_needs_the_decimal_mark(
    mark: str | None, text: str, expected: int | None
) -> None:
    assert read_value(IntegerValidator(FieldContext(decimal_mark=mark)), text).value == expected


@pytest.mark.parametrize(
    "text", ["5-", "(5)", "$5", "5 %", "5%", "1_000", "\uff11\uff12", "٣", "\u22125", "0x1F", "1 000"]
)
def test_number_in_another_notation_is_refused(text: str) -> None:
    assert read_value(DecimalValidator(), text).value is None
    assert read_value(IntegerValidator(), text).value is None


def test_number_of_json_has_a_point_whatever_the_texts_have() -> None:
    entity = make_entity(
        {"price": {"type": "decimal", "source": "p.price"}, "pieces": {"type": "integer"}}, decimal_mark=","
    )
    records = [
        {"id": str(n), "p": {"price": price}, "pieces": 7.0}
        for n, price in enumerate([1.125, "1.125", "0,5"])
    ]
    result = transform(entity, *records)
    assert result.typed["price"].to_list() == ["1.125", "1125", "0.5"]
    assert result.typed["pieces"].to_list() == [7, 7, 7]


def test_decimal_mark_of_a_field_outweighs_the_entitys() -> None:
    fields = {"a": {"type": "decimal"}, "b": {"type": "decimal", "decimal_mark": "."}}
    raw = transform(make_entity(fields, decimal_mark=","), {"id": "1", "a": "48,137", "b": "48,137"})
    assert raw.typed.select("a", "b").row(0) == ("48.137", "48137")


def test_decimal_that_could_be_two_numbers_is_null_with_a_finding() -> None:
    result = transform(make_entity({"rate": {"type": "decimal"}}), {"id": "1", "rate": "48,137"})
    assert result.typed["rate"].to_list() == [None]
    assert finding_tuples(result.findings) == [(0, "rate", "field_nulled", "null")]
    assert result.findings["value"].to_list() == ["48,137"]


def test_decimal_column_with_thousands_is_read_as_a_column() -> None:
    texts = pl.Series([f"{number:,}.50" for number in range(1000, 1003)])
    validator = DecimalValidator()
    assert texts.to_frame("t").select(validator.attempts(pl.col("t"))[1]).to_series().to_list() == [
        "1000.50",
        "1001.50",
        "1002.50",
    ]
