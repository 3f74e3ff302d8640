"""What every field type promises: it never raises, answers once for each value, its answers are stable."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_sync.constants import FieldType
from crm_sync.fields.types import get_field_type
from tests.unit.fields.fields_support import read_value

TYPES = tuple(FieldType)
NEAR_MISSES = st.text("0123456789+-.,:;/@()TZeE xa\u00e9\u0660\x00\ufffd{}[]\"' ", max_size=30)
SEEDS = st.sampled_from(
    ["2026-01-05T10:20:30.123Z", "1736035200000", "1,234.50", "-1e-5", "a.b@example.com", "+1 (212) 555-0123"]
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = list(draw(SEEDS))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(text) - 1))
        text[at] = draw(st.sampled_from(list("0159-+.: TZ,e@é")))
    return "".join(text)


VALUES = st.lists(st.one_of(st.none(), st.text(max_size=20), NEAR_MISSES, mutated()), min_size=1, max_size=20)


@pytest.mark.parametrize("field_type", TYPES)
@settings(max_examples=12)
@given(values=VALUES)
def test_validator_any_texts_gives_value_or_problem(field_type: FieldType, values: list[str | None]) -> None:
    validator = get_field_type(field_type).validator()
    raw = pl.Series("c", [v.encode("utf-8", "replace").decode() if v else v for v in values], dtype=pl.String)
    texts = raw.to_frame().select(validator.text(pl.col("c"))).to_series()

    cleaned = validator.clean(texts)

    errors = {} if cleaned.problems is None else dict(cleaned.problems.select("row", "error").iter_rows())
    assert cleaned.values.dtype == validator.dtype
    for row, (text, value) in enumerate(zip(texts, cleaned.values, strict=True)):
        assert (value is None) == (text is None or errors.get(row) is not None)


@pytest.mark.parametrize("field_type", [t for t in TYPES if get_field_type(t).dtype == pl.String])
@settings(max_examples=12)
@given(values=VALUES)
def test_validator_canonical_value_reads_as_itself(field_type: FieldType, values: list[str | None]) -> None:
    validator = get_field_type(field_type).validator()
    for value in values:
        first = read_value(validator, value).value
        assert read_value(validator, first).value == first


@pytest.mark.parametrize("field_type", TYPES)
@settings(max_examples=15)
@given(values=st.lists(st.one_of(NEAR_MISSES, mutated()), min_size=1, max_size=20))
def test_validator_fast_attempts_agree_with_judge(field_type: FieldType, values: list[str]) -> None:
    validator = get_field_type(field_type).validator()
    texts = pl.Series("c", values).to_frame().select(validator.text(pl.col("c"))).to_series().drop_nulls()
    for attempt in validator.attempts(pl.col("c")):
        fast = texts.to_frame().select(attempt).to_series()
        for text, value in zip(texts, fast, strict=True):
            assert value is None or validator.judge(text).value == value


def test_validator_each_row_gets_its_own_value_whichever_tier_reads_it() -> None:
    validator = get_field_type(FieldType.INTEGER).validator()
    cleaned = validator.clean(pl.Series(["1", "2.0", None, "x", "3", "1,000,000", "2.0", "y", "5e1"]))
    assert cleaned.values.to_list() == [1, 2, None, None, 3, 1_000_000, 2, None, 50]
    assert cleaned.problems is not None
    assert cleaned.problems["row"].to_list() == [3, 7]


def test_validator_each_row_gets_its_own_moment_whichever_attempt_reads_it() -> None:
    texts = ["2026-01-0{}T00:00:00.000Z", "2026-01-0{}T00:00:00Z", "2026-01-0{}", "2026-01-0{} 00:00:00"]
    validator = get_field_type(FieldType.DATETIME).validator()
    column = [text.format(day) for day in (1, 2) for text in texts]
    cleaned = validator.clean(pl.Series(column))
    assert [moment.day for moment in cleaned.values] == [1] * 4 + [2] * 4


@pytest.mark.parametrize("field_type", TYPES)
@pytest.mark.parametrize("blank", [None, "", "  ", "\t\n", "\u00a0"], ids=ascii)
def test_validator_blank_value_is_null(field_type: FieldType, blank: str | None) -> None:
    verdict = read_value(get_field_type(field_type).validator(), blank)
    assert (verdict.value, verdict.error, verdict.warning) == (None, None, None)


@pytest.mark.parametrize("field_type", TYPES)
def test_validator_empty_column_stays_empty(field_type: FieldType) -> None:
    cleaned = get_field_type(field_type).validator().clean(pl.Series("c", [], dtype=pl.String))
    assert cleaned.values.is_empty()
    assert cleaned.problems is None
