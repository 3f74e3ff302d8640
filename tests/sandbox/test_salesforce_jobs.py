"""Salesforce fake: Bulk 2.0 query jobs from their creation to the last page of results."""

from __future__ import annotations

import csv
import io

import pytest

from sandbox.frame.times import DAY_MS
from sandbox.salesforce import SalesforceSandbox
from sandbox.salesforce.object_types import OBJECT_TYPES
from tests.sandbox.salesforce_caller import SMALL, SalesforceCaller, code

SOQL = "SELECT Id, Name, AnnualRevenue, NumberOfEmployees, SystemModstamp, IsDeleted FROM Account"


@pytest.fixture
def caller():
    with SalesforceSandbox(counts=SMALL).serve() as fake:
        yield SalesforceCaller(fake)


def test_job_is_moved_on_by_each_look_until_it_is_complete(caller):
    job = caller.start_job(SOQL, contentType="CSV", columnDelimiter="COMMA", lineEnding="LF").json()
    assert job["id"].startswith("750")
    assert {key: job[key] for key in ("operation", "object", "state", "apiVersion", "contentType")} == {
        "operation": "queryAll", "object": "Account", "state": "UploadComplete", "apiVersion": 62.0,
        "contentType": "CSV",
    }  # fmt: skip
    states = [caller.get(f"jobs/query/{job['id']}").json() for _ in range(3)]
    assert [one["state"] for one in states] == ["InProgress", "JobComplete", "JobComplete"]
    assert (states[2]["numberRecordsProcessed"], states[2]["retries"]) == (60, 0)


@pytest.mark.parametrize("name", [one.name for one in OBJECT_TYPES])
def test_job_gives_the_same_values_as_the_query(caller, name):
    fields = caller.get(f"sobjects/{name}/describe").json()["fields"]
    names = [one["name"] for one in fields if one["type"] != "address"]
    counted = {one["name"] for one in fields if one["type"] == "int" and not one["createable"]}
    soql = f"SELECT {', '.join(names)} FROM {name}"
    rows = {row["Id"]: row for row in caller.results(caller.finish_job(soql))}
    # numbers as they are written, not as they are read
    for row in caller.ask(soql).json(parse_float=str)["records"]:
        for key in names:
            assert rows[row["Id"]][key] == write(row[key], is_counted=key in counted), key


