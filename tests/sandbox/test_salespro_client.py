"""AWS's own client against the fake lake: a query, its pages, its object in the bucket, and each refusal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.salespro import SalesProSandbox
from sandbox.salespro.config import DATABASE, REGION
from sandbox.salespro.store import Query

ONCE = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"})


@pytest.fixture
def lake() -> Iterator[SalesProSandbox]:
    with SalesProSandbox(counts={"estimates": 2500, "lead_results": 20}).serve() as fake:
        yield fake


def make_client(lake: SalesProSandbox, service: str = "athena", **changed: Any) -> Any:
    config = lake.config
    known = {
        "region_name": REGION,
        "endpoint_url": lake.url,
        "aws_access_key_id": config.access_key,
        "aws_secret_access_key": config.secret_key,
        "config": ONCE,
    }
    return boto3.client(service, **{**known, **changed})


def start(client: Any, sql: str, **more: Any) -> str:
    context = {"Database": DATABASE}
    output = {"OutputLocation": "s3://sandbox-results/boto/"}
    asked = {"QueryExecutionContext": context, "ResultConfiguration": output, **more}
    return str(client.start_query_execution(QueryString=sql, **asked)["QueryExecutionId"])


def wait(client: Any, query_id: str) -> dict[str, Any]:
    while True:
        found: dict[str, Any] = client.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
        if found["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return found


def list_pages(client: Any, query_id: str, **config: Any) -> list[list[dict[str, Any]]]:
    pages = client.get_paginator("get_query_results").paginate(
        QueryExecutionId=query_id, PaginationConfig=config
    )
    return [page["ResultSet"]["Rows"] for page in pages]


def test_pages_hold_every_row_once_and_the_names_before_the_first(lake):
    client = make_client(lake)
    query_id = start(client, "SELECT estimate_id, finance_amount FROM estimate")
    found = wait(client, query_id)
    assert found["Status"]["State"] == "SUCCEEDED"
    assert found["Statistics"]["DataScannedInBytes"] > 25_000
    pages = list_pages(client, query_id)
    assert [len(page) for page in pages] == [1000, 1000, 501]
    assert pages[0][0]["Data"] == [{"VarCharValue": "estimate_id"}, {"VarCharValue": "finance_amount"}]
    ids = [row["Data"][0]["VarCharValue"] for page in pages for row in page][1:]
    assert ids == [row["estimate_id"] for _, row in lake.store.list_rows("estimates")]
    assert any(row["Data"][1] == {} for page in pages for row in page), "a null is a cell without a value"


def test_pages_may_be_smaller(lake):
    client = make_client(lake)
    query_id = start(client, "SELECT estimate_id FROM estimate LIMIT 25")
    wait(client, query_id)
    assert [len(page) for page in list_pages(client, query_id, PageSize=10)] == [10, 10, 6]


def test_columns_have_names_and_types(lake):
    client = make_client(lake)
    query_id = start(client, "SELECT estimate_id, sale_amount, is_sale, updated_at FROM estimate LIMIT 1")
    wait(client, query_id)
    meta = client.get_query_results(QueryExecutionId=query_id)["ResultSet"]["ResultSetMetadata"]
    kinds = [(one["Name"], one["Type"]) for one in meta["ColumnInfo"]]
    assert kinds == [
        ("estimate_id", "varchar"),
        ("sale_amount", "double"),
        ("is_sale", "boolean"),
        ("updated_at", "timestamp"),
    ]


def test_object_in_the_bucket_tells_null_from_an_empty_text(lake):
    lake.changes.clear("estimates")
    lake.changes.create("estimates", {"estimate_id": 'a"b', "bank_name": None, "loan_name": ""})
    client = make_client(lake)
    query_id = start(client, "SELECT estimate_id, bank_name, loan_name FROM estimate")
    output = wait(client, query_id)["ResultConfiguration"]["OutputLocation"]
    bucket, _, key = output.removeprefix("s3://").partition("/")
    body = make_client(lake, "s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    assert body == b'"estimate_id","bank_name","loan_name"\n"a""b",,""\n'


def test_where_order_and_window_functions_are_those_of_sql(lake):
    client = make_client(lake)
    since = "timestamp '2025-06-01 00:00:00'"
    query_id = start(
        client,
        f"SELECT estimate_id, updated_at FROM estimate WHERE updated_at >= {since} ORDER BY updated_at",
    )
    wait(client, query_id)
    moments = [row["Data"][1]["VarCharValue"] for page in list_pages(client, query_id) for row in page][1:]
    rows = [row["updated_at"] for _, row in lake.store.list_rows("estimates")]
    assert moments == sorted(one for one in rows if one is not None and one >= "2025-06-01 00:00:00.000")


def test_same_token_starts_no_second_query(lake):
    client = make_client(lake)
    token = "t" * 32
    first = start(client, "SELECT estimate_id FROM estimate", ClientRequestToken=token)
    assert start(client, "SELECT estimate_id FROM estimate", ClientRequestToken=token) == first
    with pytest.raises(ClientError, match="Idempotent parameters do not match"):
        start(client, "SELECT city FROM estimate", ClientRequestToken=token)
    assert len(lake.store.queries) == 1


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT nope FROM estimate", "COLUMN_NOT_FOUND: line 1:8"),
        ("SELECT 1 FROM nope", "TABLE_NOT_FOUND: line 1:15"),
        ("SELECT city FROM estimate WHERE updated_at > '2025-01-01'", "TYPE_MISMATCH"),
    ],
    ids=["column", "table", "text against a timestamp"],
)
def test_wrong_query_is_taken_and_fails(lake, sql, reason):
    client = make_client(lake)
    status = wait(client, start(client, sql))["Status"]
    assert status["State"] == "FAILED"
    assert status["StateChangeReason"].startswith(reason)
    assert status["AthenaError"]["Retryable"] is False


@pytest.mark.parametrize("sql", ["SELEC 1", "SELECT 1; SELECT 2", "DROP TABLE estimate", "SELECT FROM WHERE"])
def test_bad_grammar_is_refused_at_once(lake, sql):
    with pytest.raises(ClientError, match="InvalidRequestException") as caught:
        start(make_client(lake), sql)
    assert caught.value.response["AthenaErrorCode"] == "MALFORMED_QUERY"
    assert lake.store.queries == {}


def test_results_of_a_query_at_work_are_refused(lake):
    client = make_client(lake)
    query_id = start(client, "SELECT estimate_id FROM estimate")
    with pytest.raises(ClientError, match="has not yet finished"):
        client.get_query_results(QueryExecutionId=query_id)


def test_stopped_query_is_cancelled(lake):
    client = make_client(lake)
    query_id = start(client, "SELECT estimate_id FROM estimate")
    client.stop_query_execution(QueryExecutionId=query_id)
    assert wait(client, query_id)["Status"]["State"] == "CANCELLED"


def test_more_queries_than_allowed_are_refused():
    with SalesProSandbox(counts={"estimates": 5}, most_queries=1).serve() as lake:
        client = make_client(lake)
        first = start(client, "SELECT estimate_id FROM estimate")
        with pytest.raises(ClientError, match="TooManyRequestsException") as caught:
            start(client, "SELECT city FROM estimate")
        assert caught.value.response["Reason"] == "CONCURRENT_QUERY_LIMIT_EXCEEDED"
        wait(client, first)
        start(client, "SELECT city FROM estimate")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"aws_secret_access_key": "another"}, "InvalidSignatureException"),
        ({"aws_access_key_id": "AKIAUNKNOWN"}, "UnrecognizedClientException"),
        ({"region_name": "eu-west-1"}, "InvalidSignatureException"),
        ({"aws_session_token": "unknown"}, "UnrecognizedClientException"),
    ],
    ids=["secret", "key", "region", "session token"],
)
def test_signature_that_does_not_fit_is_refused(lake, changed, code):
    with pytest.raises(ClientError, match=code):
        start(make_client(lake, **changed), "SELECT 1 FROM estimate")


def test_unsigned_request_is_refused(lake):
    import requests

    session = requests.Session()
    session.trust_env = False
    answer = session.post(
        lake.url, headers={"X-Amz-Target": "AmazonAthena.GetQueryExecution"}, json={}, timeout=10
    )
    assert (answer.status_code, answer.json()["__type"]) == (403, "MissingAuthenticationTokenException")


def test_row_is_invisible_until_the_vendor_s_batch():
    with SalesProSandbox(counts={"estimates": 3}, late_s=3600).serve() as lake:
        client = make_client(lake)
        lake.changes.create("estimates", {"estimate_id": "late"})
        assert count(client, lake) == 3
        lake.clock.advance(3601)
        lake.changes.clock.advance(0)
        assert _read_now(lake) == 4


def count(client: Any, _lake: SalesProSandbox) -> int:
    query_id = start(client, "SELECT estimate_id FROM estimate")
    wait(client, query_id)
    return sum(len(page) for page in list_pages(client, query_id)) - 1


def _read_now(lake: SalesProSandbox) -> int:
    """By the fake's clock, which a client's signature no longer fits."""
    from sandbox.salespro.sql import run_query

    return len(run_query(lake.store, "SELECT estimate_id FROM estimate", now_ms=lake.clock.now_ms()).rows)


def test_same_seed_gives_the_same_lake():
    first, second = (SalesProSandbox(counts={"customers": 30, "lead_results": 30}) for _ in range(2))
    assert list(first.store.list_rows("lead_results")) == list(second.store.list_rows("lead_results"))
    assert all(isinstance(one, Query) for one in first.store.queries.values())


def test_state_file_keeps_changes(tmp_path):
    settings: dict[str, Any] = {
        "counts": {"payments": 20},
        "state": str(tmp_path / "state.json"),
        "activity": 14,
    }
    before = SalesProSandbox(**settings)
    number = before.changes.create("payments", {"payment_id": "kept"})
    rows = dict(before.store.list_rows("payments"))
    again = SalesProSandbox(**{**settings, "activity": 0})
    assert dict(again.store.list_rows("payments")) == rows
    assert rows[number]["payment_id"] == "kept"
