from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from crm_sync.storage.history.history_rows import Counts
from tests.postgres.upsert_support import (
    FIELDS,
    NOW,
    count_written,
    make_entity,
    make_frame,
    read_table,
    write,
)

pytestmark = pytest.mark.postgres

OLD, NEW = NOW - timedelta(days=1), NOW + timedelta(days=1)


def _row(id_="1", name="a", modified=NOW, **values):
    return {"id": id_, "name": name, "modified_at": modified, **values}


def test_rows_new_are_created_with_bookkeeping(clean_warehouse):
    result = write(clean_warehouse, make_entity(), [_row(amount="12.50", extra='{"x": 1}')], history_id=7)
    assert result.counts == Counts(created=1)
    columns = "name, amount::text, extra, sync_created_at = sync_updated_at, sync_deleted_at, sync_history_id"
    assert clean_warehouse.fetch_one(f"select {columns} from crm.deals") == (
        "a",
        "12.50",
        {"x": 1},
        True,
        None,
        7,
    )


def test_rows_equal_write_no_tuple(clean_warehouse):
    entity = make_entity()
    rows = [_row(str(i), amount="1.0", extra='{"a": {"b": [1, 2]}}') for i in range(500)]
    write(clean_warehouse, entity, rows)
    before = count_written(clean_warehouse)
    result = write(
        clean_warehouse, entity, [{**row, "extra": '{"a": {"b": [1,2]}}'} for row in rows], history_id=2
    )
    assert result.counts == Counts(unchanged=500)
    assert (before, count_written(clean_warehouse)) == (500, 500)


@pytest.mark.parametrize(
    "change",
    [{"name": "b"}, {"name": None}, {"amount": "1"}, {"extra": '{"x": 2}'}, {"archived": False}],
    ids=lambda change: str(next(iter(change.items()))),
)
def test_row_that_differs_is_updated_once(clean_warehouse, change):
    entity = make_entity()
    write(clean_warehouse, entity, [_row()])
    assert write(clean_warehouse, entity, [{**_row(), **change}], history_id=2).counts == Counts(updated=1)
    assert write(clean_warehouse, entity, [{**_row(), **change}], history_id=3).counts == Counts(unchanged=1)
    columns = "sync_history_id, sync_updated_at > sync_created_at"
    assert clean_warehouse.fetch_one(f"select {columns} from crm.deals") == (2, True)


@pytest.mark.parametrize(
    ("stored", "incoming", "wins"),
    [(NOW, OLD, False), (NOW, NOW, True), (NOW, NEW, True), (None, OLD, True), (NOW, None, True)],
    ids=["older", "equal", "newer", "stored null", "incoming null"],
)
def test_version_older_than_the_stored_one_stays_out(clean_warehouse, stored, incoming, wins):
    entity = make_entity()
    write(clean_warehouse, entity, [_row(name="stored", modified=stored)])
    counts = write(clean_warehouse, entity, [_row(name="incoming", modified=incoming)]).counts
    assert counts == (Counts(updated=1) if wins else Counts(unchanged=1, older=1))
    assert read_table(clean_warehouse, "name") == [("incoming" if wins else "stored",)]


def test_version_of_an_entity_without_modified_column_always_wins(clean_warehouse):
    entity = make_entity(modified_column=None)
    write(clean_warehouse, entity, [_row(name="stored")])
    assert write(clean_warehouse, entity, [_row(name="incoming", modified=OLD)]).counts == Counts(updated=1)


def test_force_overwrites_older_and_equal_rows_once_in_a_run(clean_warehouse):
    entity = make_entity()
    write(clean_warehouse, entity, [_row("1", "stored"), _row("2", "same")])
    rows = [_row("1", "incoming", OLD), _row("2", "same")]
    assert write(clean_warehouse, entity, rows, history_id=2, force=True).counts == Counts(updated=2)
    assert read_table(clean_warehouse, "name") == [("incoming",), ("same",)]
    older = [_row("1", "older still", OLD - timedelta(days=1))]
    assert write(clean_warehouse, entity, older, history_id=2, force=True).counts == Counts(
        unchanged=1, older=1
    )


