"""Faults in Athena's own words, beside those every API can show."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from sandbox.frame.clock import SandboxClock
from sandbox.frame.fault_kinds import answer_with, common_fault_kinds, edit_page
from sandbox.frame.faults import FaultKind, Options
from sandbox.frame.messages import Request, Response, json_response
from sandbox.salespro import errors
from sandbox.salespro.store import Query

_SYNTAX = "SYNTAX_ERROR: line 1:15: Table awsdatacatalog.sandbox_lake.estimate does not exist"
_EXHAUSTED = "Query exhausted resources at this scale factor"


def salespro_fault_kinds(
    clock: SandboxClock, find_query: Callable[[Request], Query | None]
) -> dict[str, FaultKind]:
    """The kinds by name; those of `common_fault_kinds` are included.

    - `rate_limited`: 400 TooManyRequestsException; `throttled`: 400 ThrottlingException
    - `unauthorized`: 400, no such key; `expired`: 400; `missing_scope`: 400 AccessDeniedException
    - `bad_signature`: 403; `bad_request`: 400 MALFORMED_QUERY; `server_error`: 500
    - `error_in_200`: an error's body with status 200
    - `query_failed` (`reason`, `retryable`), `query_cancelled`, `query_exhausted`: the query that is asked
      about ends so; `query_gone`: it is not known any more; `query_slow` (`looks`): it takes so many more
    - `repeated_token`: a page names itself as the next; `no_names`: the first page lacks its row of names
    - `missing_column` (`name`): a page without one of the columns

    Args:
        clock: of the fake.
        find_query: the query that a request asks about.
    """

    def end_as(state: str, reason: str, *, retryable: bool = False) -> FaultKind:
        def end(request: Request, response: Response, options: Options) -> Response:
            query = find_query(request)
            if query is None:
                return response
            query.state, query.reason = state, str(options.get("reason", reason))
            query.retryable = bool(options.get("retryable", retryable))
            return _show(query)

        return FaultKind(spoil=end)

    def forget(_request: Request, _options: Options) -> Response:
        return errors.invalid("QueryExecution 00000000 was not found").to_response()

    def slow_down(request: Request, response: Response, options: Options) -> Response:
        query = find_query(request)
        if query is None or query.state == "FAILED":
            return response
        query.state, query.polls_left = "RUNNING", int(options.get("looks", 5))
        return _show(query)

    def repeat(request: Request, response: Response, _options: Options) -> Response:
        token = request.json_object().get("NextToken")
        query = find_query(request)
        own = token or base64.urlsafe_b64encode(f"{query.query_id if query else ''}:1".encode()).decode()
        return edit_page(response, lambda page: page.update(NextToken=own))

    return {
        **common_fault_kinds(clock),
        "rate_limited": answer_with(errors.too_many().to_response),
        "throttled": answer_with(errors.throttled().to_response),
        "unauthorized": answer_with(errors.unknown_key().to_response),
        "expired": answer_with(errors.expired().to_response),
        "missing_scope": answer_with(errors.denied("GetQueryResults").to_response),
        "bad_signature": answer_with(errors.bad_signature("Check your AWS Secret Access Key.").to_response),
        "bad_request": answer_with(
            errors.invalid("line 1:8: mismatched input", "MALFORMED_QUERY").to_response
        ),
        "server_error": answer_with(errors.broken().to_response),
        "error_in_200": answer_with(lambda: json_response(200, errors.broken().body())),
        "query_failed": end_as("FAILED", _SYNTAX),
        "query_exhausted": end_as("FAILED", _EXHAUSTED, retryable=True),
        "query_cancelled": end_as("CANCELLED", "Query cancelled by user"),
        "query_gone": FaultKind(instead=forget),
        "query_slow": FaultKind(spoil=slow_down),
        "repeated_token": FaultKind(spoil=repeat),
        "no_names": FaultKind(spoil=lambda _r, response, _o: edit_page(response, _drop_first)),
        "missing_column": FaultKind(
            spoil=lambda _r, response, o: edit_page(response, lambda page: _drop_column(page, str(o["name"])))
        ),
    }


def _show(query: Query) -> Response:
    from sandbox.salespro.athena import show_query  # noqa: PLC0415  # the operations come after their faults

    return json_response(200, {"QueryExecution": show_query(query)})


def _drop_first(page: dict[str, Any]) -> None:
    del page["ResultSet"]["Rows"][0]


def _drop_column(page: dict[str, Any], name: str) -> None:
    columns = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    at = [column["Name"] for column in columns].index(name)
    del columns[at]
    for row in page["ResultSet"]["Rows"]:
        del row["Data"][at]
