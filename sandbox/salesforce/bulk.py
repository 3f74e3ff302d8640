"""The endpoints of Bulk 2.0 query jobs.

Source: Bulk API 2.0 guide, "Query" and "Get Results for a Query Job", read 2026-11.
"""

from __future__ import annotations

import base64
import binascii

from sandbox.frame.messages import Header, Request, Response, json_response
from sandbox.salesforce.account import Account
from sandbox.salesforce.errors import ApiError, invalid_locator
from sandbox.salesforce.jobs import (
    ABORTED,
    COMPLETE,
    DELIMITERS,
    FAILED,
    LINE_ENDS,
    OVER,
    RUNNING,
    Form,
    Job,
)
from sandbox.salesforce.projection import build_line_writer, write_header
from sandbox.salesforce.record_order import shuffle
from sandbox.salesforce.soql_run import Selection, select

CSV_TYPE = b"text/csv; charset=UTF-8"


def create_job(account: Account, request: Request, version: str) -> Response:
    """Start a job; its query is checked at once."""
    body = request.json_object()
    operation = _choose(body.get("operation"), ("query", "queryAll"), "operation")
    _choose(body.get("contentType", "CSV"), ("CSV",), "contentType")
    delimiter = _choose(body.get("columnDelimiter", "COMMA"), tuple(DELIMITERS), "columnDelimiter")
    line_end = _choose(body.get("lineEnding", "LF"), tuple(LINE_ENDS), "lineEnding")
    selection = select(account.store, str(body.get("query", "")), includes_deleted=operation == "queryAll")
    _check_selection(selection)
    account.usage.take_job()
    job = account.jobs.add(selection, Form(operation, version, delimiter, line_end))
    return json_response(200, job.show())


def list_jobs(account: Account, _request: Request, _version: str) -> Response:
    """All jobs that are kept, in one page."""
    records = [job.show() for job in account.jobs.list_all()]
    return json_response(200, {"done": True, "records": records, "nextRecordsUrl": None})


def poll_job(account: Account, _request: Request, _version: str, job_id: str) -> Response:
    """The state of a job; each look moves it on."""
    job = account.jobs.find(job_id)
    if job.state not in OVER:
        job.polls += 1
        if job.polls >= account.config.job_polls:
            _complete(account, job)
        else:
            account.jobs.set_state(job, RUNNING)
    return json_response(200, job.show())


def change_job(account: Account, request: Request, _version: str, job_id: str) -> Response:
    """Abort a job that is not at its end."""
    job = account.jobs.find(job_id)
    _choose(request.json_object().get("state"), (ABORTED,), "state")
    job.require_over(is_over=False)
    account.jobs.set_state(job, ABORTED)
    return json_response(200, job.show())


def delete_job(account: Account, _request: Request, _version: str, job_id: str) -> Response:
    """Forget a job that is at its end."""
    account.jobs.find(job_id).require_over(is_over=True)
    account.jobs.remove(job_id)
    return Response(204)


def read_results(account: Account, request: Request, version: str, job_id: str) -> Response:
    """One page of a complete job's rows, each with the header line."""
    job = account.jobs.find(job_id)
    if version != job.form.version:
        message = f"The job was created with API version {job.form.version.removeprefix('v')}."
        raise ApiError(409, "API_VERSION_MISMATCH", message)
    if job.state != COMPLETE:
        message = f"Job is in state {job.state}: results can't be read."
        raise ApiError(400, "INVALIDJOBSTATE", message)
    start = _read_locator(request.param("locator"), len(job.lines))
    end = start + _read_page_rows(request, account.config.bulk_page_rows)
    lines = job.lines[start:end]
    header = write_header(job.selection.paths, DELIMITERS[job.form.delimiter], LINE_ENDS[job.form.line_end])
    headers: tuple[Header, ...] = (
        (b"sforce-numberofrecords", str(len(lines)).encode()),
        # the last page's is this very text
        (b"sforce-locator", _write_locator(end) if end < len(job.lines) else b"null"),
    )
    return Response(200, "".join([header, *lines]).encode(), CSV_TYPE, headers)


def _complete(account: Account, job: Job) -> None:
    found = job.selection.pick()
    most = account.config.job_timeout_rows
    if most is not None and len(found) > most:
        account.jobs.set_state(job, FAILED, "QUERY_TIMEOUT : Your query request was running for too long.")
        return
    if not job.selection.order:
        found = shuffle(found)
    write = build_line_writer(
        account.store, job.selection.paths, DELIMITERS[job.form.delimiter], LINE_ENDS[job.form.line_end]
    )
    job.lines = [write(record) for record in found]
    account.jobs.set_state(job, COMPLETE)


def _check_selection(selection: Selection) -> None:
    if not selection.paths:
        raise ApiError(400, "API_ERROR", "Aggregate Relationships not supported in Bulk Query")
    if selection.query.offset:
        raise ApiError(400, "API_ERROR", "OFFSET clause is not supported in Bulk Query")
    if any(path.spec.type == "address" for path in selection.paths):
        raise ApiError(400, "FEATURENOTENABLED", "Selecting compound data not supported in Bulk Query")


def _choose(value: object, known: tuple[str, ...], name: str) -> str:
    if value not in known:
        message = f"Unsupported value '{value}' for '{name}', expected one of: {', '.join(known)}"
        raise ApiError(400, "INVALIDJOB", message)
    return str(value)


def _read_page_rows(request: Request, most: int) -> int:
    text = request.param("maxRecords")
    if text is None:
        return most
    if not text.isdecimal() or int(text) < 1:
        raise ApiError(400, "API_ERROR", "maxRecords must be a positive number")
    return min(most, int(text))


def _write_locator(row: int) -> bytes:
    return base64.b64encode(str(row).encode())


def _read_locator(text: str | None, count: int) -> int:
    if text is None:
        return 0
    try:
        row = base64.b64decode(text, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        raise invalid_locator() from None
    if not row.isdecimal() or not 0 < int(row) < count:
        raise invalid_locator()
    return int(row)