def test_versions_in_one_chunk_only_the_newest_counts(clean_warehouse):
    rows = [
        _row("1", "old", OLD),
        _row("1", "newest", NEW),
        _row("1", "middle", NOW),
        _row("2", "first", NOW),
        _row("2", "last of equals", NOW),
        _row("3", "dated", OLD),
        _row("3", "undated", None),
    ]
    counts = write(clean_warehouse, make_entity(), rows).counts
    assert counts == Counts(created=3, duplicates=4)
    assert read_table(clean_warehouse, "name") == [("dated",), ("last of equals",), ("newest",)]


def test_field_that_deltas_lack_keeps_its_value_when_missing(clean_warehouse):
    entity = make_entity(fields={**FIELDS, "url": {"keep_when_missing": True}})
    write(clean_warehouse, entity, [_row(url="u")])
    assert write(clean_warehouse, entity, [_row()]).counts == Counts(unchanged=1)
    assert write(clean_warehouse, entity, [_row(name="b")]).counts == Counts(updated=1)
    assert write(clean_warehouse, entity, [_row(name="b", url="v")]).counts == Counts(updated=1)
    assert read_table(clean_warehouse, "name, url") == [("b", "v")]


def test_record_that_says_it_is_gone_is_marked_and_restored(clean_warehouse):
    entity = make_entity()
    write(clean_warehouse, entity, [_row("1"), _row("2", archived=True, archived_at=OLD)])
    gone = [_row("1", archived=True, archived_at=OLD), _row("2", archived=True, archived_at=OLD)]
    assert write(clean_warehouse, entity, gone).counts == Counts(updated=1, unchanged=1)
    assert read_table(clean_warehouse, "sync_deleted_at") == [(OLD,), (OLD,)]
    back = [_row("1", archived=False), _row("2")]
    assert write(clean_warehouse, entity, back).counts == Counts(updated=2)
    assert read_table(clean_warehouse, "sync_deleted_at") == [(None,), (None,)]


def test_record_gone_without_a_moment_keeps_the_first_one_noted(clean_warehouse):
    entity = make_entity(deleted={"column": "archived"})
    for moment in (OLD, NOW):
        counts = write(clean_warehouse, entity, [_row(archived=True)], now=moment).counts
    assert counts == Counts(unchanged=1)
    assert read_table(clean_warehouse, "sync_deleted_at") == [(OLD,)]


def test_row_marked_by_a_sweep_comes_back_when_it_is_read_again(clean_warehouse):
    entity = make_entity(deleted=None)
    write(clean_warehouse, entity, [_row()])
    clean_warehouse.execute("update crm.deals set sync_deleted_at = now()")
    assert write(clean_warehouse, entity, [_row()]).counts == Counts(updated=1)
    assert read_table(clean_warehouse, "sync_deleted_at") == [(None,)]


@pytest.mark.parametrize(
    ("stored", "deleted", "comes_back"),
    [
        ({}, None, True),
        ({}, {"column": "archived"}, True),
        ({"archived": True}, {"column": "archived"}, False),
        ({"archived_at": NOW}, {"column": "archived_at"}, False),
    ],
    ids=["swept", "swept beside a flag", "by its flag", "by its moment"],
)
def test_row_that_was_missing_comes_back_with_an_older_time(clean_warehouse, stored, deleted, comes_back):
    """A record that is restored keeps its old time; what the source itself called gone needs a newer one."""
    entity = make_entity(deleted=deleted)
    write(clean_warehouse, entity, [_row(name="before", **stored)])
    clean_warehouse.execute("update crm.deals set sync_deleted_at = now()")
    counts = write(clean_warehouse, entity, [_row(name="restored", modified=OLD)]).counts
    assert counts == (Counts(updated=1) if comes_back else Counts(unchanged=1, older=1))
    shown = read_table(clean_warehouse, "name, sync_deleted_at is null")
    assert shown == [("restored", True) if comes_back else ("before", False)]


