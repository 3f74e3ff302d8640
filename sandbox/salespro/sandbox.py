"""The SalesPro fake as one object: signatures, rights, Athena's operations, the bucket of results."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sandbox.frame.faults import FaultPlan
from sandbox.frame.messages import Request, Response, json_response
from sandbox.frame.sandbox import Sandbox
from sandbox.salespro import errors
from sandbox.salespro.activity import make_activity
from sandbox.salespro.athena import OPERATIONS, Account
from sandbox.salespro.bucket import get_object, to_s3
from sandbox.salespro.changes import Changes
from sandbox.salespro.config import SalesProConfig
from sandbox.salespro.errors import ApiError
from sandbox.salespro.fault_kinds import salespro_fault_kinds
from sandbox.salespro.generate import generate
from sandbox.salespro.sigv4 import check_signature
from sandbox.salespro.sql import find_table
from sandbox.salespro.store import Query, Store

TARGET = "AmazonAthena."
JSON_TYPE = b"application/x-amz-json-1.1"


class SalesProSandbox(Sandbox[SalesProConfig, Store, Changes]):
    """A fake lake.

    Args:
        config: Settings; `None` takes the defaults.
        **overrides: Single settings by name, see `SalesProConfig`.
    """

    vendor = "salespro"

    def __init__(self, config: SalesProConfig | None = None, **overrides: Any) -> None:
        super().__init__(replace(config or SalesProConfig(), **overrides), generate, Changes, make_activity)
        self.faults = FaultPlan(salespro_fault_kinds(self.clock, self._find_query))
        self._account = Account(self.config, self.store, self.clock)

    def understand(self, request: Request) -> Request:
        """Name the operation and the table in the path, by which faults, hooks and the log tell requests."""
        target = request.header(b"x-amz-target") or ""
        if request.method != "POST" or not target.startswith(TARGET):
            return request
        request.path = f"/{target.removeprefix(TARGET)}/{self._find_table(request)}"
        return request

    def answer(self, request: Request) -> Response:
        """The answer as AWS gives it: signature, right, then the operation."""
        try:
            return self._answer(request)
        except ApiError as error:
            if request.method in ("GET", "HEAD"):
                return to_s3(error)
            return replace(error.to_response(), content_type=JSON_TYPE)

    def _answer(self, request: Request) -> Response:
        config, operation = self.config, request.path.split("/")[1]
        is_athena = operation in OPERATIONS and request.method == "POST"
        secrets = {config.access_key: config.secret_key, **dict(config.more_keys)}
        signed = Request(
            {
                "method": request.method,
                # what names the operation in the path is the fake's
                "path": "/" if is_athena else request.path,
                "query_string": request.query_string,
                "headers": request.headers,
            },
            request.body,
        )
        now = self.clock.now() if config.checks_time else None
        _, service = check_signature(signed, secrets, region=config.region, now=now)
        if (request.header(b"x-amz-security-token") or "") != config.session_token:
            raise errors.unknown_key()
        if config.is_expired:
            raise errors.expired()
        if service == "s3" and request.method in ("GET", "HEAD"):
            if "GetObject" in config.denied:
                raise errors.denied("GetObject")
            return get_object(self.store, request)
        if not is_athena or service != "athena":
            raise ApiError(400, "UnknownOperationException", "")
        if operation in config.denied:
            raise errors.denied(operation)
        done = OPERATIONS[operation](self._account, _read_body(request))
        return replace(json_response(200, done), content_type=JSON_TYPE)

    def _find_query(self, request: Request) -> Query | None:
        return self.store.queries.get(str(_read_body(request).get("QueryExecutionId")))

    def _find_table(self, request: Request) -> str:
        try:
            asked = _read_body(request)
        except ApiError:
            return ""
        query = self.store.queries.get(str(asked.get("QueryExecutionId")))
        return query.table if query is not None else find_table(str(asked.get("QueryString") or ""))


def _read_body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "SerializationException", "could not parse request body")
    return body
