"""What the legacy CRM's database does to naive readers, beside what the other files here show."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.genius.catalogue import BY_SYNC_TYPE
from sandbox.genius.rows import LAST_CHANGE
from tests.sources.turns import take_third

JOINED = {"user_associations": 3, "third_party_sources": 3, "third_party_source_types": 3}


def test_column_in_another_spelling_is_the_same_column(genius):
    """MySQL takes `Id` for `id`; the names of an answer's columns may follow either."""
    genius.make({"job_change_order_reasons": 8})
    genius.crm.execute("alter table job_change_order_reason change column id Id int not null")
    records = genius.read("job_change_order_reasons", page_size=3).records
    keys = genius.crm.fetch("select id from job_change_order_reason order by id")
    assert [record["id"] for record in records] == [str(key) for (key,) in keys]


@pytest.mark.parametrize("name", take_third(BY_SYNC_TYPE, 1))
def test_every_statement_for_rows_is_bounded(genius, name):
    """A cursor on the server would hold its connection while rows are written, and die of it."""
    genius.make({**JOINED, name: 3})
    statements = genius.read(name, page_size=2).statements
    assert statements
    assert all("LIMIT" in statement.text.upper() for statement in statements)
    assert not any("OFFSET" in statement.text.upper() for statement in statements)


@pytest.mark.parametrize("name", ["users", "prospects", "appointments"])
def test_column_that_a_joined_table_has_too_is_not_ambiguous(genius, name):
    """A joined table gets the very columns that the window and the order are about."""
    genius.make({**JOINED, name: 9})
    for joined in ("third_party_source", "users_userassociations"):
        columns = {row[0] for row in genius.crm.fetch(f"show columns from `{joined}`")}
        for column in {"updated_at", "add_date"} - columns:
            genius.crm.execute(f"alter table `{joined}` add column {column} datetime null")
    whole = genius.read(name).records
    delta = genius.read(name, since=LAST_CHANGE - timedelta(days=9000), until=LAST_CHANGE)
    assert len(whole) == 9
    assert delta.statements


@pytest.mark.parametrize("cursor", ["null", "'0000-00-00 00:00:00'"], ids=["null", "zero date"])
def test_row_without_the_cursor_that_it_should_have_comes_with_every_delta(genius, cursor):
    """NOT NULL is a guess in 18 tables: where it is wrong, nothing else would tell of the row."""
    genius.make({"jobs": 5})
    genius.crm.execute("set session sql_mode = ''")
    genius.crm.execute("alter table job modify updated_at datetime null")
    genius.crm.execute(f"update job set updated_at = {cursor} where id = 3")
    delta = genius.read("jobs", since=LAST_CHANGE + timedelta(days=1), until=LAST_CHANGE + timedelta(days=2))
    assert [(record["id"], record["updated_at"]) for record in delta.records] == [("3", None)]
    assert len(genius.read("jobs").records) == 5


def test_column_that_was_dropped_is_said_and_left_out(genius):
    genius.make({"quotes": 3})
    genius.crm.execute("alter table quote drop column label")
    reading = genius.read("quotes")
    assert len(reading.records) == 3
    assert reading.missing == {"label"}
    assert "quote no longer has the column label" in reading.notes[0]
