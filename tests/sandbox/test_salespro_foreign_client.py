"""PyAthena, which was not written for the fake, runs queries on the lake: start, poll, pages, errors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pyathena
import pytest
from botocore.config import Config
from pyathena.util import RetryConfig

from sandbox.salespro import SalesProSandbox
from sandbox.salespro.config import DATABASE, REGION

COUNTS = {"estimates": 1_200, "lead_results": 20, "payments": 30}


@pytest.fixture(scope="module")
def lake() -> Iterator[SalesProSandbox]:
    with SalesProSandbox(counts=COUNTS).serve() as fake:
        yield fake


def connect(lake: SalesProSandbox, **changed: Any) -> Any:
    known = {
        "aws_access_key_id": lake.config.access_key,
        "aws_secret_access_key": lake.config.secret_key,
        "region_name": REGION,
        "endpoint_url": lake.url,
        "schema_name": DATABASE,
        "s3_staging_dir": "s3://sandbox-results/pyathena/",
        "poll_interval": 0.01,
        "config": Config(retries={"max_attempts": 0}),
        "retry_config": RetryConfig(attempt=1),
    }
    return pyathena.connect(**{**known, **changed}).cursor()


def test_rows_come_once_over_pages_with_the_types_of_the_columns(lake):
    cursor = connect(lake)
    cursor.execute("SELECT estimate_id, sale_amount, updated_at FROM estimate")
    rows = cursor.fetchall()
    assert [row[0] for row in rows] == [row["estimate_id"] for _, row in lake.store.list_rows("estimates")]
    assert [one[0] for one in cursor.description] == ["estimate_id", "sale_amount", "updated_at"]
    assert all(isinstance(row[2], datetime | None) for row in rows)
    assert any(row[1] is None for row in rows)
    assert cursor.data_scanned_in_bytes > 0
    assert cursor.output_location.startswith("s3://sandbox-results/pyathena/")


def test_filter_by_time_and_limit_are_the_lakes(lake):
    cursor = connect(lake)
    stamps = sorted(filter(None, (row["updated_at"] for _, row in lake.store.list_rows("estimates"))))
    middle = stamps[len(stamps) // 2][:19]
    cursor.execute(f"SELECT updated_at FROM estimate WHERE TRUE AND updated_at >= timestamp '{middle}'")
    assert len(cursor.fetchall()) == sum(one[:19] >= middle for one in stamps)
    cursor.execute("SELECT payment_id FROM payments LIMIT 7")
    assert len(cursor.fetchall()) == 7


def test_table_without_rows_has_columns_and_no_rows(lake):
    cursor = connect(lake)
    cursor.execute(
        "SELECT payment_id FROM payments WHERE TRUE AND updated_at >= timestamp '2999-01-01 00:00:00'"
    )
    assert cursor.fetchall() == []
    assert cursor.description[0][0] == "payment_id"


def test_failed_query_is_the_clients_own_error_with_the_reason(lake):
    with pytest.raises(pyathena.error.OperationalError, match="nowhere"):
        connect(lake).execute("SELECT nowhere FROM payments")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"aws_access_key_id": "AKIAOTHER00000000000"}, "UnrecognizedClientException"),
        ({"aws_secret_access_key": "other"}, "InvalidSignatureException"),
    ],
    ids=["id", "secret"],
)
def test_wrong_key_is_the_clients_own_error(lake, changed, said):
    with pytest.raises(pyathena.error.DatabaseError, match=said):
        connect(lake, **changed).execute("SELECT payment_id FROM payments")
