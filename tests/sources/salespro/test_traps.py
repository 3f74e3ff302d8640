"""One test for each trap of SalesPro's lake, and of Athena in front of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.exceptions import ConfigError, FatalSourceError, PaginationLoopError, SourceError
from sandbox.salespro.times import write_moment
from tests.conformance.tables import assert_table, read_rows

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)


def test_row_of_names_is_on_the_first_page_alone_and_counts(open_account):
    kit = open_account(counts={"estimates": 25})
    result = kit.read("estimates", page_size=10)
    assert [page.records for page in result.pages if page.records] == [10, 10, 5]
    stored = [row["estimate_id"] for _, row in kit.fake.store.list_rows("estimates")]
    assert [one["estimate_id"] for one in result.records] == stored
    assert "estimate_id" not in stored


def test_first_page_asks_for_one_row_more_and_never_for_more_than_a_thousand(open_account):
    kit = open_account(counts={"estimates": 1500})
    kit.read("estimates")
    bodies = [one.request_body for one in kit.fake.requests.entries("/GetQueryResults/*")]
    assert [b'"MaxResults":1000' in one for one in bodies] == [True, False]
    assert b'"MaxResults":999' in bodies[1]


def test_page_of_one_record_brings_it(kit):
    result = kit.read("estimates", page_size=1)
    assert len(result.records) == 45


def test_table_without_rows_is_empty_and_no_error(kit):
    kit.fake.changes.clear("estimates")
    result = kit.read("estimates")
    assert (result.records, result.is_whole) == ([], True)


def test_first_page_without_names_is_an_error_and_loses_no_record(kit):
    kit.fake.faults.add("no_names", "/GetQueryResults/*", times=None)
    result = kit.read("estimates", catch=SourceError)
    assert "no row of names in front of its first page" in str(result.error)
    assert result.records == []


def test_later_page_that_looks_like_names_is_a_record(open_account):
    kit = open_account(counts={"payments": 3})
    columns = [str(one.source or name) for name, one in kit.source.entities["payments"].fields.items()]
    kit.fake.changes.create("payments", {name: name for name in columns})
    result = kit.read("payments", page_size=3)
    assert result.records[-1] == {name: name for name in columns}


def test_null_and_empty_text_stay_apart_until_the_table(kit):
    kit.fake.changes.clear("estimates")
    kit.fake.changes.create("estimates", {"bank_name": None, "loan_name": ""})
    (record,) = kit.read("estimates").records
    assert (record["bank_name"], record["loan_name"]) == (None, "")


def test_row_of_nulls_alone_is_a_record_and_rejected_for_its_key(lake):
    lake.account.fake.changes.clear("payments")
    lake.account.fake.store.add("payments", {"payment_type": None})
    run = lake.run("payments")
    assert (run.row.records_processed, run.row.records_failed) == (1, 1)


@pytest.mark.postgres
def test_newest_of_several_rows_of_one_key_is_kept(lake):
    fake = lake.account.fake
    fake.changes.clear("lead_results")
    for hour, company in ((3, "third"), (5, "newest"), (1, "first")):
        at = write_moment(int((NOW + timedelta(hours=hour)).timestamp() * 1000))
        fake.changes.create("lead_results", {"estimate_id": "e1", "company_id": company, "updated_at": at})
    entity = lake.run("lead_results").entity
    assert {key: row["company_id"] for key, row in read_rows(lake.warehouse, entity).items()} == {
        ("e1",): "newest"
    }


@pytest.mark.postgres
def test_customer_has_a_row_for_each_estimate_and_one_without(lake):
    fake = lake.account.fake
    for estimate in ("e1", "e2", None):
        fake.changes.create("customers", {"customer_id": "c1", "estimate_id": estimate})
    entity = lake.run("customers").entity
    assert set(read_rows(lake.warehouse, entity)) == {("c1", "e1"), ("c1", "e2"), ("c1", "")}


def test_customers_without_an_id_are_not_asked_for(kit):
    kit.fake.changes.create("customers", {"customer_id": ""})
    kit.fake.changes.create("customers", {"customer_id": None})
    kit.fake.changes.create("customers", {"customer_id": "c1"})
    assert [one["customer_id"] for one in kit.read("customers").records] == ["c1"]


@pytest.mark.parametrize(
    "reason",
    [
        "SYNTAX_ERROR: line 1:15: Table awsdatacatalog.lake.estimate does not exist",
        "Insufficient permissions to execute the query. User is not authorized to perform: glue:GetDatabase",
    ],
)
def test_query_that_fails_under_200_is_an_error_with_its_reason(kit, reason):
    kit.fake.faults.add("query_failed", "/GetQueryExecution/*", times=None, reason=reason)
    result = kit.read("estimates", catch=FatalSourceError)
    assert reason in str(result.error)
    assert str(result.error).startswith("salespro") or "estimates" in str(result.error)
    assert kit.count("StartQueryExecution") == 1


def test_missing_right_of_glue_is_said_in_one_sentence(open_account):
    kit = open_account(lacks_glue=True)
    result = kit.read("estimates", catch=FatalSourceError)
    assert "glue:GetDatabase" in str(result.error)
    assert str(result.error).count("\n") == 0


def test_times_are_utc_whatever_the_worker_s_zone(kit, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    row = kit.show_row(
        "estimates", updated_at="2025-03-09 02:30:00.123", created_at="2025-11-02 01:30:00.000"
    )
    assert row["updated_at"] == datetime(2025, 3, 9, 2, 30, 0, 123_000, tzinfo=UTC)
    assert row["created_at"] == datetime(2025, 11, 2, 1, 30, tzinfo=UTC)


@pytest.mark.postgres
def test_row_that_is_hours_late_comes_with_the_next_delta(lake):
    lake.run("estimates")
    late = int((datetime.now(UTC) - timedelta(hours=20)).timestamp() * 1000)
    lake.account.fake.changes.create("estimates", {"estimate_id": "late"}, at_ms=late)
    run = lake.run("estimates")
    assert run.row.records_created == 1
    assert ("late",) in read_rows(lake.warehouse, run.entity)


@pytest.mark.postgres
def test_row_later_than_the_overlap_and_row_without_time_are_found_by_the_comparison(lake):
    lake.run("estimates")
    late = int((datetime.now(UTC) - timedelta(hours=30)).timestamp() * 1000)
    lake.account.fake.changes.create("estimates", {"estimate_id": "late"}, at_ms=late)
    lake.account.fake.changes.create("estimates", {"estimate_id": "undated", "updated_at": None})
    assert lake.run("estimates").row.records_created == 0
    run = lake.run("estimates", full=True)
    assert run.row.records_created == 2
    assert_table(lake.warehouse, run.entity, lake.account.expected(run.entity))


def test_columns_are_named_one_by_one_and_a_new_one_changes_nothing(kit):
    kit.fake.store.add_column("estimates", "vendor_new")
    assert "vendor_new" not in kit.read("estimates").records[0]
    assert "*" not in kit.queries_sent()[0]


def test_missing_column_fails_the_entity_by_name(kit):
    kit.fake.store.drop_column("estimates", "bank_name")
    result = kit.read("estimates", catch=FatalSourceError)
    assert "COLUMN_NOT_FOUND" in str(result.error)
    assert "bank_name" in str(result.error)
    assert "estimates" in str(result.error)
    assert kit.count("StartQueryExecution") == 1


def test_token_that_repeats_ends_the_read(open_account):
    kit = open_account(counts={"estimates": 30})
    kit.fake.faults.add("repeated_token", "/GetQueryResults/*", times=None)
    result = kit.read("estimates", page_size=10, catch=SourceError)
    assert isinstance(result.error, PaginationLoopError)


def test_bounds_are_timestamps_and_no_texts(kit):
    since = datetime(2025, 5, 1, 10, 0, 0, 900_000, tzinfo=UTC)
    kit.read("estimates", since=since)
    assert kit.queries_sent()[0].endswith("WHERE TRUE AND updated_at >= timestamp '2025-05-01 10:00:00'")
    kit.read("user_activities", since=since)
    assert kit.queries_sent()[1].endswith("AND created_at >= timestamp '2025-05-01 10:00:00'")


def test_database_and_region_have_to_be_named(kit):
    with pytest.raises(ConfigError, match=r"extra\.database"):
        kit.make_client(database="")
    with pytest.raises(ConfigError, match=r"extra\.region_name"):
        kit.make_client(region_name=None)
