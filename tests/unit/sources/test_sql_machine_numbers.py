"""A database's numbers have a point and all their places, whatever notation the YAML names for texts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from crm_sync.sources.sql.kinds import ColumnKind
from crm_sync.sources.sql.machine_numbers import spell_numbers
from crm_sync.sync.transform import transform_chunk
from tests.unit.fields.fields_support import make_entity


@pytest.mark.parametrize(
    ("kind", "given", "field", "expected"),
    [
        (ColumnKind.DECIMAL, ["1.000", "1.500", None], {"type": "integer"}, [1, None, None]),
        (ColumnKind.TEXT, ["1.000"], {"type": "integer"}, [None]),
        (ColumnKind.DECIMAL, ["1.125", None], {"type": "decimal", "decimal_mark": ","}, ["1.125", None]),
        (ColumnKind.FLOAT, ["1.125"], {"type": "number", "decimal_mark": ","}, ["1.125"]),
        (ColumnKind.TEXT, ["1.125", "1,5"], {"type": "decimal", "decimal_mark": ","}, ["1125", "1.5"]),
        (ColumnKind.DECIMAL, ["1.000"], {"type": "integer", "decimal_mark": ","}, [1]),
        (ColumnKind.DECIMAL, ["1.000"], {"type": "decimal"}, ["1.000"]),
        (ColumnKind.FLOAT, ["1.0", "0.0", "0.5"], {"type": "boolean"}, [True, False, None]),
    ],
)
def test_number_of_a_database_is_read_as_it_stands_there(
    kind: ColumnKind, given: list[Any], field: dict[str, Any], expected: list[Any]
) -> None:
    entity = make_entity({"v": field})
    column = pl.Series("v", given, dtype=pl.String)
    ids = pl.Series("id", [str(number) for number in range(len(given))])
    frame = spell_numbers(pl.DataFrame([ids, column]), [column], [kind], ["v"], entity)
    assert transform_chunk(frame, entity).typed["v"].to_list() == expected


def test_number_that_a_driver_gave_as_an_object_is_told_from_a_text() -> None:
    entity = make_entity({"v": {"type": "decimal", "decimal_mark": ","}})
    objects = pl.Series("v", [1.125, Decimal("2.125"), "1.125"], dtype=pl.Object)
    frame = pl.DataFrame({"id": ["1", "2", "3"], "v": ["1.125", "2.125", "1.125"]})
    frame = spell_numbers(frame, [objects], [ColumnKind.OTHER], ["v"], entity)
    assert transform_chunk(frame, entity).typed["v"].to_list() == ["1.125", "2.125", "1125"]
