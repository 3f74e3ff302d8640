"""What the oracle says of single values, from the contract: so that the oracle can be wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.oracle.json_values import Literal
from tests.oracle.settings import Column
from tests.oracle.told import KEPT, NULLED, REPLACED, Choice, Never, is_same
from tests.oracle.values import tell

REFUSED = "refused"
OPEN = "open"


def look(kind: str, value: Any, *, zone: str = "UTC", **words: Any) -> Any:
    told = tell(value, Column("v", ("v",), kind, **words), zone=zone, region="US")
    if len(told) > 1:
        return OPEN
    return REFUSED if told[0] == Choice(None, NULLED) else told[0].value


@pytest.mark.parametrize(
    ("text", "mark", "wanted"),
    [
        ("17", "", Decimal(17)),
        ("-1.50", "", Decimal("-1.50")),
        ("1,234.50", "", Decimal("1234.50")),
        ("1,234,567", "", Decimal(1234567)),
        ("48,137", "", REFUSED),
        ("48,137", ".", Decimal(48137)),
        (" 42 ", "", Decimal(42)),
        (".5", "", Decimal("0.5")),
        ("1e5", "", Decimal(100000)),
        ("007", "", Decimal(7)),
        ("0,125", ".", REFUSED),
        ("00,123", ".", REFUSED),
        ("-0,500", ".", REFUSED),
        ("1,23", ".", REFUSED),
        ("1234,567", ".", REFUSED),
        ("1.234,50", ".", REFUSED),
        ("NaN", "", REFUSED),
        ("٣", "", REFUSED),
        ("0,125", ",", Decimal("0.125")),
        ("1.234,50", ",", Decimal("1234.50")),
        ("1 234,5", ",", Decimal("1234.5")),
        ("1.234 567", ",", REFUSED),
        ("0.125", ",", REFUSED),
        ("1.000", ",", Decimal(1000)),
        ("12.34", ",", REFUSED),
    ],
)
def test_decimals(text, mark, wanted):
    assert look("decimal", text, decimal_mark=mark or None) == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("1.000", REFUSED),
        ("1,000", REFUSED),
        ("17.0", 17),
        ("17.5", REFUSED),
        ("1,048,137", 1048137),
        ("0,125", REFUSED),
        (Literal("1.000"), 1),
        (str(2**63), REFUSED),
        (str(2**63 - 1), 2**63 - 1),
        ("1e400", REFUSED),
        (True, REFUSED),
    ],
)
def test_integers(value, wanted):
    assert look("integer", value) == wanted


def test_numbers_of_json_keep_their_point_under_a_decimal_comma():
    assert look("decimal", Literal("0.125"), decimal_mark=",") == Decimal("0.125")


@pytest.mark.parametrize(
    ("text", "form", "wanted"),
    [
        ("1/9/2025", "%m/%d/%Y", date(2025, 1, 9)),
        ("1/9/25", "%m/%d/%Y", REFUSED),
        ("1.1.2", "%d.%m.%Y", REFUSED),
        ("+2025", "%Y", REFUSED),
        ("31/02/2025", "%d/%m/%Y", REFUSED),
        ("20250105", "%Y%m%d", date(2025, 1, 5)),
        ("2025111", "%Y%m%d", REFUSED),
        ("5.1.25", "%d.%m.%y", date(2025, 1, 5)),
        ("5.1.99", "%d.%m.%y", date(1999, 1, 5)),
        ("5.1.2025", "%d.%m.%y", REFUSED),
        ("Jan 5, 2025", "%b %d, %Y", date(2025, 1, 5)),
        ("2025-01-05", "%d.%m.%Y", REFUSED),
    ],
)
def test_days_by_a_format(text, form, wanted):
    found = look("date", text, format=form)
    assert found == wanted if wanted is not OPEN else found in (OPEN, REFUSED)


def test_pivot_says_the_century():
    assert look("date", "5.1.30", format="%d.%m.%y", pivot_year=30) == date(1930, 1, 5)
    assert look("date", "5.1.29", format="%d.%m.%y", pivot_year=30) == date(2029, 1, 5)


@pytest.mark.parametrize(
    ("text", "zone", "wanted"),
    [
        ("2025-01-05T10:00:00+02:00", "UTC", datetime(2025, 1, 5, 8, tzinfo=UTC)),
        ("2025-07-01 12:00", "America/New_York", datetime(2025, 7, 1, 16, tzinfo=UTC)),
        ("2025-11-02 01:30:00", "America/Los_Angeles", datetime(2025, 11, 2, 8, 30, tzinfo=UTC)),
        ("2025-03-09 02:30:00", "America/Los_Angeles", datetime(2025, 3, 9, 10, 30, tzinfo=UTC)),
        ("1736035200000", "UTC", datetime(2025, 1, 5, tzinfo=UTC)),
        ("1736035200", "UTC", datetime(2025, 1, 5, tzinfo=UTC)),
        ("20250105", "UTC", REFUSED),
        ("2025-02-30T00:00:00Z", "UTC", REFUSED),
        ("2025-1-5", "UTC", REFUSED),
        ("yesterday", "UTC", REFUSED),
    ],
)
def test_moments(text, zone, wanted):
    assert look("datetime", text, zone=zone) == wanted


def test_never_survives_in_every_zone():
    found = look("datetime", "9999-12-31 23:59:59", zone="America/Los_Angeles")
    assert isinstance(found, Never)
    assert is_same(datetime(9999, 12, 31, 23, 59, tzinfo=UTC), found)
    assert not is_same(None, found)


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        ("string", " a ", " a "),
        ("object_id", " a", " a"),
        ("object_id", "\u3000", None),
        ("text", "", None),
        ("email", " Ann@Example.COM ", "ann@example.com"),
        ("email", "ann", REFUSED),
        ("boolean", "Yes", True),
        ("boolean", "2", REFUSED),
        ("boolean", False, False),
        ("json", "[1, 2", REFUSED),
        ("json", '{"a": 1}', {"a": 1}),
        ("date", "2025-01-05T10:00:00Z", REFUSED),
        ("date", "2025-01-05T00:00:00Z", date(2025, 1, 5)),
    ],
)
def test_other_types(kind, value, wanted):
    assert look(kind, value) == wanted


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_what_postgresql_cannot_hold_is_replaced_with_a_finding(text):
    assert tell(text, Column("v", ("v",), "string"), zone="UTC", region="US") == (
        Choice("a\ufffdb", REPLACED),
    )


def test_telephone_number_that_is_none_is_kept_as_text():
    column = Column("v", ("v",), "phone")
    assert tell("call me", column, zone="UTC", region="US") == (Choice("call me", KEPT),)
    assert tell("(212) 555-0123", column, zone="UTC", region="US") == (Choice("+12125550123"),)


@pytest.mark.parametrize(
    ("seen", "wanted", "same"),
    [
        (True, 1, False),
        (1, True, False),
        (Decimal("1.0"), Decimal(1), True),
        ("1", 1, True),
        ("x", 1, False),
        ([1], [True], False),
    ],
)
def test_values_are_compared_by_what_they_are(seen, wanted, same):
    assert is_same(seen, wanted) is same
