"""Columns are staged as their fields want them where each value can be, and mean what their texts mean."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_sync.constants import FieldType
from crm_sync.sources.sql.kinds import ColumnKind
from crm_sync.sources.sql.values import build_frame, find_types
from crm_sync.storage.staging import RawChunk, open_staging
from crm_sync.sync.transform import transform_chunk
from tests.unit.sources.sql_support import make_entity

ZONE = "America/Los_Angeles"
WALL, MOMENT = pl.Datetime("us"), pl.Datetime("us", "UTC")
NAIVE = "2025-01-01 10:00:00"

spelled = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(str)  # noqa: DTZ001
odd_times = st.sampled_from(
    [
        *("0000-00-00 00:00:00", "2025-00-10 10:00:00", "2025-02-31 10:00:00", "2025-03-09 02:30:00"),
        *("2025-11-02 01:30:00.5", "12345-01-01 00:00:00", "0044-03-15 10:00:00 BC", "0000-01-01 10:00:00"),
        *("2100-07-01 10:00:00", "1969-07-01 10:00:00", "infinity", NAIVE),
    ]
)
odd_days = st.sampled_from(
    ["0000-00-00", "2025-02-31", "2025-10-00", "-infinity", "12345-01-01", "0001-01-01"]
)
TEXTS = {
    (ColumnKind.INTEGER, FieldType.INTEGER): st.integers(-(2**63), 2**64).map(str) | st.just("00012"),
    (ColumnKind.INTEGER, FieldType.STRING): st.just("00012"),
    (ColumnKind.DATE, FieldType.DATE): st.dates().map(str) | odd_days,
    (ColumnKind.DATE, FieldType.DATETIME): st.dates().map(str) | odd_days,
    (ColumnKind.WALL_TIME, FieldType.DATETIME): spelled | odd_times,
    (ColumnKind.WALL_TIME, FieldType.DATE): st.just("2025-01-01 00:00:00") | odd_times,
    (ColumnKind.MOMENT, FieldType.DATETIME): spelled | odd_times | spelled.map(lambda text: f"{text}+00"),
}


def build(
    kind: ColumnKind, wanted: FieldType | None, values: list[str | None], zone: str | None = None
) -> pl.DataFrame:
    """Stage one column."""
    types = {} if wanted is None else {"v": wanted}
    return build_frame([pl.Series(values, dtype=pl.String)], [kind], ["v"], types=types, zone=zone)


@pytest.mark.parametrize(("kind", "wanted"), TEXTS)
@pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
@settings(max_examples=10)
@given(data=st.data())
def test_typed_column_becomes_what_its_texts_become(
    kind: ColumnKind, wanted: FieldType, zone: str | None, data: st.DataObject
) -> None:
    values = data.draw(st.lists(st.none() | TEXTS[kind, wanted], min_size=1, max_size=4))
    entity = make_entity({"id": {"type": "integer"}, "v": {"type": str(wanted)}}, source_time_zone=ZONE)
    ids = pl.Series("id", range(len(values)))
    typed, texts = (
        transform_chunk(build(kind, how, values, zone).with_columns(ids), entity) for how in (wanted, None)
    )
    assert typed.typed.equals(texts.typed, null_equal=True)
    same = ["row", "field", "rule", "error", "action"]
    assert typed.findings.select(same).equals(texts.findings.select(same), null_equal=True)


@pytest.mark.parametrize(
    ("kind", "wanted", "value", "dtype"),
    [
        (ColumnKind.INTEGER, FieldType.INTEGER, "7", pl.Int64),
        (ColumnKind.TINY, FieldType.BOOLEAN, "7", pl.Boolean),
        (ColumnKind.DATE, FieldType.DATE, "2025-01-01", pl.Date),
        (ColumnKind.WALL_TIME, FieldType.DATETIME, NAIVE, WALL),
        (ColumnKind.WALL_TIME, FieldType.DATETIME, f"{NAIVE}.123456", WALL),
        (ColumnKind.WALL_TIME, FieldType.DATETIME, f"{NAIVE}.5", WALL),
        (ColumnKind.MOMENT, FieldType.DATETIME, NAIVE, MOMENT),
        (ColumnKind.MOMENT, FieldType.DATETIME, f"{NAIVE}.5+00", MOMENT),
        (ColumnKind.INTEGER, FieldType.STRING, "7", pl.String),
        (ColumnKind.DECIMAL, FieldType.INTEGER, "7", pl.String),
        (ColumnKind.TEXT, FieldType.DATETIME, NAIVE, pl.String),
        (ColumnKind.INTEGER, None, "7", pl.String),
    ],
)
def test_column_has_the_type_that_its_field_wants(
    kind: ColumnKind, wanted: FieldType | None, value: str, dtype: pl.DataType
) -> None:
    assert build(kind, wanted, [None, value])["v"].dtype == dtype


@pytest.mark.parametrize(
    ("kind", "wanted", "values"),
    [
        (ColumnKind.INTEGER, FieldType.INTEGER, ["7", str(2**64 - 1)]),
        (ColumnKind.DATE, FieldType.DATE, ["2025-01-01", "2025-02-31"]),
        (ColumnKind.WALL_TIME, FieldType.DATETIME, [NAIVE, "2025-02-31 10:00:00"]),
        (ColumnKind.WALL_TIME, FieldType.DATETIME, [NAIVE, "infinity"]),
    ],
)
def test_one_value_that_is_none_of_its_type_leaves_the_column_as_text(
    kind: ColumnKind, wanted: FieldType, values: list[str | None]
) -> None:
    assert build(kind, wanted, values)["v"].to_list() == values


def test_pages_of_one_chunk_may_be_typed_and_text(tmp_path: Path) -> None:
    fields = {"id": "integer", "day": "date", "at": "datetime", "seen": "datetime", "is_paid": "boolean"}
    entity = make_entity({name: {"type": kind} for name, kind in fields.items()}, source_time_zone=ZONE)
    pages = [
        [["1", "2025-01-01", NAIVE, f"{NAIVE}.5+00", "1"], ["2", None, None, None, None]],
        [[str(2**64), "2025-02-31", "2100-07-01 10:00:00", "infinity", "0"], ["4", *["2025-01-02"] * 3, "7"]],
    ]
    kinds = [ColumnKind.INTEGER, ColumnKind.DATE, ColumnKind.WALL_TIME, ColumnKind.MOMENT, ColumnKind.TINY]
    done = []
    for types in (find_types(entity), {"is_paid": FieldType.BOOLEAN}):
        staging = open_staging(tmp_path / str(len(types)), crm_source="shop", sync_type="orders")
        chunk = RawChunk(0, "parquet")
        for rows in pages:
            columns = [pl.Series(values, dtype=pl.String) for values in zip(*rows, strict=True)]
            staging.append_frame(chunk, build_frame(columns, kinds, list(fields), types=types))
        done.append(transform_chunk(staging.read_raw(chunk), entity))
    typed, texts = done
    assert typed.typed.equals(texts.typed, null_equal=True)
    assert typed.findings.select("row", "field", "error").equals(
        texts.findings.select("row", "field", "error")
    )


def test_dates_that_are_none_are_null_in_a_typed_column() -> None:
    days = build(ColumnKind.DATE, FieldType.DATE, ["2025-01-01", "0000-00-00", "2025-00-10", "2025-10-00"])[
        "v"
    ]
    assert (days.dtype, days.to_list()) == (pl.Date, [date(2025, 1, 1), None, None, None])


@pytest.mark.parametrize("wanted", [FieldType.DATETIME, None], ids=["typed", "text"])
@pytest.mark.parametrize(
    ("text", "moment", "is_ambiguous"),
    [
        ("2025-07-01 01:30:00", datetime(2025, 7, 1, 8, 30, tzinfo=UTC), False),
        ("2025-03-09 02:30:00", datetime(2025, 3, 9, 10, 30, tzinfo=UTC), False),
        ("2025-11-02 01:30:00", datetime(2025, 11, 2, 8, 30, tzinfo=UTC), True),
    ],
    ids=["plain", "skipped", "twice"],
)
def test_zone_of_the_connection_is_the_one_that_times_are_read_in(
    wanted: FieldType | None, text: str, moment: datetime, is_ambiguous: bool
) -> None:
    fields = {"id": {"type": "integer"}, "v": {"type": "datetime"}}
    entity = make_entity(fields, modified_column="v", source_time_zone="UTC")
    frame = build(ColumnKind.WALL_TIME, wanted, [text], ZONE).with_columns(id=pl.lit("1"))
    found = transform_chunk(frame, entity)
    assert found.typed.select("v", "_ambiguous").rows() == [(moment, is_ambiguous)]
    assert found.findings.is_empty()


@pytest.mark.parametrize(
    ("text", "flag"),
    [("0", False), ("-0", False), ("-1", True), ("10", True)],
)
def test_flag_of_a_database_is_true_unless_it_is_zero(text: str, flag: bool) -> None:
    assert build(ColumnKind.TINY, FieldType.BOOLEAN, [text, None])["v"].to_list() == [flag, None]


@pytest.mark.parametrize("kind", [ColumnKind.INTEGER, ColumnKind.DECIMAL])
def test_other_number_is_left_to_the_field_to_be_0_or_1(kind: ColumnKind) -> None:
    assert build(kind, FieldType.BOOLEAN, ["1", "7", None])["v"].to_list() == ["1", "7", None]


def test_path_that_fields_of_several_types_read_stays_text() -> None:
    fields = {
        "id": {"type": "integer"},
        "count": {"type": "integer", "source": "n"},
        "is_many": {"type": "boolean", "source": "n"},
    }
    assert find_types(make_entity(fields)) == {"id": FieldType.INTEGER}
