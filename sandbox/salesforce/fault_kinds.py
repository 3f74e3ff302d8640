"""Salesforce's own faults beside the common ones."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any, Protocol

from sandbox.frame.clock import SandboxClock
from sandbox.frame.fault_kinds import answer_with, common_fault_kinds, edit_page, rate_limited_with
from sandbox.frame.faults import FaultKind, Options
from sandbox.frame.messages import Request, Response, json_response
from sandbox.salesforce import errors
from sandbox.salesforce.cursors import CursorStore
from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.jobs import ABORTED, FAILED, OVER, RUNNING, JobStore
from sandbox.salesforce.tokens import TokenStore


class Faulty(Protocol):
    """The parts of the fake that faults act on."""

    clock: SandboxClock
    tokens: TokenStore
    cursors: CursorStore
    jobs: JobStore


def salesforce_fault_kinds(fake: Faulty) -> dict[str, FaultKind]:
    """The common kinds and Salesforce's own.

    - `rate_limited` (`retry_after_s`, `retry_after_form`): 403, too many long calls at once
    - `daily_limit`: 403, the calls of the day are used up; `job_limit`: 400, those of query jobs
    - `unauthorized`: 401, this once; `session_expired`: 401, and no session lives on
    - `locator_expired`: 400, and no locator lives on; `query_timeout`, `too_large`, `too_many_ids`: 400
    - `missing_scope`, `api_disabled`, `not_enabled`: 403; `invalid_type`, `bulk_refused`: 400
    - `not_found`: 404
    - `server_error`: 500; `server_unavailable`: 503 with the vendor's body; `empty_406`, `empty_420`: no body
    - `error_in_200`: an error's body under status 200
    - `job_failed` (`message`), `job_aborted`: the job that is looked at ends so
    - `job_slow` (`looks`): the job that is looked at takes so many looks more; `job_gone`: 404, and it is
    - `short_result` (`rows`): so many rows fewer at the end of a page of results than the job has
    - `repeated_token`: a page leads to itself; `empty_page`: no rows, and the next page is named as before
    - `no_done`: a page says neither that it is the last nor where the next is
    - `bulk_locator` (`locator`): another `Sforce-Locator`; None leaves the header out
    """

    def expire_sessions() -> Response:
        fake.tokens.expire_all()
        return errors.invalid_session().to_response()

    def expire_locators() -> Response:
        fake.cursors.drop_all()
        return errors.invalid_locator().to_response()

    def end_job(state: str) -> FaultKind:
        def spoil(_request: Request, response: Response, options: Options) -> Response:
            return _end_job(fake.jobs, response, state, options)

        return FaultKind(spoil=spoil)

    def slow_job(_request: Request, response: Response, options: Options) -> Response:
        job = fake.jobs.find(json.loads(response.body)["id"])
        fake.jobs.set_state(job, RUNNING)
        job.polls, job.lines = job.polls - int(options.get("looks", 3)), []
        return replace(response, body=json_response(200, job.show()).body)

    def drop_job(request: Request, _response: Response, _options: Options) -> Response:
        job_id = request.path.split("/jobs/query/")[1].split("/")[0]
        fake.jobs.remove(job_id)
        return errors.not_found().to_response()

    answers = {
        "daily_limit": errors.requests_used_up(),
        "job_limit": errors.jobs_used_up(),
        "unauthorized": errors.invalid_session(),
        "query_timeout": errors.query_timeout(),
        "too_large": errors.too_large(),
        "too_many_ids": errors.too_many_ids(),
        "missing_scope": errors.no_access(),
        "api_disabled": errors.api_disabled(),
        "not_enabled": errors.not_enabled(),
        "invalid_type": errors.invalid_type("Account"),
        "bulk_refused": ApiError(400, "INVALIDENTITY", "Entity 'Account' is not supported by the Bulk API."),
        "not_found": errors.not_found(),
        "server_error": errors.server_error(),
        "server_unavailable": errors.unavailable(),
    }
    return {
        **common_fault_kinds(fake.clock),
        **{name: answer_with(error.to_response) for name, error in answers.items()},
        "rate_limited": rate_limited_with(fake.clock, errors.too_many_at_once().to_response),
        "session_expired": answer_with(expire_sessions),
        "locator_expired": answer_with(expire_locators),
        "empty_406": answer_with(lambda: Response(406)),
        "empty_420": answer_with(lambda: Response(420)),
        "error_in_200": answer_with(lambda: json_response(200, errors.server_error().body())),
        "job_failed": end_job(FAILED),
        "job_aborted": end_job(ABORTED),
        "job_slow": FaultKind(spoil=slow_job),
        "job_gone": FaultKind(spoil=drop_job),
        "short_result": FaultKind(spoil=_cut_result),
        "repeated_token": FaultKind(spoil=_repeat_page),
        "empty_page": FaultKind(spoil=_empty_page),
        "no_done": FaultKind(spoil=_hide_end),
        "bulk_locator": FaultKind(spoil=_write_locator),
    }


def _end_job(jobs: JobStore, response: Response, state: str, options: Options) -> Response:
    job_id = json.loads(response.body).get("id") if response.status == 200 else None
    if job_id is None:
        return response
    job = jobs.find(job_id)
    message = str(options.get("message", "InternalServerError : Retried more than fifteen times"))
    if job.state not in OVER or job.state != state:
        jobs.set_state(job, state, message if state == FAILED else None)
    return replace(response, body=json_response(200, job.show()).body)


def _repeat_page(request: Request, response: Response, _options: Options) -> Response:
    def edit(page: dict[str, Any]) -> None:
        own = request.path if "-" in request.path else page.get("nextRecordsUrl")
        if own:
            page |= {"done": False, "nextRecordsUrl": own}

    return edit_page(response, edit)


def _empty_page(_request: Request, response: Response, _options: Options) -> Response:
    def edit(page: dict[str, Any]) -> None:
        page["records"] = []
        page["done"] = False
        page.setdefault("nextRecordsUrl", "/services/data/v62.0/query/01gxx0000000001AAA-2000")

    return edit_page(response, edit)


def _hide_end(_request: Request, response: Response, _options: Options) -> Response:
    def edit(page: dict[str, Any]) -> None:
        page.pop("done", None)
        page.pop("nextRecordsUrl", None)

    return edit_page(response, edit)


def _cut_result(_request: Request, response: Response, options: Options) -> Response:
    """Leave rows out at the end, and say so in the page's own number: only the job knows better."""
    rows = list(csv.reader(io.StringIO(response.body.decode(), newline="")))
    kept = rows[: max(1, len(rows) - int(options.get("rows", 1)))]
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(kept)
    number = (b"sforce-numberofrecords", str(len(kept) - 1).encode())
    others = tuple(header for header in response.headers if header[0] != number[0])
    return replace(response, body=text.getvalue().encode(), headers=(*others, number))


def _write_locator(_request: Request, response: Response, options: Options) -> Response:
    kept = tuple(header for header in response.headers if header[0] != b"sforce-locator")
    locator = options.get("locator")
    new = () if locator is None else ((b"sforce-locator", str(locator).encode()),)
    return replace(response, headers=kept + new)