def test_key_of_several_columns_and_types_matches(clean_warehouse):
    fields = {
        "a": {},
        "b": {"type": "integer"},
        "c": {"type": "datetime"},
        "d": {"type": "decimal"},
        "name": {},
    }
    entity = make_entity(fields=fields, primary_key=("a", "b", "c", "d"), modified_column=None, deleted=None)
    key = {"a": "x|y", "b": 1, "c": NOW, "d": "1.50"}
    rows = [{**key, "name": "1"}, {**key, "b": 2, "name": "2"}]
    assert write(clean_warehouse, entity, rows).counts == Counts(created=2)
    assert write(clean_warehouse, entity, [{**key, "d": "1.5", "name": "3"}]).counts == Counts(updated=1)
    # one key in two spellings: only the database knows
    rows = [{**key, "a": "n", "d": "2.0", "name": "4"}, {**key, "a": "n", "d": "2.00", "name": "5"}]
    assert write(clean_warehouse, entity, rows).counts == Counts(created=1, updated=1)


def test_key_with_an_empty_part_is_rejected(clean_warehouse):
    result = write(clean_warehouse, make_entity(), [_row("1"), _row(None)])
    assert result.counts == Counts(created=1, failed=1)
    assert [write.row for write in result.rejected] == [1]


def test_row_written_after_not_after_is_left_alone(clean_warehouse):
    entity = make_entity()
    write(clean_warehouse, entity, [_row("1"), _row("2")])
    frame = make_frame(entity, [_row("1", "b"), _row("2", "b"), _row("3", "b")]).with_columns(
        _not_after=pl.Series([OLD, datetime(2999, 1, 1, tzinfo=UTC), OLD], dtype=pl.Datetime("us", "UTC"))
    )
    assert write(clean_warehouse, entity, frame).counts == Counts(created=1, updated=1, unchanged=1)
    assert read_table(clean_warehouse, "id, name") == [("1", "a"), ("2", "b"), ("3", "b")]


ODD_TEXTS = [
    "",
    " ",
    "\\",
    "\\N",
    "\\.",
    "a\\nb",
    "tab\there",
    "line\nbreak",
    "cr\rlf\r\n",
    '"quoted"',
    "'",
    "null",
    "😀 é",
    "\x01\x7f",
]


def test_odd_texts_survive(clean_warehouse):
    entity = make_entity()
    rows = [_row(f"{i:02}", text, extra=None) for i, text in enumerate(ODD_TEXTS)]
    rows.append(_row("98", "ü" * 5_000_000))
    for _ in range(2):
        assert write(clean_warehouse, entity, rows).counts.failed == 0
    assert [name for (_, name) in read_table(clean_warehouse, "id, name")] == [*ODD_TEXTS, "ü" * 5_000_000]


def test_odd_numbers_and_times_survive(clean_warehouse):
    fields = {
        "id": {},
        "n": {"type": "decimal"},
        "at": {"type": "datetime"},
        "day": {"type": "date"},
        "i": {"type": "integer"},
        "j": {"type": "json"},
    }
    entity = make_entity(fields=fields, modified_column=None, deleted=None)
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    number = "12345678901234567890123456789012345678"
    rows = [
        {"id": "1", "n": number, "at": first, "day": first.date(), "i": -(2**63), "j": '{"a": 1.10}'},
        {"id": "2", "n": "0." + number, "at": last, "day": last.date(), "i": 2**63 - 1, "j": "[null]"},
        {"id": "3", "n": "1" + "0" * 308, "at": datetime(2024, 3, 31, 1, 30, tzinfo=UTC), "j": '"x"'},
    ]
    write(clean_warehouse, entity, rows)
    assert write(clean_warehouse, entity, rows).counts == Counts(unchanged=3)
    clean_warehouse.execute("set timezone = 'America/New_York'")
    columns = "n::text, (at at time zone 'UTC')::text, day::text, i, j::text"
    assert read_table(clean_warehouse, columns) == [
        ("0." + number, "9999-12-31 23:59:59.999999", "9999-12-31", 2**63 - 1, "[null]"),
        ("1" + "0" * 308, "2024-03-31 01:30:00", None, None, '"x"'),
        (number, "0001-01-01 00:00:00", "0001-01-01", -(2**63), '{"a": 1.10}'),
    ]


