"""integer, number and decimal: exact text, the range of numeric and bigint."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_sync.fields.number_values import DecimalValidator, IntegerValidator
from tests.unit.fields.fields_support import read_value

DIGITS_38 = "12345678901234567890123456789012345678"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17", "17"),
        ("0.2", "0.2"),
        ("1.50", "1.50"),
        ("-3.10", "-3.10"),
        ("+5", "5"),
        ("007.50", "7.50"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-0", "0"),
        ("-0.00", "0.00"),
        ("0", "0"),
        ("1,234.50", "1234.50"),
        ("-12,345,678", "-12345678"),
        ("1e5", "100000"),
        ("1.5E-7", "0.00000015"),
        ("6.800000000000001", "6.800000000000001"),
        ("1e308", "1e308"),
        ("1.50e100", "1.5e100"),
        ("0e999999", "0"),
        ("00E04404582", "0"),
        ("1e0000000000002", "100"),
        (DIGITS_38, DIGITS_38),
        (f"0.{DIGITS_38}", f"0.{DIGITS_38}"),
        (" 42 ", "42"),
        ("9" * 131_072, "9" * 131_072),
    ],
    ids=lambda value: value[:20],
)
def test_decimal_number_becomes_canonical_text(text: str, expected: str) -> None:
    verdict = read_value(DecimalValidator(), text)
    assert verdict.value == expected
    assert verdict.error is None


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "Infinity",
        "-inf",
        "12abc",
        "1,23",
        "1.234,50",
        "1 234",
        "--1",
        "1e",
        "e5",
        ".",
        "-",
        "$5",
        "٣",
        "true",
    ],
)
def test_decimal_no_number_is_refused(text: str) -> None:
    verdict = read_value(DecimalValidator(), text)
    assert verdict.value is None
    assert verdict.error == "not a valid number"


@pytest.mark.parametrize(
    "text", ["9" * 131_073, "1e131072", "1e9999999", "1e-16384", "0." + "1" * 16_384], ids=lambda v: v[:9]
)
def test_decimal_beyond_numeric_is_refused(text: str) -> None:
    assert read_value(DecimalValidator(), text).error == "beyond the range of numeric"


@pytest.mark.parametrize("text", ["1e131071", "1e-16383", "9e-16383"])
def test_decimal_at_the_edge_of_numeric_is_kept(text: str) -> None:
    assert read_value(DecimalValidator(), text).value == text


@settings(max_examples=60)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=None))
def test_decimal_any_decimal_keeps_its_value(number: Decimal) -> None:
    verdict = DecimalValidator().judge(str(number))
    assert verdict.error is not None or Decimal(verdict.value) == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17", 17),
        ("17.0", 17),
        ("-5", -5),
        ("1,234,567", 1234567),
        ("1e3", 1000),
        ("007", 7),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
    ],
)
def test_integer_whole_number_is_read(text: str, expected: int) -> None:
    assert read_value(IntegerValidator(), text).value == expected


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("17.5", "not a whole number"),
        ("1e-1", "not a whole number"),
        ("9223372036854775808", "beyond the range of bigint"),
        ("1e400", "beyond the range of bigint"),
        ("seven", "not a valid integer"),
        ("NaN", "not a valid integer"),
    ],
)
def test_integer_other_value_is_refused(text: str, error: str) -> None:
    verdict = read_value(IntegerValidator(), text)
    assert (verdict.value, verdict.error) == (None, error)
