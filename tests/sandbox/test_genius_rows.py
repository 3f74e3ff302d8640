"""The made-up rows of the legacy CRM: the same each time, and with everything that breaks naive readers."""

from __future__ import annotations

from collections import Counter

import pytest

from sandbox.genius.catalogue import BY_SYNC_TYPE, TABLES
from sandbox.genius.rows import make_rows
from sandbox.genius.values import NULL, escape

NAMES = sorted(TABLES)
DATED = sorted(name for name, table in TABLES.items() if table.cursor)
COUNT = 200


def make(name, count=COUNT, **options):
    table = TABLES[name]
    names = [column.name for column in table.columns]
    lines = make_rows(table, range(count), **{"count": count, "seed": 7, **options})
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]


def test_catalogue_has_32_tables_and_486_columns():
    assert len(TABLES) == len(BY_SYNC_TYPE) == 32
    assert sum(len(table.columns) for table in TABLES.values()) == 486


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_the_same_for_the_same_seed_and_others_for_another(name):
    assert make(name) == make(name)
    # others look for these by their labels
    assert make(name, seed=8) != make(name) or name == "third_party_source_type"


@pytest.mark.parametrize("name", NAMES)
def test_rows_have_unique_keys_and_no_null_where_none_may_be(name):
    table, rows = TABLES[name], make(name)
    assert len({tuple(row[key] for key in table.key) for row in rows}) == COUNT
    for column in table.columns:
        if not column.is_nullable:
            assert all(row[column.name] != NULL for row in rows), column.name


@pytest.mark.parametrize("name", DATED)
def test_cursors_share_seconds_and_run_against_the_ids(name):
    table, rows = TABLES[name], make(name)
    cursors = [row[table.cursor] for row in rows if row[table.cursor] != NULL]
    most = Counter(cursors).most_common(1)[0][1]
    assert most >= len(cursors) * 0.3, "one bulk fix in one second"
    assert cursors != sorted(cursors)
    assert (len(cursors) < COUNT) is table.column(table.cursor).is_nullable


def test_one_row_is_the_same_alone_and_among_others():
    table = TABLES["quote"]
    (alone,) = make_rows(table, range(150, 151), count=COUNT, seed=7)
    among = list(make_rows(table, range(COUNT), count=COUNT, seed=7))
    assert alone == among[150]


def test_odd_values_are_among_the_rows():
    orders, jobs = make("job_change_order"), make("job")
    assert {"0000-00-00", "2024-00-15", "2024-03-00"} <= {row["effective_date"] for row in orders}
    assert any(row["sold_date"].startswith("0000") for row in orders)
    assert any(row["total_amount"].startswith("-") for row in orders)
    assert {"2A", "17-B"} <= {row["number"] for row in orders}
    assert {"-01:30:00", "36:00:00"} <= {row["measure_time"] for row in jobs}
    assert {"2", "-1"} <= {row["is_corp"] for row in make("division")}
    assert "-1" in {row["with_dm"] for row in make("lead")}
    assert "0" in {row["id"] for row in make("job_status")}
    assert {"2025-03-09 02:30:00", "2025-11-02 01:30:00"} <= {row["sold_date"] for row in orders}
    assert any(not row["first_name"].isascii() for row in make("prospect"))
    assert {"", "n/a"} <= {row["email"] for row in make("prospect")}
    keys = {row["marketsharp_id"][:2] for row in make("marketsharp_marketing_source_map")}
    assert keys == {"MS", "ms"}


def test_source_type_hubspot_is_the_first_and_sources_point_to_it():
    assert make("third_party_source_type")[0]["label"] == "hubspot"
    assert {row["third_party_source_type_id"] for row in make("third_party_source")} == {"1", "2", "3"}


def test_texts_are_escaped_for_the_load_and_null_is_left_alone():
    assert escape(["a\tb", "c\nd", "e\\f", NULL]) == ["a\\tb", "c\\nd", "e\\\\f", NULL]


def test_ddl_quotes_reserved_names_and_has_the_index_unless_the_table_lacks_it():
    assert TABLES["lead"].ddl().startswith("CREATE TABLE `lead` (`lead_id` int NOT NULL")
    assert "KEY changed (`updated_at`, `lead_id`)" in TABLES["lead"].ddl()
    assert "KEY changed" not in TABLES["quote"].ddl()
    assert "PRIMARY KEY (`appointment_id`, `service_id`)" in TABLES["appointment_to_service"].ddl()
