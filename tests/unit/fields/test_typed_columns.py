"""A column that its source typed gives what its texts would give, whether it is taken as it is or not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_sync.fields.base import FieldContext
from crm_sync.fields.frames import to_text
from crm_sync.fields.number_values import IntegerValidator
from crm_sync.fields.text_values import BooleanValidator
from crm_sync.fields.time_values import DateTimeValidator, DateValidator
from crm_sync.sync.transform import TransformedChunk, transform_chunk
from tests.unit.fields.fields_support import make_entity

ZONE = "America/Los_Angeles"
GAP = datetime(2025, 3, 9, 2, 30)  # noqa: DTZ001 - a time that the clock change skips
TWICE = datetime(2025, 11, 2, 1, 30)  # noqa: DTZ001 - a time that comes twice
US, MS, NS = (pl.Datetime(unit) for unit in ("us", "ms", "ns"))
ZONED = pl.Datetime("us", "Europe/Berlin")

recent = st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)) | st.sampled_from([GAP, TWICE])  # noqa: DTZ001
COLUMNS = [
    ("integer", st.integers(-(2**63), 2**63 - 1), pl.Int64),
    ("integer", st.integers(0, 255), pl.UInt8),
    ("integer", st.integers(0, 2**64 - 1), pl.UInt64),
    ("number", st.integers(0, 2**64 - 1), pl.UInt64),
    ("boolean", st.booleans(), pl.Boolean),
    ("boolean", st.integers(0, 2), pl.Int64),
    ("date", st.dates(), pl.Date),
    ("date", st.integers(-10_000_000, 10_000_000), pl.Date),
    ("date", st.datetimes() | st.just(datetime(2025, 1, 1)), US),  # noqa: DTZ001
    ("datetime", st.dates(), pl.Date),
    ("datetime", st.datetimes(), US),
    ("datetime", recent, US),
    ("datetime", recent, MS),
    ("datetime", recent, NS),
    ("datetime", st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)), ZONED),  # noqa: DTZ001
    ("datetime", st.integers(-(2**58), 2**58), US),
    ("string", recent, US),
]
"""Field type, values and the column's type; whole numbers in place of times count from the epoch."""


def transform_both(raw: pl.DataFrame, **field: Any) -> tuple[TransformedChunk, TransformedChunk]:
    """Transform a frame as it is, and its texts."""
    entity = make_entity({"v": field}, source_time_zone=ZONE)
    texts = raw.select(to_text(name, dtype) for name, dtype in raw.schema.items())
    return transform_chunk(raw, entity), transform_chunk(texts, entity)


def assert_same(raw: pl.DataFrame, **field: Any) -> None:
    typed, texts = transform_both(raw, **field)
    assert typed.typed.equals(texts.typed, null_equal=True)
    assert typed.typed.schema == texts.typed.schema
    assert typed.findings.equals(texts.findings, null_equal=True)


@pytest.mark.parametrize(("kind", "values", "dtype"), COLUMNS)
@settings(max_examples=10)
@given(data=st.data())
def test_typed_column_gives_what_its_texts_give(
    kind: str, values: st.SearchStrategy, dtype: pl.DataType, data: st.DataObject
) -> None:
    drawn = data.draw(st.lists(st.none() | values, min_size=1, max_size=4))
    is_counted = any(isinstance(value, int) for value in drawn) and dtype in (pl.Date, US)
    physical = {pl.Date: pl.Int32, US: pl.Int64}[dtype] if is_counted else dtype
    ids = pl.Series("id", [str(number) for number in range(len(drawn))])
    assert_same(pl.DataFrame([ids, pl.Series("v", drawn, dtype=physical).cast(dtype)]), type=kind)


@pytest.mark.parametrize(
    "field",
    [
        {"type": "datetime", "default": "2020-01-01"},
        {"type": "datetime", "source": ["w", "v"]},
        {"type": "string", "mask": "sha256"},
        {"type": "datetime", "sensitive": True},
        {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S.%f"},
    ],
    ids=["default", "sources", "masked", "sensitive", "format"],
)
def test_typed_column_of_a_field_with_more_to_it_gives_what_its_texts_give(field: dict[str, Any]) -> None:
    raw = pl.DataFrame({"id": ["1", "2"], "v": [GAP + timedelta(days=1), None], "w": [None, TWICE]})
    assert_same(raw if "source" in field else raw.drop("w"), **field)


def test_typed_column_that_can_be_taken_is_not_written_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = pl.Series("v", [TWICE, None], dtype=US)
    entity = make_entity({"v": {"type": "datetime"}}, source_time_zone=ZONE)
    monkeypatch.setattr(DateTimeValidator, "attempts", lambda *_: pytest.fail("read from text"))
    done = transform_chunk(pl.DataFrame([pl.Series("id", ["1", "2"]), moments]), entity)
    assert done.typed["v"].to_list() == [datetime(2025, 11, 2, 8, 30, tzinfo=UTC), None]


@pytest.mark.parametrize(
    ("validator", "values"),
    [
        (IntegerValidator(), pl.Series([1.0])),
        (IntegerValidator(), pl.Series([2**63], dtype=pl.UInt64)),
        (BooleanValidator(), pl.Series([1])),
        (DateValidator(), pl.Series([datetime(2025, 1, 1)])),  # noqa: DTZ001
        (DateValidator(), pl.Series([3_000_000], dtype=pl.Int32).cast(pl.Date)),
        (DateTimeValidator(), pl.Series([date(2025, 1, 1)])),
        (DateTimeValidator(), pl.Series([GAP], dtype=NS)),
        (DateTimeValidator(FieldContext(source_time_zone=ZONE)), pl.Series([TWICE, GAP])),
    ],
    ids=["float", "beyond bigint", "number", "time", "beyond 9999", "day", "nanoseconds", "skipped time"],
)
def test_column_of_which_a_value_needs_its_text_is_not_taken(validator: Any, values: pl.Series) -> None:
    assert validator.take(values) is None
