"""Salesforce fake: what can go wrong on demand."""

from __future__ import annotations

import pytest
import requests

from sandbox.salesforce import SalesforceSandbox
from tests.sandbox.salesforce_caller import SMALL, SalesforceCaller, code


@pytest.fixture
def caller():
    with SalesforceSandbox(counts=SMALL).serve() as fake:
        yield SalesforceCaller(fake)


FAULTS = {
    "rate_limited": (403, "REQUEST_LIMIT_EXCEEDED"), "daily_limit": (403, "REQUEST_LIMIT_EXCEEDED"),
    "job_limit": (400, "LIMIT_EXCEEDED"), "unauthorized": (401, "INVALID_SESSION_ID"),
    "locator_expired": (400, "INVALID_QUERY_LOCATOR"), "query_timeout": (400, "QUERY_TIMEOUT"),
    "too_large": (400, "OPERATION_TOO_LARGE"), "missing_scope": (403, "INSUFFICIENT_ACCESS"),
    "api_disabled": (403, "API_DISABLED_FOR_ORG"), "invalid_type": (400, "INVALID_TYPE"),
    "too_many_ids": (400, "EXCEEDED_ID_LIMIT"), "not_enabled": (403, "FUNCTIONALITY_NOT_ENABLED"),
    "bulk_refused": (400, "INVALIDENTITY"), "not_found": (404, "NOT_FOUND"),
    "server_error": (500, "UNKNOWN_EXCEPTION"), "server_unavailable": (503, "SERVER_UNAVAILABLE"),
    "error_in_200": (200, "UNKNOWN_EXCEPTION"),
}  # fmt: skip


def test_each_fault_fires_once_and_says_what_it_should(caller):
    soql = "SELECT Id FROM Account LIMIT 1"
    for kind, wanted in FAULTS.items():
        caller.fake.faults.add(kind, "*/queryAll")
        assert (code(caller.ask(soql)), caller.ask(soql).status_code) == (wanted, 200), kind
    for kind, status in (("empty_406", 406), ("empty_420", 420), ("unavailable", 503), ("html_200", 200)):
        caller.fake.faults.add(kind, "*/queryAll")
        answer = caller.ask(soql)
        assert (answer.status_code, caller.ask(soql).status_code) == (status, 200)
        with pytest.raises(requests.JSONDecodeError):
            answer.json()


def test_page_faults_repeat_empty_and_cut_a_list():
    with SalesforceSandbox(counts={"accounts": 30}, page_size=10).serve() as fake:
        caller, soql = SalesforceCaller(fake), "SELECT Id FROM Account"
        second = caller.ask(soql).json()["nextRecordsUrl"]
        fake.faults.add("repeated_token", "*/query/*")
        assert caller.get(second).json()["nextRecordsUrl"] == second
        fake.faults.add("empty_page", "*/query/*")
        page = caller.get(second).json()
        assert (page["records"], page["done"]) == ([], False)
        assert page["nextRecordsUrl"].endswith("-20")
        fake.faults.add("no_done", "*/query/*")
        assert caller.get(second).json().keys() == {"totalSize", "records"}
        fake.faults.add("locator_expired", "*/query/*")
        assert [code(caller.get(second)) for _ in range(2)] == [(400, "INVALID_QUERY_LOCATOR")] * 2
