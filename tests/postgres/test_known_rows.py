"""Rows that lie beyond the table's keys are not looked up one by one."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import SchemaFaultError
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.rows import known_rows
from tests.postgres.upsert_support import FIELDS, NOW, Runs, make_entity, read_table, write

pytestmark = pytest.mark.postgres


def _rows(numbers, name="a"):
    return [{"id": number, "name": name, "modified_at": NOW} for number in numbers]


@pytest.fixture
def lookups(monkeypatch):
    """Count the keys that are looked up."""
    counted = []

    def read(cursor, query):
        found = read_numbers(cursor, query)
        counted.append(len(found))
        return found

    read_numbers = known_rows.read_numbers
    monkeypatch.setattr(known_rows, "read_numbers", read)
    return counted


@pytest.mark.parametrize(
    ("numbers", "created", "lookup"),
    [(range(10, 20), 10, []), (range(-5, 0), 5, []), (range(3, 12), 2, [7]), ([2, 12], 2, [0])],
    ids=["behind", "before", "across", "around"],
)
def test_number_keys_are_looked_up_only_where_they_may_be_known(
    clean_warehouse, lookups, numbers, created, lookup
):
    entity = make_entity(fields={**FIELDS, "id": {"type": "integer"}})
    write(clean_warehouse, entity, _rows([3, 4, 5, 6, 7, 8, 9]))
    lookups.clear()
    result = write(clean_warehouse, entity, _rows(numbers, name="b"))
    assert result.counts == Counts(created=created, updated=len(list(numbers)) - created)
    assert lookups == lookup
    assert len(read_table(clean_warehouse)) == 7 + created


def test_text_keys_are_always_looked_up(clean_warehouse, lookups):
    write(clean_warehouse, make_entity(), _rows(["b"]))
    write(clean_warehouse, make_entity(), _rows(["c"]))
    assert lookups == [0, 0]


def test_rows_of_a_first_load_are_not_looked_up(clean_warehouse, tmp_path, lookups):
    runs = Runs(clean_warehouse, tmp_path, make_entity(chunk_records=2))
    first = [{"id": key, "name": "a", "modified_at": NOW.isoformat()} for key in "abcd"]
    assert runs.save(first[:2], first[2:]).counts == Counts(created=4)
    assert lookups == []
    assert runs.save(first[:2], [*first[2:], {"id": "e"}]).counts == Counts(created=1, unchanged=4)
    assert lookups == [2, 2]


@pytest.mark.parametrize("bad", [[], ["no number"]], ids=["good", "with-a-bad-row"])
def test_first_load_that_meets_a_known_key_looks_up_and_loses_nothing(clean_warehouse, lookups, bad):
    entity = make_entity()
    write(clean_warehouse, entity, _rows(["m"]))
    lookups.clear()
    rows = [*_rows(["a", "m", "z"], name="b"), *({"id": "bad", "amount": amount} for amount in bad)]
    result = write(clean_warehouse, entity, rows, expects_new=True)
    assert result.counts == Counts(created=2, updated=1, failed=len(bad))
    assert [write.error.column for write in result.rejected] == ["amount"] * len(bad)
    assert lookups[0] == 1
    assert read_table(clean_warehouse, "id, name") == [("a", "b"), ("m", "b"), ("z", "b")]


def test_first_load_with_a_bad_row_keeps_the_others(clean_warehouse, lookups):
    rows = [*_rows(["a"]), {"id": "bad", "amount": "no number"}, *_rows(["z"])]
    result = write(clean_warehouse, make_entity(), rows, expects_new=True)
    assert result.counts == Counts(created=2, failed=1)
    assert [write.row for write in result.rejected] == [1]
    assert lookups == []
    assert read_table(clean_warehouse, "id, name") == [("a", "a"), ("z", "a")]


def test_key_that_several_rows_have_is_an_error_and_no_new_row_is_lost(clean_warehouse):
    entity = make_entity()
    rows = [{"id": name, "name": name, "modified_at": NOW} for name in "ab"]
    write(clean_warehouse, entity, rows[:1])
    clean_warehouse.execute(
        "create table crm.child () inherits (crm.deals); insert into crm.child select * from crm.deals"
    )
    with pytest.raises(SchemaFaultError, match="several rows with the same id"):
        write(clean_warehouse, entity, rows)
