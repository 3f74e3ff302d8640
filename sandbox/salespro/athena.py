"""Athena's operations: start a query, look at it, read its results page by page, stop it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sandbox.frame.clock import SandboxClock
from sandbox.salespro.config import BUCKET, DATABASE, MOST_RESULTS, SalesProConfig
from sandbox.salespro.errors import invalid, too_many
from sandbox.salespro.sql import Outcome, QueryFailedError, check_text, find_table, run_query
from sandbox.salespro.store import Query, Store

Fields = dict[str, Any]
_GLUE = (
    "Insufficient permissions to execute the query. User is not authorized to perform: glue:GetDatabase on "
    "resource: arn:aws:glue:us-east-1:000000000000:catalog"
)


@dataclass
class Account:
    """What every operation works on."""

    config: SalesProConfig
    store: Store
    clock: SandboxClock


def start_query(account: Account, asked: Fields) -> Fields:
    """StartQueryExecution: the same token gives the same query.

    Raises:
        ApiError: 400, the request can't be, or too many queries are at work.
    """
    store, text = account.store, check_text(asked.get("QueryString"))
    token = str(asked.get("ClientRequestToken") or "")
    if token and not 32 <= len(token) <= 128:
        raise invalid("clientRequestToken must have length between 32 and 128")
    if token in store.by_token:
        known = store.queries[store.by_token[token]]
        if known.text != text:
            raise invalid("Idempotent parameters do not match")
        return {"QueryExecutionId": known.query_id}
    database = (asked.get("QueryExecutionContext") or {}).get("Database")
    output = (asked.get("ResultConfiguration") or {}).get("OutputLocation") or f"s3://{BUCKET}/queries/"
    if not str(output).startswith("s3://"):
        raise invalid("outputLocation is not a valid S3 path.")
    if store.count_running() >= account.config.most_queries:
        raise too_many()
    number = len(store.queries) + 1
    query_id = str(UUID(int=(account.config.seed << 64) + number, version=4))
    query = Query(query_id, text, find_table(text), token, account.config.query_polls)
    query.output = f"{str(output).rstrip('/')}/{query_id}.csv"
    query.submitted_s = account.clock.now_s()
    # an error of grammar is told at once, and nothing was started then
    outcome, reason = _run(account, text, database)
    store.queries[query_id] = query
    if outcome is not None:
        query.columns, query.rows, query.scanned_bytes = outcome.columns, outcome.rows, outcome.scanned_bytes
    query.reason = reason
    if token:
        store.by_token[token] = query_id
    store.most_running = max(store.most_running, store.count_running())
    return {"QueryExecutionId": query_id}


def get_query(account: Account, asked: Fields) -> Fields:
    """GetQueryExecution: the state goes on with each look.

    Raises:
        ApiError: 400, no such query.
    """
    query = _find(account.store, asked)
    if query.is_running:
        if query.polls_left > 0:
            query.polls_left -= 1
            query.state = "RUNNING"
        else:
            query.state = "FAILED" if query.reason else "SUCCEEDED"
    return {"QueryExecution": show_query(query)}


def get_results(account: Account, asked: Fields) -> Fields:
    """GetQueryResults: texts; the row of names is the first of all, and counts.

    Raises:
        ApiError: 400, no such query, not done, or a number or token that can't be.
    """
    query = _find(account.store, asked)
    if query.state != "SUCCEEDED":
        raise invalid(f"Query has not yet finished. Current state: {query.state}")
    most = asked.get("MaxResults", MOST_RESULTS)
    if not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= MOST_RESULTS:
        raise invalid(f"1 validation error detected: maxResults must be between 1 and {MOST_RESULTS}")
    start = _read_token(query, asked.get("NextToken"))
    rows: list[tuple[str | None, ...]] = [tuple(name for name, _ in query.columns), *query.rows]
    chosen = rows[start : start + most]
    answer: Fields = {
        "UpdateCount": 0,
        "ResultSet": {
            "ResultSetMetadata": {"ColumnInfo": [_show_column(*one) for one in query.columns]},
            "Rows": [
                {"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]} for row in chosen
            ],
        },
    }
    if start + most < len(rows):
        answer["NextToken"] = _write_token(query, start + most)
    return answer


def stop_query(account: Account, asked: Fields) -> Fields:
    """StopQueryExecution: one that is over stays as it is.

    Raises:
        ApiError: 400, no such query.
    """
    query = _find(account.store, asked)
    if query.is_running:
        query.state, query.reason = "CANCELLED", "Query cancelled by user"
    return {}


OPERATIONS: dict[str, Callable[[Account, Fields], Fields]] = {
    "StartQueryExecution": start_query,
    "GetQueryExecution": get_query,
    "GetQueryResults": get_results,
    "StopQueryExecution": stop_query,
}


def show_query(query: Query) -> Fields:
    """A query as GetQueryExecution shows it."""
    status: Fields = {"State": query.state, "SubmissionDateTime": round(query.submitted_s, 3)}
    if query.state in ("FAILED", "CANCELLED"):
        status["StateChangeReason"] = query.reason
    if query.state == "FAILED":
        error = {
            "ErrorCategory": 2,
            "ErrorType": 1006,
            "Retryable": query.retryable,
            "ErrorMessage": query.reason,
        }
        status["AthenaError"] = error
    if not query.is_running:
        status["CompletionDateTime"] = round(query.submitted_s + 1.5, 3)
    return {
        "QueryExecutionId": query.query_id,
        "Query": query.text,
        "StatementType": "DML",
        "QueryExecutionContext": {"Database": DATABASE},
        "ResultConfiguration": {"OutputLocation": query.output},
        "WorkGroup": "primary",
        "Status": status,
        "Statistics": {"DataScannedInBytes": 0 if query.is_running else query.scanned_bytes},
    }


def _run(account: Account, text: str, database: object) -> tuple[Outcome | None, str]:
    """The result of a query, or why it will fail."""
    if account.config.lacks_glue:
        return None, _GLUE
    if database != DATABASE:
        return None, f"SCHEMA_NOT_FOUND: line 1:1: Schema '{database}' does not exist"
    try:
        return run_query(account.store, text, now_ms=account.clock.now_ms()), ""
    except QueryFailedError as error:
        return None, str(error)


def _find(store: Store, asked: Fields) -> Query:
    query = store.queries.get(str(asked.get("QueryExecutionId")))
    if query is None:
        raise invalid(f"QueryExecution {asked.get('QueryExecutionId')} was not found")
    return query


def _show_column(name: str, kind: str) -> Fields:
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": kind.partition("(")[0],
        "Precision": 2147483647 if kind == "varchar" else 17,
        "Scale": 0,
        "Nullable": "UNKNOWN",
        "CaseSensitive": kind == "varchar",
    }


def _write_token(query: Query, start: int) -> str:
    return base64.urlsafe_b64encode(f"{query.query_id}:{start}".encode()).decode()


def _read_token(query: Query, token: object) -> int:
    if token is None:
        return 0
    try:
        query_id, _, start = base64.urlsafe_b64decode(str(token)).decode().rpartition(":")
    except (binascii.Error, UnicodeDecodeError):
        query_id, start = "", ""
    if query_id != query.query_id or not start.isdecimal():
        raise invalid("Invalid NextToken")
    return int(start)
