"""Windows over the legacy CRM's tables: every row once, whatever the clock, the ids and the indexes do."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from sandbox.genius.catalogue import BY_SYNC_TYPE
from sandbox.genius.database import ZONE
from sandbox.genius.rows import LAST_CHANGE
from tests.sources.turns import take_third

CHUNK = 20
ROWS = 2 * CHUNK + 1
DATED = sorted(name for name, table in BY_SYNC_TYPE.items() if table.cursor)
UNDATED = ["leads", "marketing_source_types", "prospect_sources"]
JOINED = {
    "users": ["user_associations"],
    "prospects": ["third_party_sources", "third_party_source_types"],
    "appointments": ["third_party_sources", "third_party_source_types"],
}
LONG_AGO = datetime(2000, 1, 1)  # noqa: DTZ001 - a wall clock
SECOND = timedelta(seconds=1)


def make(genius, name, rows=ROWS):
    genius.make({name: rows, **dict.fromkeys(JOINED.get(name, []), 30)})
    return BY_SYNC_TYPE[name]


def as_texts(keys):
    return sorted(tuple(map(str, key)) for key in keys)


def source_keys(reading, genius, table):
    columns = [
        next(str(f.source or c) for c, f in genius.source.entities[table.sync_type].fields.items()
             if (f.source or c) == key)
        for key in table.key
    ]  # fmt: skip
    return sorted(tuple(record[column] for column in columns) for record in reading.records)


@pytest.mark.parametrize("name", take_third(BY_SYNC_TYPE, 0))
def test_full_read_gives_every_row_once(genius, name):
    table = make(genius, name)
    reading = genius.read(name, page_size=CHUNK)
    assert source_keys(reading, genius, table) == as_texts(genius.crm.list_keys(table))
    assert reading.pages == 3


@pytest.mark.parametrize("name", take_third(DATED, 1))
def test_delta_gives_every_row_of_the_window_once_both_ends_included(genius, name):
    table = make(genius, name)
    keys = genius.crm.list_keys(table)
    low, high = LAST_CHANGE - timedelta(minutes=30), LAST_CHANGE
    # more than a chunk shares one second, and ids run against the clock
    for number, key in enumerate(keys):
        genius.crm.stamp(table, (high - number * SECOND).replace(tzinfo=ZONE), [key])
    genius.crm.stamp(table, (low + SECOND).replace(tzinfo=ZONE), keys[: CHUNK + 5])
    edges = {keys[-1]: low, keys[-2]: high, keys[-3]: low - SECOND, keys[-4]: high + SECOND}
    for key, at in edges.items():
        genius.crm.stamp(table, at.replace(tzinfo=ZONE), [key])
    reading = genius.read(name, since=low, until=high, page_size=CHUNK)
    outside = {keys[-3], keys[-4]}
    assert source_keys(reading, genius, table) == as_texts(key for key in keys if key not in outside)


@pytest.mark.parametrize("name", UNDATED)
def test_rows_without_a_cursor_come_by_their_creation(genius, name):
    table = make(genius, name)
    without = genius.crm.fetch(f"select {table.key[0]} from `{table.name}` where updated_at is null")
    assert len(without) >= 5
    new, *old = without
    genius.crm.execute(f"update `{table.name}` set {table.created} = '2010-01-01' where updated_at is null")
    genius.crm.set_value(table, new, table.created, LAST_CHANGE)
    reading = genius.read(name, since=LAST_CHANGE - timedelta(hours=2), until=LAST_CHANGE, page_size=CHUNK)
    found = source_keys(reading, genius, table)
    assert as_texts([new])[0] in found
    assert not set(as_texts(old)) & set(found)
    assert len(found) == len(set(found)) == ROWS - len(old)


@pytest.mark.parametrize("name", take_third(DATED, 2))
def test_pages_of_a_delta_follow_an_index(genius, name):
    table = make(genius, name, rows=3_000)
    since = LAST_CHANGE - timedelta(hours=12)
    reading = genius.read(name, since=since, until=LAST_CHANGE, page_size=100)
    assert reading.facts["page_by"] == ("cursor" if table.has_index else "pk")
    own = [one for one in reading.statements if "IS NULL" not in one.text]
    assert len(own) > 3
    (plan,) = [row for row in genius.crm.fetch(f"EXPLAIN {own[2].text}", own[2].values) if row[2] == "t"]
    kind, key, extra = plan[3], plan[5], plan[9]
    assert (kind, key) == ("range", "changed" if table.has_index else "PRIMARY")
    assert "filesort" not in extra
    assert "OFFSET" not in own[2].text


def test_row_that_changes_while_it_is_read_is_left_to_the_next_run(genius):
    table = make(genius, "job_change_orders")
    keys = genius.crm.list_keys(table)
    until = LAST_CHANGE + timedelta(minutes=1)
    changed = []

    def change(number):
        if number == 1:
            changed.append(keys[-1])
            genius.crm.stamp(table, (until + 5 * SECOND).replace(tzinfo=ZONE), [keys[-1]])

    first = genius.read("job_change_orders", since=LONG_AGO, until=until, page_size=5, between=change)
    second = genius.read("job_change_orders", since=until, until=until + 10 * SECOND)
    both = Counter(source_keys(first, genius, table)) + Counter(source_keys(second, genius, table))
    assert set(both) == set(as_texts(keys))
    assert source_keys(second, genius, table) == as_texts(changed)


def test_bulk_fix_that_leaves_updated_at_alone_is_seen_by_a_whole_read_only(genius):
    table = make(genius, "jobs")
    genius.crm.execute("update job set contract_number = 'fixed' where id <= 3")
    delta = genius.read("jobs", since=LAST_CHANGE + SECOND)
    full = genius.read("jobs")
    assert delta.records == []
    assert [r["id"] for r in full.records if r["contract_number"] == "fixed"] == ["1", "2", "3"]
    assert len(full.records) == len(genius.crm.list_keys(table))


def test_change_of_the_joined_table_alone_is_seen_by_a_whole_read_only(genius):
    make(genius, "users")
    ((user, link),) = genius.crm.fetch(
        "select user_id, user_associations_id from user_data where user_associations_id <= 30 limit 1"
    )
    genius.crm.execute("update users_userassociations set primary_user_id = 4711 where id = %s", [link])
    assert genius.read("users", since=LAST_CHANGE + SECOND).records == []
    by_id = {record["user_id"]: record for record in genius.read("users").records}
    assert by_id[str(user)]["ua.primary_user_id"] == "4711"


def test_text_keys_in_mixed_case_all_come(genius):
    table = make(genius, "marketsharp_marketing_source_maps", rows=101)
    reading = genius.read("marketsharp_marketing_source_maps", page_size=7)
    keys = [record["marketsharp_id"] for record in reading.records]
    assert keys != sorted(keys), "the server's collation orders them, not the client"
    assert as_texts((key,) for key in keys) == as_texts(genius.crm.list_keys(table))