def test_rows_at_random_end_as_the_newest_versions(clean_warehouse):
    entity = make_entity()
    generator = random.Random(7)
    newest = {}
    for history_id in range(1, 8):
        rows = []
        for _ in range(generator.randrange(1, 400)):
            row = _row(
                str(generator.randrange(200)),
                str(generator.random()),
                NOW + timedelta(seconds=generator.randrange(9)),
            )
            if generator.random() < 0.02:
                row["amount"] = "bad"
            rows.append(row)
        result = write(clean_warehouse, entity, rows, history_id=history_id)
        assert result.counts.processed + result.counts.duplicates == len(rows)
        refused = {write.row for write in result.rejected}
        in_chunk = {}
        for number, row in enumerate(rows):
            if row["id"] not in in_chunk or row["modified_at"] >= in_chunk[row["id"]][1]["modified_at"]:
                in_chunk[row["id"]] = (number, row)
        for id_, (number, row) in in_chunk.items():
            if number not in refused and (
                id_ not in newest or row["modified_at"] >= newest[id_]["modified_at"]
            ):
                newest[id_] = row
    stored = dict(read_table(clean_warehouse, "id, name"))
    assert stored == {id_: row["name"] for id_, row in newest.items()}


def test_row_that_differs_in_nothing_but_columns_that_are_not_compared_is_left_alone(clean_warehouse):
    fields = {**FIELDS, "amount": {**FIELDS["amount"], "compared": False}}
    entity = make_entity(fields=fields)
    write(clean_warehouse, entity, [_row(amount="2")])
    before = count_written(clean_warehouse)
    moved = write(clean_warehouse, entity, [_row(amount="3")], history_id=2)
    assert (moved.counts, count_written(clean_warehouse)) == (Counts(unchanged=1), before)
    changed = write(clean_warehouse, entity, [_row(name="b", amount="4")], history_id=3)
    assert changed.counts == Counts(updated=1)
    assert read_table(clean_warehouse, "name, amount::text") == [("b", "4")]
    forced = write(clean_warehouse, entity, [_row(name="b", amount="5")], history_id=4, force=True)
    assert forced.counts == Counts(updated=1)


_LOOSE_TYPE = """
create type crm.loose;
create function crm.loose_in(cstring) returns crm.loose language internal immutable strict as 'textin';
create function crm.loose_out(crm.loose) returns cstring language internal immutable strict as 'textout';
create type crm.loose (input = crm.loose_in, output = crm.loose_out, like = text, category = 'S');
create cast (crm.loose as text) without function as implicit;
create cast (text as crm.loose) without function as assignment;
create function crm.loose_eq(crm.loose, crm.loose) returns boolean language sql immutable strict
    as 'select lower($1::text) = lower($2::text)';
create operator public.= (leftarg = crm.loose, rightarg = crm.loose, function = crm.loose_eq);
create table crm.deals (id text primary key, name crm.loose);
"""


def test_text_in_another_case_is_written_where_the_users_type_takes_both_for_the_same(clean_warehouse):
    # stands in for citext, and for a collation that tells no cases apart
    clean_warehouse.execute("create schema crm")
    clean_warehouse.execute(_LOOSE_TYPE)
    entity = make_entity()
    write(clean_warehouse, entity, [{"id": "1", "name": "anna"}])
    result = write(clean_warehouse, entity, [{"id": "1", "name": "Anna"}])
    assert (result.counts.updated, result.counts.unchanged) == (1, 0)
    assert read_table(clean_warehouse, "name::text") == [("Anna",)]