def write(value, *, is_counted):
    """As CSV has it: nothing is an empty text, moments end in Z, counts have a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return f"{text}.0" if is_counted else text.replace(".000+0000", ".000Z")


def test_results_come_in_pages_that_each_have_the_header(caller):
    job_id = caller.finish_job(SOQL)
    page = caller.get(f"jobs/query/{job_id}/results", maxRecords=25)
    assert page.headers["Content-Type"].startswith("text/csv")
    assert page.headers["Sforce-NumberOfRecords"] == "25"
    lines = page.text.splitlines()
    assert lines[0] == '"Id","Name","AnnualRevenue","NumberOfEmployees","SystemModstamp","IsDeleted"'
    rows = caller.results(job_id, maxRecords=25)
    ids = [row["Id"] for row in rows]
    assert sorted(ids) == sorted(caller.fake.store.tables["accounts"].records)
    # in no order that anybody promises
    assert ids not in (sorted(ids), sorted(ids, reverse=True))
    assert caller.results(job_id) == rows


def test_page_can_be_read_again_by_its_locator(caller):
    job_id = caller.finish_job(SOQL)
    locator = caller.get(f"jobs/query/{job_id}/results", maxRecords=25).headers["Sforce-Locator"]
    assert locator == "MjU="
    pages = [
        caller.get(f"jobs/query/{job_id}/results", maxRecords=25, locator=locator).content for _ in range(2)
    ]
    assert pages[0] == pages[1]
    wrong = caller.get(f"jobs/query/{job_id}/results", locator="null")
    assert code(wrong) == (400, "INVALID_QUERY_LOCATOR")


def test_no_rows_are_a_header_line_alone(caller):
    job_id = caller.finish_job("SELECT Id FROM Account WHERE Name = 'no such'")
    page = caller.get(f"jobs/query/{job_id}/results")
    assert (page.text, page.headers["Sforce-NumberOfRecords"]) == ('"Id"\n', "0")
    assert page.headers["Sforce-Locator"] == "null"


def test_texts_are_quoted_and_texts_that_look_like_nothing_are_kept(caller):
    one, other = caller.fake.store.ids("accounts")[:2]
    caller.fake.changes.update("accounts", one, {"Name": 'two\nlines, and a "quote"'})
    caller.fake.changes.update("accounts", other, {"Name": "NULL", "Site": ""})
    job_id = caller.finish_job(f"SELECT Id, Name, Site FROM Account WHERE Id IN ('{one}', '{other}')")
    named = {row["Id"]: row for row in caller.results(job_id)}
    assert named[one]["Name"] == 'two\nlines, and a "quote"'
    assert (named[other]["Name"], named[other]["Site"]) == ("NULL", "")


def test_other_delimiter_and_line_end(caller):
    job_id = caller.finish_job(
        "SELECT Id, IsActive FROM User LIMIT 1", columnDelimiter="PIPE", lineEnding="CRLF"
    )
    assert caller.get(f"jobs/query/{job_id}/results").text.startswith('"Id"|"IsActive"\r\n')


def test_order_and_limit_are_kept_where_they_are_asked_for(caller):
    job_id = caller.finish_job("SELECT Id FROM Account ORDER BY Id DESC LIMIT 5")
    ids = sorted(caller.fake.store.tables["accounts"].records, reverse=True)
    assert [row["Id"] for row in caller.results(job_id)] == ids[:5]


def test_plain_query_job_leaves_deleted_rows_out(caller):
    job_id = caller.finish_job("SELECT Id FROM Account", operation="query")
    assert sorted(row["Id"] for row in caller.results(job_id)) == caller.fake.store.ids("accounts")


@pytest.mark.parametrize(
    ("soql", "body", "error"),
    [
        ("SELECT COUNT() FROM Account", {}, "API_ERROR"),
        ("SELECT Id FROM Account OFFSET 5", {}, "API_ERROR"),
        ("SELECT BillingAddress FROM Account", {}, "FEATURENOTENABLED"),
        ("SELECT Nope FROM Account", {}, "INVALID_FIELD"),
        ("SELECT Id FROM", {}, "MALFORMED_QUERY"),
        ("SELECT Id FROM Account", {"operation": "insert"}, "INVALIDJOB"),
        ("SELECT Id FROM Account", {"contentType": "JSON"}, "INVALIDJOB"),
    ],
    ids=["count", "offset", "address", "field", "syntax", "operation", "json"],
)
def test_job_is_refused_when_it_is_created(caller, soql, body, error):
    assert code(caller.start_job(soql, **body)) == (400, error)


def test_results_are_refused_before_the_end_and_in_another_version(caller):
    job_id = caller.start_job(SOQL).json()["id"]
    assert code(caller.get(f"jobs/query/{job_id}/results")) == (400, "INVALIDJOBSTATE")
    job_id = caller.finish_job(SOQL)
    assert caller.get(f"/services/data/v61.0/jobs/query/{job_id}/results").status_code == 409


def test_job_is_aborted_while_it_runs_and_deleted_when_it_is_over(caller):
    job_id = caller.start_job(SOQL).json()["id"]
    assert code(caller.send("DELETE", f"jobs/query/{job_id}")) == (400, "INVALIDJOBSTATE")
    abort = {"json": {"state": "Aborted"}}
    assert caller.send("PATCH", f"jobs/query/{job_id}", **abort).json()["state"] == "Aborted"
    assert code(caller.send("PATCH", f"jobs/query/{job_id}", **abort)) == (400, "INVALIDJOBSTATE")
    assert caller.send("DELETE", f"jobs/query/{job_id}").status_code == 204
    assert code(caller.get(f"jobs/query/{job_id}")) == (404, "NOT_FOUND")


def test_jobs_are_listed_and_forgotten_after_a_week(caller):
    job_id = caller.finish_job(SOQL)
    listed = caller.get("jobs/query").json()
    assert ([job["id"] for job in listed["records"]], listed["done"]) == ([job_id], True)
    session = {"grant_type": "client_credentials", "client_id": caller.fake.config.client_id}
    caller.fake.clock.advance(8 * DAY_MS / 1000)
    token = caller.log_in(**session, client_secret=caller.fake.config.client_secret).json()["access_token"]
    caller.session.headers["Authorization"] = f"Bearer {token}"
    assert code(caller.get(f"jobs/query/{job_id}")) == (404, "NOT_FOUND")


def test_jobs_of_a_day_are_limited():
    with SalesforceSandbox(counts={"accounts": 1}, daily_jobs=2).serve() as fake:
        caller = SalesforceCaller(fake)
        answers = [caller.start_job("SELECT Id FROM Account") for _ in range(3)]
        assert [one.status_code for one in answers] == [200, 200, 400]
        assert code(answers[2]) == (400, "LIMIT_EXCEEDED")
        assert caller.get("limits").json()["DailyBulkV2QueryJobs"] == {"Max": 2, "Remaining": 0}


@pytest.mark.parametrize(
    ("kind", "state"), [("job_failed", "Failed"), ("job_aborted", "Aborted")], ids=["failed", "aborted"]
)
def test_job_can_be_made_to_end_badly(caller, kind, state):
    job_id = caller.start_job(SOQL).json()["id"]
    caller.fake.faults.add(kind, "*/jobs/query/750*", skip=1)
    states = [caller.get(f"jobs/query/{job_id}").json() for _ in range(3)]
    assert [one["state"] for one in states] == ["InProgress", state, state]
    assert ("errorMessage" in states[2]) == (state == "Failed")
    assert code(caller.get(f"jobs/query/{job_id}/results")) == (400, "INVALIDJOBSTATE")


def test_job_can_be_slow_or_vanish_or_give_less_than_it_says(caller):
    job_id = caller.start_job(SOQL).json()["id"]
    caller.fake.faults.add("job_slow", "*/jobs/query/750*", skip=1, looks=2)
    states = [caller.get(f"jobs/query/{job_id}").json() for _ in range(4)]
    assert [one["state"] for one in states] == ["InProgress"] * 3 + ["JobComplete"]
    caller.fake.faults.add("short_result", "*/results", rows=2)
    page = caller.get(f"jobs/query/{job_id}/results")
    assert page.headers["Sforce-NumberOfRecords"] == "58"
    assert len(list(csv.reader(io.StringIO(page.text, newline="")))) == 59
    assert states[-1]["numberRecordsProcessed"] == 60
    caller.fake.faults.add("job_gone", "*/results")
    assert [caller.get(f"jobs/query/{job_id}{rest}").status_code for rest in ("/results", "")] == [404, 404]


def test_queries_and_jobs_for_many_rows_can_time_out():
    with SalesforceSandbox(counts=SMALL, timeout_rows=59, job_timeout_rows=59).serve() as fake:
        caller = SalesforceCaller(fake)
        assert code(caller.ask(SOQL)) == (400, "QUERY_TIMEOUT")
        assert caller.ask("SELECT COUNT() FROM Account").json()["totalSize"] == 60
        job_id = caller.start_job(SOQL).json()["id"]
        failed = [caller.get(f"jobs/query/{job_id}").json() for _ in range(2)][1]
        assert (failed["state"], failed["errorMessage"][:13]) == ("Failed", "QUERY_TIMEOUT")


def test_locator_header_can_be_missing_or_another(caller):
    job_id = caller.finish_job(SOQL)
    for options in ({}, {"locator": "MTA="}):
        caller.fake.faults.add("bulk_locator", "*/results", **options)
        page = caller.get(f"jobs/query/{job_id}/results")
        assert page.headers.get("Sforce-Locator") == options.get("locator")
