"""Cells of CSV as JSON has them."""

from __future__ import annotations

import pytest

from crm_sync.rest.csv_cells import read_cells


def read(kind, text):
    record = {"a": text}
    read_cells([record], {"a": kind})
    return record["a"]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "25", 25), ("integer", "0.0", 0), ("integer", "-3", -3), ("integer", "2.5", 2.5),
        ("integer", "1E3", 1000), ("integer", "1E99", "1E99"), ("integer", "007", "007"),
        ("integer", "n/a", "n/a"),
        ("number", "25", 25.0), ("number", "5.6E9", 5.6e9),
        ("number", "12345678901234567.89", "12345678901234567.89"),
        ("number", "1,5", "1,5"), ("number", "NaN", "NaN"),
        ("boolean", "true", True), ("boolean", "FALSE", False), ("boolean", "yes", "yes"),
        ("offset_time", "2026-01-05T10:00:00.000Z", "2026-01-05T10:00:00.000+0000"),
        ("offset_time", "2026-01-05", "2026-01-05"),
        (None, "true", "true"), ("number", None, None),
    ],
)  # fmt: skip
def test_cell_is_what_its_type_says_or_stays_a_text(kind, text, value):
    found = read(kind, text)
    assert (type(found), found) == (type(value), value)


def test_cells_of_parents_are_nested_and_a_parent_without_any_is_null():
    record = {"Id": "1", "Owner.Name": None, "Owner.Role.Name": "x", "Account.Name": None}
    read_cells([record], dict.fromkeys(record))
    assert record == {"Id": "1", "Owner": {"Name": None, "Role": {"Name": "x"}}, "Account": None}
