"""Which modified times stood on a clock that was about to be put back; save needs to know."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from crm_sync.sync.transform import transform_chunk
from tests.unit.fields.fields_support import make_entity, transform

ZONE = "America/New_York"
TEXTS = {
    "2026-11-01 01:30:00": True,
    "2026-11-01T01:30:00.000Z": False,
    "2026-11-01 01:30:00-05:00": False,
    "2026-11-01T05:30:00Z": False,
    "1793511000": False,
    "2026-11-01 00:59:59": False,
    "2026-11-01 02:00:00": False,
    "2026-03-08 02:30:00": False,
    "9999-12-31 23:59:59": False,
}


def ambiguous(texts: list[Any], zone: str = ZONE, **field: Any) -> list[bool]:
    entity = make_entity({"at": {"type": "datetime", **field}}, modified_column="at", source_time_zone=zone)
    records = [{"id": str(number), "at": text} for number, text in enumerate(texts)]
    return transform(entity, *records).typed["_ambiguous"].to_list()


def test_modified_time_without_a_zone_in_an_hour_that_comes_twice_is_ambiguous() -> None:
    assert dict(zip(TEXTS, ambiguous([*TEXTS]), strict=True)) == TEXTS
    assert not any(ambiguous([*TEXTS], zone="UTC"))


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [("%d/%m/%Y %H:%M", "01/11/2026 01:30", True), ("%d/%m/%Y %H:%M %z", "01/11/2026 01:30 -0400", False)],
)
def test_modified_time_in_a_format_is_ambiguous_where_that_has_no_zone(
    form: str, text: str, expected: bool
) -> None:
    assert ambiguous([text, None], format=form) == [expected, False]


@pytest.mark.parametrize("zone", [None, "UTC"])
def test_modified_time_that_the_source_typed_is_ambiguous_where_it_has_no_zone(zone: str | None) -> None:
    entity = make_entity({"at": {"type": "datetime"}}, modified_column="at", source_time_zone=ZONE)
    times = pl.Series([datetime(2026, 11, 1, 1 if zone is None else 5, 30)]).dt.replace_time_zone(zone)  # noqa: DTZ001
    typed = transform_chunk(pl.DataFrame({"id": ["1"], "at": times}), entity).typed
    assert typed["_ambiguous"].to_list() == [zone is None]
    assert typed["at"].to_list() == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC)]


def test_typed_time_is_taken_whatever_the_format_says() -> None:
    fields = {
        "at": {"type": "datetime", "format": "%d/%m/%Y", "default": "05/01/2026"},
        "day": {"type": "date", "format": "%Y-%d-%m", "sensitive": True},
    }
    nine, day = datetime(2026, 1, 6, 9), date(2026, 1, 13)  # noqa: DTZ001 - on the wall
    raw = pl.DataFrame({"id": ["1", "2"], "at": [nine, None], "day": [day, day]})
    result = transform_chunk(raw, make_entity(fields))
    assert result.typed["at"].to_list() == [nine.replace(tzinfo=UTC), datetime(2026, 1, 5, tzinfo=UTC)]
    assert result.typed["day"].to_list() == [day, day]
    assert result.findings.is_empty()
