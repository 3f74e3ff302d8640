"""Ids of records: no two keys have the same one, and SQL spells each as the stages do."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime

import pytest
from psycopg2 import sql

from crm_sync.fields.record_ids import record_id_expression
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.statements import compose_record_id
from crm_sync.sync.save import save_entity
from tests.postgres.save_support import read_rejects, save_staged
from tests.postgres.upsert_support import make_entity, make_frame, write

pytestmark = pytest.mark.postgres
TWO = {"id": {"type": "string"}, "part": {"type": "string"}, "name": {"type": "string", "required": True}}
TYPES = {
    "id": "string",
    "number": "integer",
    "amount": "decimal",
    "is_on": "boolean",
    "day": "date",
    "at": "datetime",
}
NUMBERS_AND_DAYS = {"number": "numeric", "day": "timestamptz"}
ROWS = [
    ("a|b", -7, "1.50", True, date(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC)),
    ("a\\|'b%", 0, "100", False, date(99, 1, 2), datetime(2026, 1, 2, 3, 4, 5, 120_000, tzinfo=UTC)),
]


def _make_entity(fields, **values):
    values = {"primary_key": list(fields)[:2], "modified_column": None, "deleted": None, **values}
    return make_entity(fields=fields, **values)


def _read_ids(warehouse, entity):
    statement = "select {} from crm.deals as t order by number"
    with closing(warehouse.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(compose_record_id(entity, "t")))
        return [record_id for (record_id,) in cursor.fetchall()]


def test_keys_whose_parts_hold_the_separator_have_a_reject_each(runs):
    runs.entity = _make_entity(TWO)
    bad = [{"id": "a|b", "part": "c"}, {"id": "a", "part": "b|c"}, {"id": "a\\", "part": "b|c"}]
    runs.save(bad)
    assert read_rejects(runs, "record_id") == [("a\\\\|b\\|c",), ("a\\|b|c",), ("a|b\\|c",)]
    runs.save([{**bad[0], "name": "x"}, *bad[1:]], sweep="none")
    assert read_rejects(runs, "record_id") == [("a\\\\|b\\|c",), ("a|b\\|c",)]


def test_ordinary_ids_are_as_they_always_were(runs):
    runs.entity = _make_entity(TWO)
    runs.save([{"id": "a", "part": "b c/d"}])
    runs.warehouse.execute("drop table crm.deals")
    runs.entity = _make_entity(TWO, primary_key=["id"])
    runs.save([{"id": "a|b\\c", "part": "d"}], sweep="none")
    assert read_rejects(runs, "record_id") == [("a|b c/d",), ("a|b\\c",)]


@pytest.mark.parametrize(
    "wider", [{}, {"number": "numeric", "day": "timestamptz"}, dict.fromkeys(TYPES, "text")]
)
def test_sql_spells_an_id_as_the_stages_do(runs, wider):
    entity = _make_entity({name: {"type": type_} for name, type_ in TYPES.items()}, primary_key=list(TYPES))
    frame = make_frame(entity, [dict(zip(TYPES, row, strict=True)) for row in ROWS])
    write(runs.warehouse, entity, frame)
    for name, type_ in wider.items():
        runs.warehouse.execute(f"alter table crm.deals alter {name} type {type_}")
    expected = frame.sort("number").select(record_id_expression(entity)).to_series().to_list()
    assert _read_ids(runs.warehouse, entity) == expected


def test_replayed_collision_stays_out_whatever_its_key_is_made_of(runs):
    fields = {"at": {"type": "datetime"}, "is_on": {"type": "boolean"}, "name": {"type": "string"}}
    runs.entity = _make_entity(fields)
    key = {"at": "2026-01-02T00:00:00Z", "is_on": True}
    records = [{**key, "name": "a"}, {**key, "name": "b"}]
    save_staged(runs, runs.stage(records), is_snapshot=True)
    result = save_staged(runs, runs.stage(records[1:], mode="replay", sweep="none"), is_snapshot=True)
    assert result.counts == Counts(failed=1, collisions=1, collisions_rejected=1)
    assert read_rejects(runs, "record_id") == [("2026-01-02 00:00:00.000000+00:00|true",)]


def test_examples_of_a_dry_run_name_keys_as_the_rejects_do(runs):
    runs.entity = _make_entity({**TWO, "name": {"type": "string"}})
    runs.save([{"id": f"{n}|", "part": "b", "name": "x"} for n in range(3)])
    staging = runs.stage([{"id": "0|", "part": "b", "name": "y"}, {"id": "9", "part": "|", "name": "x"}])
    report = "\n".join(save_entity(runs.entity, staging, runs.warehouse.connect, history_id=None).report)
    assert "created; for example 9|\\|" in report
    assert "updated; for example 0\\||b (name 'x' -> 'y')" in report
    assert "deleted; for example 1\\||b; 2\\||b" in report
